"""IBM's card transactions, by hand and for real."""

from backend import datasets, drafts
from backend.steps.columns import Role
from tests.backend.bringing import bring, bring_real, roles, why

HEADER = (
    "User,Card,Year,Month,Day,Time,Amount,Use Chip,Merchant Name,Merchant City,Merchant State,"
    "Zip,MCC,Errors?,Is Fraud?\n"
)
ROWS = (
    "0,0,2002,9,1,06:21,$134.09,Swipe Transaction,3527213246127876953,La Verne,CA,91750.0,5300,,"
    "No\n"
    "0,1,2002,9,1,06:42,$-25.00,Online Transaction,-727612092139916043,ONLINE,,,5411,"
    '"Bad PIN,Insufficient Balance",Yes\n'
    "1,1,2002,10,12,23:05,$3.50,Chip Transaction,3527213246127876953,La Verne,CA,91750.0,5300,,No\n"
)


def test_roles_and_values_by_hand(house) -> None:
    dataset = drafts.accept(bring(HEADER + ROWS).id)

    assert (dataset.dialect, dataset.rows, dataset.frauds, dataset.currency) == ("ibm", 3, 1, "$")
    known = roles(dataset)
    assert [known[part] for part in ("Year", "Month", "Day", "Time")] == [Role.TIME] * 4
    assert known["Merchant Name"] is Role.COUNTERPARTY
    assert known["Zip"] is Role.IGNORE
    rows = datasets.rows_of(dataset.id, [0, 1, 2])
    assert list(rows["_amount"]) == [134.09, -25.0, 3.5]
    assert list(rows["_entity"]) == ["0|0", "0|1", "1|1"]
    assert list(rows["_counterparty"])[:2] == ["3527213246127876953", "-727612092139916043"]
    assert rows["_time"][0] == 1030861260  # 2002-09-01 06:21 UTC
    assert rows["Errors?"][1] == "Bad PIN,Insufficient Balance"


def test_joined_columns_are_shown_once(house) -> None:
    shown = drafts.preview(drafts.accept(bring(HEADER + ROWS).id).id)

    assert shown["Year + Month + Day + Time"][0] == "2002-09-01 06:21:00"
    assert "User + Card" in shown.columns
    assert "Zip" not in shown.columns


def test_the_real_file_warns_of_rounded_merchants(house) -> None:
    dataset = bring_real("tabformer_user0.csv")

    assert (dataset.dialect, dataset.rows, dataset.frauds) == ("ibm", 19_963, 27)
    assert "spreadsheet rounded" in why(dataset, "Merchant Name")
    assert dataset.clock == "date"


def test_names_beside_the_columns_of_the_format_are_sealed(house) -> None:
    lines = (HEADER + ROWS).splitlines()
    named = [lines[0] + ",Card holder", *(f"{line},Ann Bell" for line in lines[1:])]
    assert roles(bring("\n".join(named) + "\n"))["Card holder"] is Role.SEALED
