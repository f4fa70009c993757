"""The dataset as memory-mapped Arrow, and its parts. A file larger than memory is no problem."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from backend.steps import spans, split
from backend.steps.columns import FEATURES, Column
from backend.steps.profile import FITTED_ON
from backend.steps.spans import Span
from workers.steps import targets

OWN = ("_row", "_label", "_amount", "_time", "_entity", "_counterparty")
DAY = 86_400.0
ROWS_AT_ONCE = 50_000
MOST_TWINS = 0.2  # share of the training rows; more equal rows are no copies of each other

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """Some rows of the dataset, left on disk until they are asked for."""

    table: datasets.Dataset
    rows: Rows  # row numbers, ascending
    label: Floats  # 1 fraud, 0 legitimate, NaN unlabelled; one per row

    def __len__(self) -> int:
        return len(self.rows)

    def some(self, places: Rows) -> "Part":
        """Return the rows at these places of the part, in the order of the places."""
        return replace(self, rows=self.rows[places], label=self.label[places])

    def frame(self) -> pd.DataFrame:
        """Return the rows as a frame with the dataset's columns, in their order."""
        frame: pd.DataFrame = self.table.data.table.take(self.rows).to_pandas()
        return frame

    def columns(self, names: Sequence[str]) -> pd.DataFrame:
        """Return these columns of the rows; no other is read."""
        frame: pd.DataFrame = self.table.data.table.select(list(names)).take(self.rows).to_pandas()
        return frame

    def drawn(self, at_most: int) -> "Part":
        """Return all rows, or as many as allowed, drawn with a fixed seed, in file order."""
        if len(self) <= at_most:
            return self
        return self.some(
            np.sort(np.random.default_rng(0).choice(len(self), at_most, replace=False))
        )

    def fitting_frame(self) -> pd.DataFrame:
        """Return a frame of all rows, or of 200,000 drawn with a fixed seed when there are more."""
        return self.drawn(FITTED_ON).frame()

    def frames(self) -> Iterator[pd.DataFrame]:
        """Yield the rows as frames of at most 50,000 rows."""
        for start in range(0, len(self.rows), ROWS_AT_ONCE):
            yield self.some(np.arange(start, min(start + ROWS_AT_ONCE, len(self.rows)))).frame()


def open_table(dataset: Path, columns: tuple[Column, ...], scratch: Path) -> datasets.Dataset:
    """Return the dataset's own columns and those a model may read, as Arrow on disk."""
    datasets.disable_progress_bars()
    stored = set(pq.read_schema(dataset).names)  # no counterparty in files imported long ago
    features = [column.name for column in columns if column.role in FEATURES]
    own = [name for name in (*OWN, *targets.TOLD) if name in stored]
    return datasets.Dataset.from_parquet(
        str(dataset), cache_dir=str(scratch), columns=[*own, *features]
    )


def beside(table: datasets.Dataset, more: Path, scratch: Path) -> datasets.Dataset:
    """Return the table with the columns of another Parquet file of as many rows beside its own.

    `_row` of the other file is left out.
    """
    names = [name for name in pq.read_schema(more).names if name != "_row"]
    other = datasets.Dataset.from_parquet(str(more), cache_dir=str(scratch), columns=names)
    joined: datasets.Dataset = datasets.concatenate_datasets([table, other], axis=1)
    return joined


def labels(table: datasets.Dataset) -> Floats:
    """Return the label of every row (n,): 1 fraud, 0 legitimate, NaN unlabelled."""
    return targets.labels(table, targets.FRAUD)


def divide(
    table: datasets.Dataset,
    delay_days: float,
    uncovered: Sequence[Span] = (),
    learn: str = targets.FRAUD,
) -> tuple[split.Split, dict[str, Part]]:
    """Return how the rows are split, and each part by name; see `split.assign`.

    Rows in the `uncovered` periods (from, until, in seconds) count as unlabelled. Training
    rows that equal a row of a later part in everything but the label are left out. `learn` says
    what a row must have to count as labelled, see `targets.labels`.
    """
    own = table.select_columns(["_time", "_entity"]).with_format("pandas")[:]
    label = targets.labels(table, learn)
    time = own["_time"].to_numpy(dtype=np.float64, na_value=np.nan)
    left_out = spans.within(time, uncovered)
    label = np.where(left_out, np.nan, label)
    entity = own["_entity"].to_numpy() if own["_entity"].notna().all() else None
    divided = split.assign(time, label, entity, delay_days * DAY)
    if left_out.any():
        told = f"{left_out.sum():,} rows in periods without labels were left out."
        divided = replace(divided, caveats=(*divided.caveats, told))
    if divided.method != "time":  # two moments lie in two parts, so rows of them are not equal
        divided = _without_twins(table, divided)
    rows = {name: np.flatnonzero(divided.part == name) for name in split.PARTS}
    return divided, {name: Part(table, rows[name], label[rows[name]]) for name in split.PARTS}


def _without_twins(table: datasets.Dataset, divided: split.Split) -> split.Split:
    """Return the split without the training rows that the model would meet again."""
    part, print_of = divided.part.copy(), _fingerprints(table)
    later = print_of[np.isin(part, (split.VALIDATION, split.TEST))]
    twins = (part == split.TRAIN) & np.isin(print_of, later)
    count, share = int(twins.sum()), twins.sum() / max(int((part == split.TRAIN).sum()), 1)
    if not count:
        return divided
    if share > MOST_TWINS:
        told = (
            f"{count:,} training rows ({share:.0%}) equal a validation or test row in every "
            "column: too many to be copies, so they were kept."
        )
    else:
        part[twins] = split.GAP
        told = (
            f"{count:,} training rows that equal a validation or test row in everything but "
            "the label were left out."
        )
    return replace(divided, part=part, caveats=(*divided.caveats, told))


def _fingerprints(table: datasets.Dataset) -> NDArray[np.uint64]:
    """Return a hash of each row (n,), its number and its label aside."""
    everything = Part(table, np.arange(table.num_rows), np.zeros(table.num_rows))
    found: list[NDArray[Any]] = [np.zeros(0, dtype=np.uint64)]
    for frame in everything.frames():
        told = frame.drop(columns=["_row", "_label", *targets.TOLD], errors="ignore")
        found.append(pd.util.hash_pandas_object(told, index=False).to_numpy())
    return np.concatenate(found)
