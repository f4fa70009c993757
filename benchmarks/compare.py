"""A hundred judged runs of one dataset: first paint of Compare, and what a changed control takes.

Everything is stored as a worker leaves it: rows, points, predictions, judgement and replicates. The
page is Streamlit's script with its charts, in a process that has drawn another page before.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import insert

from backend import attempts, files, judged
from backend.steps import metrics
from backend.steps.judgement import Circumstances, judge
from backend.steps.scored import from_frame
from benchmarks import report
from benchmarks.house import temporary_house
from db import Dataset, Point, Run, transaction
from settings import ROOT, environment, settings

RUNS = 100
ROWS, VALIDATION = 100_000, 20_000  # of which test rows; validation rows
SHARE, CARDS, SPACING = 0.005, 10_000, 60.0  # of frauds; entities; seconds between transactions
POINTS = 1_000  # of training, and a twentieth of it of validation
ROUNDS = 3
START = 1_704_067_200.0  # 2024-01-01 UTC
ROLES = {"when": "time", "paid": "amount", "card": "entity", "shop": "counterparty"}
PROGRAM = """
import json, resource, time
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

def opened(name, **address):
    app = AppTest.from_file("ui/app.py", default_timeout=120)
    app._page_hash = calc_hash(name)
    for key, value in address.items():
        app.query_params[key] = value
    return app

def timed(action):
    began = time.perf_counter()
    app = action()
    took = time.perf_counter() - began
    assert not app.exception and not app.error, app.error
    assert name == "progress" or len(app.get("plotly_chart")) == 4
    return app, took

