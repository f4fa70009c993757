"""Files in no known dialect: guessed by name and content."""

import pytest

from backend import clinic, drafts, simulator
from backend.errors import TouchstoneError
from backend.steps.columns import Role
from tests.backend.bringing import bring, bring_real, roles, why

PAYSIM = (
    "step,type,amount,nameOrig,oldbalanceOrg,newbalanceOrig,nameDest,oldbalanceDest,"
    "newbalanceDest,isFraud,isFlaggedFraud\n"
    + "".join(
        f"{i // 3},{('DEBIT', 'PAYMENT')[i % 2]},{i}.5,"
        f"C{i % 7},{i},5,M{i % 3},1,{i},{i // 2 % 2},0\n"
        for i in range(1, 40)
    )
)


def test_paysim(house) -> None:
    dataset = bring(PAYSIM)

    known = roles(dataset)
    assert dataset.dialect == "general"
    assert (dataset.clock, dataset.last_time) == ("elapsed", 13 * 3600)  # a step is an hour
    assert known["nameOrig"] is Role.ENTITY
    assert known["nameDest"] is Role.COUNTERPARTY
    assert known["type"] is Role.CATEGORY
    assert known["isFraud"] is Role.LABEL
    assert known["isFlaggedFraud"] is Role.IGNORE  # a rule's output, not the truth
    assert known["newbalanceOrig"] is Role.IGNORE  # known only afterwards


def drawn(header: str, *cells: str) -> str:
    """Return 400 rows under a header: {i} is the row, {few} and {odd} what repeats."""
    rows = (",".join(cells).format(i=i, few=i % 9, odd=i % 2, day=1 + i * 28 // 400,
                                   fraud=int(i % 20 == 0)) for i in range(400))  # fmt: skip
    return "\n".join([header, *rows]) + "\n"


