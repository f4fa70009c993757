"""A million judged predictions: first paint of Predictions and Run, and what a moved control takes.

Everything is stored as a worker leaves it: rows, predictions, judgement and replicates. A page is
Streamlit's script with its charts, in a process that has drawn another page before.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from backend import attempts, files, judged, score_store
from backend.steps import metrics
from backend.steps.judgement import Circumstances, judge
from backend.steps.scored import from_frame
from benchmarks import report
from benchmarks.house import temporary_house
from db import Dataset, Run, transaction
from settings import ROOT, environment, settings

ROWS, VALIDATION = 1_000_000, 200_000
SHARE, CARDS, SPACING = 0.005, 100_000, 10.0  # of frauds; entities; seconds between transactions
ROUNDS = 3
START = 1_704_067_200.0  # 2024-01-01 UTC
PROGRAM = """
import json, resource, time
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

def opened(name):
    app = AppTest.from_file("ui/app.py", default_timeout=120)
    app._page_hash = calc_hash(name)
    app.query_params["run"] = "1"
    return app

def timed(action, charts):
    began = time.perf_counter()
    app = action()
    took = time.perf_counter() - began
    assert not app.exception and not app.error, app.error
    assert len(app.get("plotly_chart")) == charts
    return app, took

opened("progress").run()
run, run_first = timed(opened("run").run, 3)
run, run_again = timed(opened("run").run, 3)
page, first = timed(opened("predictions").run, 1)
page, again = timed(opened("predictions").run, 1)
page, slid = timed(page.select_slider(key="threshold").set_value(0.4).run, 1)
page, costed = timed(page.number_input(key="review").set_value(9.0).run, 1)
on = next(button for button in page.button if button.key == "page-Next")
page, paged = timed(on.click().run, 1)
page, every = timed(page.radio(key="show").set_value("Every transaction").run, 1)
print(json.dumps({
    "Run, first in its process": run_first,
    "Run, again": run_again,
    "Predictions, first in its process": first,
    "Predictions, again": again,
    "the threshold moved": slid,
    "the cost of a review changed": costed,
    "the next page of alerts": paged,
    "every transaction instead of alerts": every,
    "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def main() -> None:
    """Write the table of what is drawn and its seconds, with the peak memory of the process."""
    with temporary_house():
        _store()
        taken = [_measure() for _ in range(ROUNDS)]
    peak = max(each.pop("peak MB") for each in taken)
    rows = [{"what": what, "seconds": median(each[what] for each in taken)} for what in taken[0]]
    note = (
        f"{ROWS:,} test rows with {SHARE:.1%} frauds and {CARDS:,} cards, a thousand resamples. "
        f"Medians of {ROUNDS} processes; the most memory one of them took was {peak:,.0f} MB."
    )
    report.write("predictions", "A run with a million predictions", rows, note)


def _store() -> None:
    frame = _frame()
    run_id, number = _claimed(frame)
    folder = files.run_folder(run_id, number)
    folder.mkdir(parents=True)
    frame.drop(columns="_entity").to_parquet(folder / "predictions.parquet")
    parts = {
        part: from_frame(rows, rows["_entity"].to_numpy(), "date")
        for part, rows in frame.groupby("part")
    }
    judged.write(folder, *judge(parts["test"], Circumstances(parts["validation"], "none")))
    files.seal(folder)
    score_store.store(folder / "predictions.parquet", run_id, (run_id, number))
    headline = {name: metrics.judge(one.label, one.score).to_plain() for name, one in parts.items()}
    artefact = str(folder.relative_to(settings.data))
    attempts.succeed(run_id, number, artefact=artefact, metrics=headline, split=_split(frame))


def _frame() -> pd.DataFrame:
    draw, rows = np.random.default_rng(0), ROWS + VALIDATION
    fraud = draw.random(rows) < SHARE
    seen = draw.normal(np.where(fraud, 2.5, 0.0), 1.0)
    odds = np.log(SHARE / (1 - SHARE)) + 2.5 * seen - 2.5**2 / 2  # likelihood of two normals
    return pd.DataFrame(
        {
            "row": np.arange(rows),
            "part": np.where(np.arange(rows) < VALIDATION, "validation", "test"),
            "score": 1 / (1 + np.exp(-odds)),
            "label": fraud.astype("int8"),
            "amount": np.round(draw.lognormal(3, 1, rows) * np.where(fraud, 4, 1), 2),
            "time": START + np.arange(rows) * SPACING,
            "_entity": draw.integers(0, CARDS, rows),
        }
    )


def _claimed(frame: pd.DataFrame) -> tuple[int, int]:
    folder = settings.data / "datasets" / "bench"
    folder.mkdir(parents=True)
    renamed = {name: f"_{name}" for name in ("row", "label", "amount", "time")}
    stored = frame.rename(columns=renamed).drop(columns=["part", "score"])
    stored = stored.assign(_entity="Card " + stored["_entity"].astype(str), _counterparty="Shop")
    stored.to_parquet(folder / "rows.parquet")
    now = datetime.now(UTC)
    with transaction() as session:
        dataset = Dataset(
            name="bench", file_name="bench.csv", state="ready", content_hash="bench", bytes=0,
            dialect="general", rows=len(frame), frauds=int(frame["label"].sum()), clock="date",
            currency="EUR", created_at=now,
        )  # fmt: skip
        session.add(dataset)
        session.flush()
        run = Run(
            kind="train", name="bench", dataset_id=dataset.id, family="logistic", preset="",
            idem_key="bench", state="queued", created_at=now,
        )  # fmt: skip
        session.add(run)
        session.flush()
        run_id = run.id
    attempt = attempts.claim(run_id, "bench")
    assert attempt is not None
    return run_id, attempt.number


def _split(frame: pd.DataFrame) -> dict[str, Any]:
    counted = frame.groupby("part")["label"].agg(["size", "sum"])
    return {
        "method": "time",
        "rows": {part: int(rows) for part, rows in counted["size"].items()},
        "frauds": {part: int(frauds) for part, frauds in counted["sum"].items()},
    }


def _measure() -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT, capture_output=True, text=True, check=True,
        env=environment(TOUCHSTONE_DATA=str(settings.data)),
    )  # fmt: skip
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told
