"""Sparkov's card transactions, by hand and for real."""

import pytest

from backend import datasets, drafts, pictures
from backend.privacy import token
from backend.steps.columns import Role
from tests.backend.bringing import bring, bring_real, roles, why

HEADER = (
    ",trans_date_trans_time,cc_num,merchant,category,amt,first,last,gender,street,city,state,zip,"
    "lat,long,city_pop,job,dob,trans_num,unix_time,merch_lat,merch_long,is_fraud\n"
)
ROWS = (
    "0,{day} 00:00:18,4242424242424242,\"fraud_Rippin, Kub and Mann\",misc_net,4.97,Ann,Bell,F,"
    "561 Perry Cove,Moravian Falls,NC,28654,36.0788,-81.1781,3495,Psychologist,1988-03-09,"
    "0b242abb623afc578575680df30655b9,1325376018,36.011293,-82.048315,0\n"
    "1,{day} 00:00:44,4242424242424242,fraud_Heller,grocery_pos,107.23,Ann,Bell,F,"
    "561 Perry Cove,Moravian Falls,NC,28654,36.0788,-81.1781,3495,Psychologist,1988-03-09,"
    "1f76529f8574734946361c461b024d99,1325376044,49.159047,-118.186462,1\n"
    "2,{day} 00:00:51,5555555555554444,fraud_Lind,shopping_pos,220.11,Bo,Ray,M,"
    "594 White Dale,Orient,WA,99160,48.8878,-118.2105,149,Nurse,1978-06-21,"
    "a1a22d70485983eac12b5b88dad1cf95,1325376051,43.150704,-112.154481,0\n"
)  # fmt: skip


def test_roles_by_hand(house) -> None:
    dataset = bring(HEADER + ROWS.format(day="2019-01-01"))

    assert (dataset.dialect, dataset.rows, dataset.frauds, dataset.currency) == (
        "sparkov",
        3,
        1,
        "$",
    )
    known = roles(dataset)
    assert known["Unnamed: 0"] is Role.IGNORE
    assert known["trans_date_trans_time"] is Role.TIME
    assert known["cc_num"] is Role.ENTITY
    assert known["merchant"] is Role.COUNTERPARTY
    assert known["amt"] is Role.AMOUNT
    assert known["is_fraud"] is Role.LABEL
    assert {h for h, role in known.items() if role is Role.CATEGORY} == {
        "category",
        "gender",
        "state",
    }
    assert known["unix_time"] is Role.IGNORE
    assert dataset.first_time == 1546300818  # 2019-01-01 00:00:18 UTC, as the date says
    assert "UTC" in why(dataset, "trans_date_trans_time")


def test_names_and_cards_are_masked_everywhere(house) -> None:
    dataset = bring(HEADER + ROWS.format(day="2019-01-01"))

    shown = drafts.preview(dataset.id).to_csv() + str(dataset.columns)

    for secret in ("4242424242424242", "Ann", "Bell", "561 Perry", "1988-03-09", "28654"):
        assert secret not in shown
    assert "Card " in shown
    assert "4242" not in shown


def test_a_copy_saved_again_by_a_spreadsheet_reads_day_before_month(house) -> None:
    rows = ROWS.replace("{day} 00:00:18", "21/06/2020 12:14").replace(
        "{day} 00:00:", "03/07/2020 12:"
    )

    dataset = bring(HEADER + rows)

    assert dataset.clock == "date"
    assert dataset.first_time == 1592741640  # 2020-06-21 12:14 UTC
    assert "day/month/year" in why(dataset, "trans_date_trans_time")


@pytest.mark.slow
def test_the_real_file(house) -> None:
    dataset = bring_real("sparkov_dev.csv")

    assert dataset.dialect == "sparkov"
    assert (dataset.rows, dataset.frauds, dataset.quarantined) == (179_780, 1_294, 0)
    assert round(dataset.fraud_rate, 4) == 0.0072
    assert dataset.clock == "date"
    assert why(dataset, "is_fraud").endswith("0.72% are 1")

    accepted = drafts.accept(dataset.id)
    rows = datasets.rows_of(accepted.id, [179_779, 0])
    assert list(rows["_row"]) == [179_779, 0]
    assert rows["_entity"][1] == token("3522728476570410")
    assert {column.name: column.distinct for column in accepted.columns}["cc_num"] == 140
    weekly = pictures.by_week(accepted.id)
    assert (weekly["transactions"].sum(), weekly["frauds"].sum()) == (179_780, 1_294)