name = "progress"
timed(opened(name, run="1").run)
name = "compare"
page, first = timed(opened(name).run)
_, again = timed(opened(name).run)
page, smoothed = timed(page.selectbox(key="loss_smoothing").select("Mean of 21").run)
page, trained = timed(page.radio(key="loss_of").set_value("Training").run)
page, measured = timed(page.selectbox(key="measure").select("ap").run)
many = ",".join(str(run) for run in range({runs}, {runs} - 50, -1))
_, fifty = timed(opened(name, runs=many).run)
print(json.dumps({{
    "newest ten and the champion, first in its process": first,
    "newest ten and the champion, again": again,
    "losses smoothed": smoothed,
    "training losses instead of validation": trained,
    "compared by another figure": measured,
    "fifty runs chosen, first in its process": fifty,
    "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}}))
"""


def main() -> None:
    """Write the table of what is drawn and its seconds, with the peak memory of the process."""
    with temporary_house():
        _store()
        taken = [_measure() for _ in range(ROUNDS)]
    peak = max(each.pop("peak MB") for each in taken)
    rows = [{"what": what, "seconds": median(each[what] for each in taken)} for what in taken[0]]
    note = (
        f"{RUNS} runs judged on the same {ROWS:,} test rows with {SHARE:.1%} frauds and "
        f"{CARDS:,} cards, a thousand resamples; {POINTS:,} points of training each. Four charts, "
        f"the decisions that changed, and three tables. Medians of {ROUNDS} processes; the most "
        f"memory one of them took was {peak:,.0f} MB."
    )
    report.write("compare", "Compare with a hundred runs", rows, note)


def _store() -> None:
    rows = _rows()
    dataset_id = _dataset(rows)
    for number in range(RUNS):
        skill = 1.5 + number / RUNS
        _run(dataset_id, number, _predictions(rows, skill, number), rows["_entity"].to_numpy())


def _rows() -> pd.DataFrame:
    draw, count = np.random.default_rng(0), ROWS + VALIDATION
    fraud = draw.random(count) < SHARE
    return pd.DataFrame(
        {
            "_row": np.arange(count),
            "_label": fraud.astype("int8"),
            "_amount": np.round(draw.lognormal(3, 1, count) * np.where(fraud, 4, 1), 2),
            "_time": START + np.arange(count) * SPACING,
            "_entity": draw.integers(0, CARDS, count),
            "_counterparty": draw.integers(0, 300, count).astype(str),
        }
    )


def _dataset(rows: pd.DataFrame) -> int:
    columns = [{"name": name, "role": role, "why": "made"} for name, role in ROLES.items()]
    with transaction() as session:
        row = Dataset(
            name="bench", file_name="bench.csv", state="ready", content_hash="bench", bytes=0,
            dialect="general", rows=len(rows), frauds=int(rows["_label"].sum()), clock="date",
            currency="EUR", columns=columns, created_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(row)
        session.flush()
        dataset_id = row.id
    folder = settings.data / "datasets" / "bench"
    folder.mkdir(parents=True)
    rows.assign(_entity=rows["_entity"].astype(str)).to_parquet(folder / "rows.parquet")
    return dataset_id


def _predictions(rows: pd.DataFrame, skill: float, seed: int) -> pd.DataFrame:
    draw, fraud = np.random.default_rng(seed), rows["_label"].to_numpy() == 1
    seen = draw.normal(np.where(fraud, skill, 0.0), 1.0)
    odds = np.log(SHARE / (1 - SHARE)) + skill * seen - skill**2 / 2  # likelihood of two normals
    return pd.DataFrame(
        {
            "row": rows["_row"],
            "part": np.where(rows["_row"] < VALIDATION, "validation", "test"),
            "score": 1 / (1 + np.exp(-odds)),
            "label": rows["_label"],
            "amount": rows["_amount"],
            "time": rows["_time"],
        }
    )


def _run(
    dataset_id: int, number: int, predictions: pd.DataFrame, entity: np.ndarray[Any, Any]
) -> None:
    options = {"epochs": 1.0 + number % 5, "learning_rate": 10.0 ** -(2 + number % 3), "seed": 0}
    with transaction() as session:
        run = Run(
            kind="train", name=f"run {number}", dataset_id=dataset_id, family="logistic",
            preset="Balanced", options=options, idem_key=f"bench {number}", slot=number % 6,
            state="queued", created_at=datetime.now(UTC), steps_total=POINTS,
        )  # fmt: skip
        session.add(run)
        session.flush()
        run_id = run.id
    attempt = attempts.claim(run_id, "bench")
    assert attempt is not None
    folder = files.run_folder(run_id, attempt.number)
    folder.mkdir(parents=True)
    predictions.to_parquet(folder / "predictions.parquet")
    parts = {
        part: from_frame(some, entity[some["row"].to_numpy()], "date")
        for part, some in predictions.groupby("part")
    }
    judged.write(folder, *judge(parts["test"], Circumstances(parts["validation"], "none")))
    files.seal(folder)
    _points(run_id, attempt.number, number)
    headline = {name: metrics.judge(one.label, one.score).to_plain() for name, one in parts.items()}
    artefact = str(folder.relative_to(settings.data))
    attempts.succeed(run_id, attempt.number, artefact=artefact, metrics=headline, test_reads=1)


def _points(run_id: int, attempt: int, seed: int) -> None:
    draw, now = np.random.default_rng(seed), datetime.now(UTC)
    steps = {"train": range(1, POINTS + 1), "validation": range(20, POINTS + 1, 20)}
    points = [
        {
            "run_id": run_id, "attempt": attempt, "part": part, "step": step, "finite": True,
            "loss": float(np.exp(-step / 300) + draw.gamma(2, 0.05)),
            "at": now + timedelta(seconds=step),
        }
        for part, taken in steps.items()
        for step in taken
    ]  # fmt: skip
    with transaction() as session:
        session.execute(insert(Point), points)


def _measure() -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(runs=RUNS)],
        cwd=ROOT, capture_output=True, text=True, check=True,
        env=environment(TOUCHSTONE_DATA=str(settings.data)),
    )  # fmt: skip
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told
