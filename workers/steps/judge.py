"""What the stored scores of a run are worth: figures for the pages, thresholds for the form."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from backend.reader import Reader
from backend.steps import metrics
from workers.steps.predict import FILE

PARTS = ("validation", "test")


def judge_parts(folder: Path) -> dict[str, Any]:
    """Return the judgement of each part in `predictions.parquet`, JSON-ready, by part."""
    return {part: _judge(frame) for part, frame in _parts(folder).items()}


def with_thresholds(reader: Reader, folder: Path) -> Reader:
    """Return the reader with thresholds from validation scores and marks from test scores."""
    scored = _parts(folder)
    validation, test = scored["validation"], scored["test"]
    return reader.judged(
        validation["score"].to_numpy(),
        (validation["label"] == 0).to_numpy(dtype=bool),
        test["score"].to_numpy(),
    )


def write(folder: Path, name: str, told: dict[str, Any]) -> None:
    """Write what pages read of a run as JSON."""
    (folder / name).write_text(json.dumps(told, allow_nan=False))


def _parts(folder: Path) -> dict[str, pd.DataFrame]:
    columns = ["part", "score", "label"]
    frame = pq.read_table(folder / FILE, columns=columns).to_pandas()
    return {part: frame[frame["part"] == part] for part in PARTS}


def _judge(frame: pd.DataFrame) -> dict[str, Any]:
    return metrics.judge(frame["label"].to_numpy(), frame["score"].to_numpy()).to_plain()
