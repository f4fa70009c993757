"""The Fraud Detection Handbook's transactions, by hand."""

from backend.steps.columns import Role
from tests.backend.bringing import bring, roles, why

CSV = """TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_TIME_SECONDS,TX_TIME_DAYS,TX_FRAUD,TX_FRAUD_SCENARIO
0,2018-04-01 00:00:31,596,3156,57.16,31,0,0,0
1,2018-04-01 00:02:10,4961,3412,81.51,130,0,0,0
2,2018-04-01 00:07:56,2,1365,246.00,476,0,1,1
"""  # noqa: E501


def test_roles_by_hand(house) -> None:
    dataset = bring(CSV)

    assert (dataset.dialect, dataset.rows, dataset.frauds) == ("handbook", 3, 1)
    assert (dataset.currency, dataset.clock, dataset.first_time) == ("", "date", 1522540831)
    known = roles(dataset)
    assert known["CUSTOMER_ID"] is Role.ENTITY
    assert known["TERMINAL_ID"] is Role.COUNTERPARTY
    assert known["TX_FRAUD_SCENARIO"] is Role.IGNORE
    assert "label in disguise" in why(dataset, "TX_FRAUD_SCENARIO")
    assert known["TX_TIME_SECONDS"] is known["TX_TIME_DAYS"] is Role.IGNORE
