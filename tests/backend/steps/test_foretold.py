"""What is known only afterwards is foretold, and never learned from."""

import io

import numpy as np
import pandas as pd
import pytest

from backend import clinic, drafts, imports
from backend.steps import foretold
from backend.steps.columns import FEATURES, Column, Role
from backend.steps.contents import Contents
from backend.steps.recipe import Fix, Kind
from tests.backend.bringing import roles


def held(name: str, distinct: int, numbers: int = 0) -> Contents:
    return Contents(name, rows=100, present=100, distinct=distinct, numbers=numbers)


@pytest.mark.parametrize(
    ("contents", "role"),
    [
        (held("fraud_type", 4), Role.KIND),
        (held("Kind of fraud", 3), Role.KIND),
        (held("fraud_type", 51), None),
        (held("fraud_type", 1), None),
        (held("loss_amount", 60, numbers=100), Role.TARGET),
        (held("loss_amount", 60), None),
        (held("amount", 60, numbers=100), None),
        (held("type", 4), None),
    ],
)
def test_only_a_header_that_can_mean_nothing_else_is_guessed(contents, role):
    found = foretold.guess(contents)
    assert (found[0] if found else None) is role


def test_a_column_that_says_no_more_than_the_label_is_no_kind():
    assert not foretold.offers(Column("copy", Role.CATEGORY, "", distinct=2), Role.CATEGORY)
    (offer,) = foretold.offers(Column("how", Role.CATEGORY, "", 0.9, 2), Role.CATEGORY)
    assert offer.fixes == (Fix(Kind.ROLE, "how", Role.KIND),)


def test_a_number_of_many_values_can_be_predicted():
    many = Column("chargeback", Role.IGNORE, "", distinct=300)
    assert [offer.label for offer in foretold.offers(many, Role.NUMBER)] == ["Predict it"]
    assert not foretold.offers(many, Role.CATEGORY)


def written(rows: int = 400) -> bytes:
    draw = np.random.default_rng(1)
    fraud = draw.random(rows) < 0.2
    scheme = np.where(fraud, draw.choice(["stolen card", "takeover"], rows), "")
    frame = pd.DataFrame(
        {
            "amount": np.round(draw.lognormal(3, 1, rows), 2),
            "branch": draw.choice(["a", "b", "c"], rows),
            "fraud_type": scheme,
            "scheme": scheme,
            "loss_amount": np.where(fraud, np.round(draw.lognormal(4, 1, rows), 2), 0),
            "is_fraud": fraud.astype(int),
        }
    )
    return frame.to_csv(index=False).encode()


def test_a_file_that_says_so_is_stored_with_kind_and_number_beside_the_features(house):
    draft = imports.receive(io.BytesIO(written()), "outcomes.csv")
    assert roles(draft)["fraud_type"] is Role.KIND
    assert roles(draft)["loss_amount"] is Role.TARGET
    (problem,) = [p for p in clinic.examine(draft.id).problems if p.column == "scheme"]
    cure = next(o for o in problem.offers if o.label == "It is the kind of fraud")
    changed = drafts.fix(draft.id, cure.fixes)
    assert roles(changed)["scheme"] is Role.KIND
    assert roles(changed)["fraud_type"] is Role.IGNORE
    ready = drafts.accept(draft.id)
    stored = pd.read_parquet(ready.parquet)
    assert set(stored["_kind"].dropna()) == {"stolen card", "takeover"}
    assert (stored["_kind"].notna() == (stored["_label"] == 1)).all()
    assert stored["_target"].dtype == np.float64 and (stored["_target"] >= 0).all()
    assert not {"scheme", "fraud_type", "loss_amount"} & set(stored.columns)
    assert {c.name for c in ready.columns if c.role in FEATURES} == {"branch"}
    shown = drafts.preview(ready.id)
    assert {"scheme", "loss_amount"} <= set(shown.columns)