PUBLIC = {
    "baf": (
        drawn(
            "fraud_bool,income,prev_address_months_count,payment_type,velocity_6h,"
            "credit_risk_score,source,device_os,month",
            "{fraud}", "0.{few}", "{few}", "A{few}", "-{i}.5", "-{few}1", "S{odd}", "os{few}",
            "{odd}",
        ),
        {"fraud_bool": Role.LABEL, "month": Role.TIME, "payment_type": Role.CATEGORY,
         "velocity_6h": Role.NUMBER, "credit_risk_score": Role.NUMBER},
    ),
    "ieee": (
        drawn(
            "TransactionID,isFraud,TransactionDT,TransactionAmt,ProductCD,card1,addr1,C1,M4,V1",
            "29{i}", "{fraud}", "8{i}00", "{i}.95", "P{few}", "1{few}", "3{few}", "{few}",
            "M{odd}", "",
        ),
        {"TransactionID": Role.ID, "isFraud": Role.LABEL, "TransactionDT": Role.TIME,
         "TransactionAmt": Role.AMOUNT, "card1": Role.ENTITY, "M4": Role.CATEGORY,
         "V1": Role.IGNORE},
    ),
    "capital one": (
        drawn(
            "accountNumber,customerId,transactionDateTime,transactionAmount,merchantName,"
            "cardCVV,enteredCVV,cardLast4Digits,echoBuffer,isFraud",
            "7{few}", "7{few}", "2016-01-{day:02}T14:00:00", "{i}.5", "shop {few}", "414",
            "4{few}4", "180{few}", "", "{fraud}",
        ),
        {"customerId": Role.ENTITY, "accountNumber": Role.ID,
         "transactionDateTime": Role.TIME, "isFraud": Role.LABEL,
         "transactionAmount": Role.AMOUNT, "merchantName": Role.COUNTERPARTY,
         "cardCVV": Role.IGNORE, "enteredCVV": Role.IGNORE, "cardLast4Digits": Role.SEALED,
         "echoBuffer": Role.IGNORE},
    ),
    "event schema": (
        drawn(
            "EVENT_ID,EVENT_TIMESTAMP,EVENT_LABEL,ENTITY_ID,ENTITY_TYPE",
            "e{i}", "2024-01-{day:02}T10:00:00Z", "{fraud}", "u{few}", "user",
        ),
        {"EVENT_TIMESTAMP": Role.TIME, "EVENT_LABEL": Role.LABEL, "ENTITY_ID": Role.ENTITY},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLIC)
def test_public_formats_by_their_headers(house, name: str) -> None:
    text, expected = PUBLIC[name]
    dataset = bring(text)
    known = roles(dataset)
    assert {header: known[header] for header in expected} == expected
    assert dataset.frauds == 20
    assert clinic.examine(dataset.id).question is None


def test_the_simulator_is_understood(house) -> None:
    dataset = bring(simulator.simulate(5_000, seed=7).to_csv(index=False))

    assert roles(dataset) == {
        "transaction_id": Role.ID,
        "booked_at": Role.TIME,
        "card_number": Role.ENTITY,
        "amount": Role.AMOUNT,
        "currency": Role.IGNORE,
        "merchant": Role.COUNTERPARTY,
        "category": Role.CATEGORY,
        "channel": Role.CATEGORY,
        "country": Role.CATEGORY,
        "is_fraud": Role.LABEL,
    }
    assert why(dataset, "transaction_id") == "Number of the transaction"
    assert why(dataset, "is_fraud").startswith("Named like a label, 0.")


@pytest.mark.parametrize(
    ("header", "value", "role"),
    [
        ("chargeback_date", "2024-05-{i:02}", Role.IGNORE),
        ("dispute_reason", "r{i}", Role.IGNORE),
        ("fraud_scenario", "{odd}", Role.IGNORE),
        ("rule_flagged", "{odd}", Role.IGNORE),
        ("cvv", "1{i:02}", Role.IGNORE),
        ("email", "p{i}@example.org", Role.SEALED),
        ("note", "paid for item number {i} by hand", Role.ID),
        ("score", "{i}.25", Role.NUMBER),
        ("device", "phone{odd}", Role.CATEGORY),
        ("empty", "", Role.IGNORE),
        ("constant", "x", Role.IGNORE),
    ],
)
def test_a_column_by_name_and_content(house, header: str, value: str, role: Role) -> None:
    rows = "".join(
        f"{i},{i}.50,{i // 2 % 2},{value.format(i=i, odd=i % 2)}\n" for i in range(1, 29)
    )

    dataset = bring(f"id,amount,is_fraud,{header}\n{rows}")

    assert roles(dataset)[header] is role, why(dataset, header)


def test_card_numbers_are_found_whatever_their_name(house) -> None:
    cards = ("4242424242424242", "5555555555554444", "4111111111111111")
    rows = "".join(f"{i},{cards[i % 3]},{i}.5,{i % 2}\n" for i in range(9))

    dataset = bring(f"n,whose,amount,label\n{rows}")

    assert roles(dataset)["whose"] is Role.ENTITY
    assert "3 different" in why(dataset, "whose")


def test_credit_default_for_real(house) -> None:
    dataset = bring_real("uci_default_15000.csv")

    known = roles(dataset)
    assert known["default.payment.next.month"] is Role.LABEL
    assert known["ID"] is Role.ID
    assert known["LIMIT_BAL"] is Role.NUMBER
    assert Role.AMOUNT not in known.values()  # twelve amounts, none of them the amount
    assert (dataset.rows, dataset.clock, dataset.fraud_amount) == (15_000, "none", None)


def test_text_messages_for_real_ask_which_label_is_fraud(house) -> None:
    dataset = bring_real("sms_phishing.csv")

    assert not dataset.is_ready
    assert roles(dataset)["LABEL"] is Role.LABEL
    assert 'but "ham" is neither fraud nor legitimate' in why(dataset, "LABEL")
    assert roles(dataset)["TEXT"] is Role.TEXT
    assert (dataset.rows, dataset.frauds, dataset.unlabelled) == (5_971, 0, 5_971)
    asked = drafts.question(dataset.id)
    assert asked.prompt == "Which values of LABEL mean fraud?"
    with pytest.raises(TouchstoneError, match="Say so first"):
        drafts.accept(dataset.id)
    drafts.fix(dataset.id, asked.options[0].fixes)
    assert drafts.accept(dataset.id).frauds == 638


@pytest.mark.parametrize(
    "written",
    ["2024-03-{:02}", "{}/3/2024 9:05", "{:02}.03.2024", "{:02} Mar 2024", "Mar {}, 2024"],
)
def test_a_date_is_found_whatever_its_name(house, written: str) -> None:
    rows = "".join(f'{i}.5;"{written.format(i)}";{i % 2}\n' for i in range(1, 29))

    dataset = bring(f"amount;when it was;is_fraud\n{rows}")

    assert roles(dataset)["when it was"] is Role.TIME
    assert dataset.last_time - dataset.first_time == 27 * 86_400
