"""Finished runs with real scores, judged by the real code: what pages and comparisons stand on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from backend import attempts, datasets, files, judged, runs, score_store
from backend.steps import metrics
from backend.steps.judgement import Circumstances, judge
from backend.steps.known_frauds import compromised
from backend.steps.scored import Scored, from_frame
from db import Dataset, transaction
from settings import settings
from tests.backend.launching import add_dataset, offer

START = 1_704_067_200.0  # 2024-01-01 UTC
PARTS = (("train", 0.70), ("validation", 0.85), ("test", 1.0))


@dataclass(frozen=True)
class Cards:
    """A dataset of card payments, drawn: frauds spend more, on few cards."""

    dataset_id: int
    rows: pd.DataFrame  # columns of its Parquet, and `part`


def cards(rows: int = 20_000, share: float = 0.02, seed: int = 0, name: str = "cards") -> Cards:
    """Return a stored dataset, split by time as runs split it."""
    draw = np.random.default_rng(seed)
    fraud = draw.random(rows) < share
    frame = pd.DataFrame(
        {
            "_row": np.arange(rows),
            "_label": pd.array(fraud.astype(int), dtype="Int8"),
            "_amount": np.round(draw.lognormal(3, 1, rows) * np.where(fraud, 4, 1), 2),
            "_time": START + np.sort(draw.integers(0, 120 * 86_400, rows)).astype(float),
            "_entity": [f"C{n}" for n in draw.integers(0, max(rows // 40, 12), rows)],
            "_counterparty": [f"shop {n}" for n in draw.integers(0, 50, rows)],
        }
    )
    dataset_id = add_dataset(frauds=int(fraud.sum()), rows=rows)
    path = datasets.parquet_path(dataset_id)
    path.parent.mkdir(parents=True)
    frame.to_parquet(path)
    with transaction() as session:
        stored = session.get_one(Dataset, dataset_id)
        stored.name = name
        stored.first_time, stored.last_time = frame["_time"].min(), frame["_time"].max()
        stored.fraud_amount = float(frame.loc[fraud, "_amount"].sum())
    place = np.arange(rows) / rows
    frame["part"] = np.select([place < edge for _, edge in PARTS], [part for part, _ in PARTS], "")
    return Cards(dataset_id, frame)


def finished(
    on: Cards, skill: float = 2.0, seed: int = 0, key: str = "", stored: bool = True
) -> int:
    """Return a finished run whose scores tell frauds apart the better the higher `skill`.

    Its scores are near to true probabilities. `stored` puts them into the table of predictions
    as well.
    """
    offer()
    run_id = runs.launch(on.dataset_id, "logistic", "Quick check", None, key or f"{skill}-{seed}")
    attempt = attempts.claim(run_id, "worker-1")
    assert attempt is not None
    folder = files.run_folder(run_id, attempt.number)
    folder.mkdir(parents=True)
    predictions = scores(on, skill, seed)
    pq.write_table(pa.Table.from_pandas(predictions), folder / "predictions.parquet")
    told, arrays = judge(*judged_parts(on, predictions))
    judged.write(folder, told, arrays)
    files.seal(folder)
    hold = (run_id, attempt.number)
    if stored:
        score_store.store(folder / "predictions.parquet", run_id, hold)
    attempts.succeed(
        *hold,
        artefact=str(folder.relative_to(settings.data)),
        metrics=headline(predictions),
        split=split(on),
        test_reads=1,
        scored_rows=len(predictions),
    )
    return run_id


def scores(on: Cards, skill: float, seed: int) -> pd.DataFrame:
    """Return the predictions of validation and test: row, part, score, label, amount, time."""
    rows = on.rows[on.rows["part"] != "train"]
    fraud = rows["_label"].to_numpy(dtype=float) == 1
    seen = np.random.default_rng(seed).normal(np.where(fraud, skill, 0.0), 1.0)
    prior = np.log(fraud.mean() / (1 - fraud.mean()))
    odds = prior + skill * seen - skill**2 / 2  # the likelihood ratio of two normals
    return pd.DataFrame(
        {
            "row": rows["_row"].to_numpy(),
            "part": rows["part"].to_numpy(),
            "score": 1 / (1 + np.exp(-odds)),
            "label": rows["_label"].array,
            "amount": rows["_amount"].to_numpy(),
            "time": rows["_time"].to_numpy(),
        }
    )


def judged_parts(on: Cards, predictions: pd.DataFrame) -> tuple[Scored, Circumstances]:
    """Return what the worker would judge of these predictions."""
    entity = pd.factorize(on.rows["_entity"])[0].astype(np.int64)
    day = np.floor(on.rows["_time"].to_numpy() / 86_400)
    of = {
        part: from_frame(rows, entity[rows["row"].to_numpy()], "date")
        for part, rows in predictions.groupby("part")
    }
    parts = {part: (on.rows["part"] == part).to_numpy() for part in ("train", "test")}
    label = on.rows["_label"].to_numpy(dtype=float)
    return of["test"], Circumstances(
        validation=of["validation"],
        calibrator="none",
        seen=np.isin(of["test"].entity, entity[parts["train"]]),
        known=compromised(entity, day, label, parts["train"], parts["test"], 7.0),
        groups={"shop": on.rows["_counterparty"].to_numpy()[parts["test"]]},
    )


def headline(predictions: pd.DataFrame) -> dict[str, object]:
    """Return the figures a run's row carries."""
    return {
        part: metrics.judge(
            rows["label"].to_numpy(dtype=int), rows["score"].to_numpy()
        ).to_plain()
        for part, rows in predictions.groupby("part")
    }  # fmt: skip


def split(on: Cards) -> dict[str, object]:
    """Return the split as a run's row carries it."""
    counted = on.rows.groupby("part")["_label"].agg(["size", "sum"])
    return {
        "method": "time",
        "gap_seconds": 0.0,
        "boundaries": None,
        "caveats": [],
        "rows": {**counted["size"].to_dict(), "gap": 0, "unlabelled": 0},
        "frauds": {part: int(frauds) for part, frauds in counted["sum"].items()},
    }
