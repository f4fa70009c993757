"""Kinds of fraud and amounts, from a file to the pages: uploaded, said in the clinic, learned."""

import io

import numpy as np
import pandas as pd
import pytest

from backend import drafts, imports, offers, predictions, runs, scoring
from backend.dataset_view import Dataset
from backend.errors import NotTrainable
from backend.predictions import Filters
from backend.states import RunState
from backend.steps.columns import Role
from backend.steps.recipe import Fix, Kind
from tests.ui.opened import cards, open_page, panels, text, verdict
from workers.announce import offered
from workers.tasks import work

QUICK = {"size": "tiny", "networks": 1, "steps": 60, "events": 0, "past": False}


def written(rows: int = 900) -> pd.DataFrame:
    """Return payments some of which are frauds of two kinds; big ones are takeovers."""
    draw = np.random.default_rng(3)
    fraud = draw.random(rows) < 0.2
    amount = np.round(
        draw.lognormal(3, 0.5, rows) * np.where(fraud, draw.choice([3, 30], rows), 1), 2
    )
    scheme = np.where(fraud, np.where(amount > 200, "takeover", "stolen card"), "")
    day = np.sort(draw.integers(0, 120, rows))
    return pd.DataFrame(
        {
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D"),
            "amount": amount,
            "branch": draw.choice(["north", "south", "east"], rows),
            "scheme": scheme,
            "is_fraud": fraud.astype(int),
        }
    )


def accepted(frame: pd.DataFrame, **said: Role) -> Dataset:
    csv = io.BytesIO(frame.to_csv(index=False).encode())
    draft = imports.receive(csv, "payments.csv")
    drafts.fix(draft.id, [Fix(Kind.ROLE, name, role) for name, role in said.items()])
    return drafts.accept(draft.id)


def trained(dataset: Dataset, learn: str) -> runs.Run:
    offers.publish("worker-1", "2 processor cores", offered())
    options = {**QUICK, "learn": learn}
    run_id = runs.launch(dataset.id, "transaction", "Quick check", options, idem_key=learn)
    work(run_id)
    run = runs.get(run_id)
    assert run.state is RunState.SUCCEEDED, run.reason
    return run


@pytest.mark.slow
def test_kinds_of_fraud_are_told_apart_and_shown(house):
    run = trained(accepted(written(), scheme=Role.KIND), "kind")
    app = open_page("run", run=run.id)
    assert not app.exception and not app.error
    assert panels(app)[:2] == ["Kinds of fraud", "What is taken for what"]
    kinds, confusion = (app.table[place].value for place in (0, 1))
    assert set(kinds["Kind"]) == {"stolen card", "takeover"}
    assert list(confusion["Is"]) == ["legitimate", *kinds["Kind"]]
    assert confusion.drop(columns="Is").to_numpy().sum() == run.split["rows"]["test"]
    assert "macro F1 0." in text(app).replace("\\", "")
    assert "Are scores probabilities?" in panels(app)  # of fraud, they are

    shown = predictions.with_details(run.id, predictions.page(run.id, Filters(), size=5).frame)
    assert set(shown["likeliest_kind"]) <= {"stolen card", "takeover"}
    first = int(shown["row"].iloc[0])
    again = scoring.score(run.id, scoring.from_row(run.id, first))
    assert again.kind == shown["likeliest_kind"].iloc[0]
    assert again.score == pytest.approx(shown["score"].iloc[0], abs=1e-5)


@pytest.mark.slow
def test_amounts_at_risk_rank_the_rows_and_are_no_probabilities(house):
    run = trained(accepted(written(), scheme=Role.IGNORE), "amount")
    app = open_page("run", run=run.id)
    assert not app.exception and not app.error
    assert panels(app)[:2] == ["Predicted and true amounts", "The highest predictions"]
    assert "Fraud caught" in cards(app)  # money at a threshold, as for every run with labels
    assert "It is no probability." in text(app).replace("\\", "")
    design = open_page("predictions", run=run.id)
    assert not design.exception and not design.error
    assert "Weighing each amount" not in text(design)

    shown = predictions.with_details(run.id, predictions.page(run.id, Filters(), size=9).frame)
    assert (shown["predicted_amount"].diff().dropna() <= 0).all()
    again = scoring.score(run.id, scoring.from_row(run.id, int(shown["row"].iloc[0])))
    assert again.amount == pytest.approx(shown["predicted_amount"].iloc[0], rel=1e-4)


@pytest.mark.slow
def test_a_file_without_labels_teaches_the_number_to_predict(house):
    frame = written()
    frame["limit"] = np.round(frame["amount"] * 3 + frame["branch"].str.len(), 2)
    dataset = accepted(frame.drop(columns=["is_fraud", "scheme"]), limit=Role.TARGET)
    with pytest.raises(NotTrainable, match="No transaction has a label"):
        trained(dataset, "fraud")
    run = trained(dataset, "amount")
    app = open_page("run", run=run.id)
    assert not app.exception and not app.error
    assert verdict(app).startswith("Misses the amount by ")
    assert next(iter(cards(app))) == "Off by, on average"
    assert "Precision by recall" not in panels(app)
    for page in ("predictions", "score", "home", "progress", "compare"):
        other = open_page(page, run=run.id)
        assert not other.exception and not other.error, page
    assert "there is no threshold" in verdict(open_page("predictions", run=run.id))


def test_what_a_file_does_not_say_cannot_be_learned(house):
    dataset = accepted(written(300), scheme=Role.IGNORE)
    with pytest.raises(NotTrainable, match="of which kind a fraud is"):
        trained(dataset, "kind")
