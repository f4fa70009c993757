"""ULB's credit card transactions, by hand and for real."""

from backend import drafts, pictures
from backend.sources.ulb import COMPONENTS
from backend.steps.columns import Role
from tests.backend.bringing import bring, bring_real, roles

HEADER = '"Time",' + ",".join(f'"{name}"' for name in COMPONENTS) + ',"Amount","Class"\n'


def test_roles_by_hand_with_quoted_header_and_labels(house) -> None:
    values = [f"{number / 7:.6f}" for number in range(28)]
    rows = "".join(
        f'{second},{",".join(values)},{second}.5,"{second % 2}"\n' for second in range(4)
    )

    dataset = drafts.accept(bring(HEADER + rows).id)

    assert (dataset.dialect, dataset.rows, dataset.frauds, dataset.currency) == ("ulb", 4, 2, "€")
    assert (dataset.clock, dataset.first_time, dataset.last_time) == ("elapsed", 0, 3)
    assert dataset.fraud_amount == 1.5 + 3.5
    assert roles(dataset)["Class"] is Role.LABEL


def test_the_real_file(house) -> None:
    dataset = bring_real("ulb_492fraud_2773legit.csv")

    assert (dataset.dialect, dataset.rows, dataset.frauds) == ("ulb", 3_265, 492)
    assert dataset.clock == "elapsed"
    assert all(roles(dataset)[name] is Role.NUMBER for name in COMPONENTS)
    weekly = pictures.by_week(dataset.id)
    assert list(weekly["complete"]) == [False]  # two days are no week
    assert list(weekly["start"]) == [0.0]
