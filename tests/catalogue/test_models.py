"""What could mislead a model, and transactions it was not made for."""

import pytest

from backend import clinic, drafts
from backend.errors import TransactionRefused
from backend.steps import form
from backend.steps.checkup import Severity
from backend.steps.columns import Role
from backend.steps.profile import Profile
from tests.backend.bringing import bring, roles
from tests.catalogue.desk import accepted
from tests.catalogue.sheets import csv, table
from tests.workers.learning import COLUMNS, simulated


def copied(header: str, fraud: str = "9", legitimate: str = "3") -> str:
    """Return a file of 400 rows with a column that says the label again."""
    lines = table(400, extra={header: legitimate})
    for line in lines[1:]:
        line[-1] = fraud if line[5] == "1" else legitimate
    return csv(lines)


@pytest.mark.parametrize("header", ["is_fraud_copy", "chargeback_date", "dispute_status"])
def test_c61_columns_that_by_their_name_know_the_outcome_are_left_out(house, header) -> None:
    draft = bring(copied(header))
    assert roles(draft)[header] is Role.IGNORE
    told = next(p for p in clinic.examine(draft.id).problems if p.column == header)
    assert (told.title, told.severity) == (
        f"{header} is left out of the model",
        Severity.NOTE,
    )
    assert told.detail == (
        "By its name known only after the transaction was judged. "
        "Use it only if it is known when a payment is made."
    )


def test_c61_a_column_that_tells_the_answer_alone_is_a_suspect(house) -> None:
    draft = bring(copied("device_kind", "tablet", "phone"))
    told = next(p for p in clinic.examine(draft.id).problems if p.column == "device_kind")
    assert (told.key, told.severity) == ("left-out:device_kind", Severity.WARNING)
    assert told.title == "device_kind gives the answer away and is left out"
    assert roles(draft)["device_kind"] is Role.IGNORE
    assert told.detail == (
        "Alone it tells a fraud from a legitimate row in all pairs (AUC 1.000). "
        "Use it only if it is known when a payment is made."
    )
    use = next(offer for offer in told.offers if offer.label == "Use it")
    assert roles(drafts.fix(draft.id, use.fixes))["device_kind"] is Role.CATEGORY


def test_c66_a_transaction_with_columns_the_model_does_not_have(house) -> None:
    assert accepted(csv(table())).is_ready
    profile = Profile.fit(simulated(300), COLUMNS, "date")
    fields = form.fields_of(profile, COLUMNS)
    with pytest.raises(TransactionRefused) as refused:
        form.frame_of(profile, fields, {"spent": 5.0, "colour": "red"})
    assert str(refused.value) == "This model reads no field “colour”."
    with pytest.raises(TransactionRefused) as refused:
        form.frame_of(profile, fields, {"colour": "red", "spent": 5.0, "size": 7})
    assert str(refused.value) == "This model reads no fields “colour”, “size”."
