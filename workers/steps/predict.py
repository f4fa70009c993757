"""The score of many transactions, by the finished ONNX model that will answer analysts too."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from backend.scorer import Scorer
from backend.steps.kinds import likeliest
from workers.voice import Voice, paced

FILE = "predictions.parquet"
ROWS_AT_ONCE = 50_000
OTHER = "other"  # the part of rows that a whole dataset is scored with
SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("part", pa.string()),
        ("score", pa.float64()),  # probability of fraud for the real mix, or a rank
        ("label", pa.int8()),  # 1 fraud, 0 legitimate, null unlabelled
        ("amount", pa.float64()),
        ("time", pa.float64()),  # seconds on the dataset's clock
        ("kind", pa.string()),  # the likeliest of fraud; null unless the model tells kinds apart
        ("predicted", pa.float64()),  # the amount; null unless the model predicts one
    ]
)


def stored_frames(dataset: Path, features: Path | None, groups: range) -> Iterator[pd.DataFrame]:
    """Yield the rows of some row groups of a dataset, in file order, at most 50,000 at a time.

    Beside its columns stand those of the Parquet file `features`, which has the same groups.
    """
    with ExitStack() as opened:
        paths = [dataset, *([features] if features else [])]
        files = [opened.enter_context(pq.ParquetFile(path)) for path in paths]
        read = (file.iter_batches(ROWS_AT_ONCE, row_groups=list(groups)) for file in files)
        for batches in zip(*read, strict=True):
            own, *more = (batch.to_pandas() for batch in batches)
            yield pd.concat([own, *(each.drop(columns="_row") for each in more)], axis=1)


def count(dataset: Path) -> int:
    """Return the number of rows of a dataset's Parquet file."""
    return int(pq.read_metadata(dataset).num_rows)


def predict(
    scorer: Scorer, frames: Iterator[tuple[str, pd.DataFrame]], heard: Callable[[int], None]
) -> Iterator[pd.DataFrame]:
    """Yield the predictions of frames given as (part, frame): columns of `SCHEMA`, same order.

    `heard` is called with the number of rows answered since the first frame.
    """
    before = 0
    for part, frame in frames:
        done = before
        reader = scorer.reader
        answer = scorer.logits(frame, lambda rows, done=done: heard(done + rows))  # type: ignore[misc]
        before += len(frame)
        yield pd.DataFrame(
            {
                "row": frame["_row"].to_numpy(),
                "part": part,
                "score": reader.score(answer),
                "label": frame["_label"].astype("Int8"),
                "amount": frame["_amount"].to_numpy(dtype=np.float64, na_value=np.nan),
                "time": frame["_time"].to_numpy(dtype=np.float64, na_value=np.nan),
                "kind": likeliest(reader.kinds, scorer.kinds(frame)),
                "predicted": np.nan if reader.is_probability else reader.amount(answer),
            }
        )


def predict_piece(
    scorer: Scorer, dataset: Path, features: Path | None, asked: dict[str, Any], voice: Voice
) -> int:
    """Write the predictions of some row groups of a dataset to a file, and see it onto the disk.

    `asked` names first_group, groups, rows and file. Returns the number of rows written.
    """
    groups = range(asked["first_group"], asked["first_group"] + asked["groups"])
    frames = ((OTHER, frame) for frame in stored_frames(dataset, features, groups))
    heard = paced(voice, asked["rows"], rows_are_steps=True)
    target = Path(asked["file"])
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = write(predict(scorer, frames, heard), target)
    with target.open("rb") as written:
        os.fsync(written.fileno())
    return rows


def write(predictions: Iterator[pd.DataFrame], path: Path) -> int:
    """Write predictions to a Parquet file, frame by frame, and return the number of its rows."""
    rows = 0
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as file:
        for frame in predictions:
            table = pa.Table.from_pandas(frame, SCHEMA, preserve_index=False)
            file.write_table(table)
            rows += len(frame)
    return rows
