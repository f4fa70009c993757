"""What the page of a dataset shows, counted in SQL over its Parquet and kept beside it.

The counts lie in one file of the dataset's own folder, named by the version of this module and
by the periods left out, so they go when the dataset goes and are never out of date.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pandas as pd
from duckdb import DuckDBPyConnection

from backend import store, uploads
from backend.dataset_view import Dataset, stored, view
from backend.errors import TouchstoneError
from backend.steps import amounts, coverage, days, groups, missing, rhythm, spans, weeks
from backend.steps.canonical import canonical
from backend.steps.columns import Column, Role, named
from backend.steps.duck import open_duck, parquet_table, quoted
from backend.steps.folder import open_table
from backend.steps.masking import shown
from backend.steps.spans import Span
from backend.uploads import Progress, silent
from db import transaction

VERSION = 1  # raise it when the counts mean something else
OWN = {
    "_amount": Role.AMOUNT,
    "_time": Role.TIME,
    "_label": Role.LABEL,
    "_entity": Role.ENTITY,
    "_counterparty": Role.COUNTERPARTY,
    "_kind": Role.KIND,
    "_target": Role.TARGET,
}
Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Pictures:
    """One frame a picture; the columns stand in the module of backend/steps named after it.

    `weeks` and `coverage` count every label. The others leave out the periods without labels
    unless the analyst uses them.
    """

    weeks: pd.DataFrame
    coverage: pd.DataFrame
    amounts: pd.DataFrame
    rhythm: pd.DataFrame
    groups: pd.DataFrame  # values masked where they could name somebody
    missing: pd.DataFrame  # column (as in the file), missing (rows)
    aside: pd.DataFrame  # reason, column (None where none), rows: what was put aside, most first


def paint(dataset_id: int, progress: Progress = silent) -> Pictures:
    """Return the pictures of a ready dataset, counted now unless they lie there already.

    Raises TouchstoneError for a draft.
    """
    dataset = _get(dataset_id)
    if not dataset.is_ready:
        raise TouchstoneError(f"{dataset.name} is not accepted yet. Check its columns first.")
    left_out = spans.left_out(dataset.uncovered, dataset.uses_uncovered)
    path = _cache(dataset, left_out)
    with uploads.alone(dataset.folder):  # who comes second finds what the first has counted
        frames = _read(path)
        if frames is None:
            frames = _count(dataset, left_out, progress)
            _write(path, frames)
    counted = frames.pop("days")
    return Pictures(
        weeks=weeks.count(counted, dataset.clock),
        coverage=coverage.periods(counted, dataset.clock),
        **frames,
    )


def by_week(dataset_id: int) -> pd.DataFrame:
    """Return transactions and frauds per week of a dataset, draft or ready.

    Columns: start (datetime64, a Monday, for dates; float, days since the start, for an
    elapsed clock), transactions, labelled, frauds (int), complete (bool, the data covers the
    whole week). One row per week from the first to the last; empty without times.
    """
    dataset = _get(dataset_id)
    if dataset.is_ready:
        return paint(dataset_id).weeks
    folder = uploads.folder_of(dataset.content_hash)
    with open_duck(folder) as connection:
        table = open_table(connection, folder)
        typed = canonical(table, dataset.columns, dataset.recipe)
        counted = days.count(table, typed.expressions["_time"], typed.expressions["_label"])
    return weeks.count(counted, typed.clock.kind)


def _count(dataset: Dataset, left_out: Sequence[Span], progress: Progress) -> Frames:
    label = spans.trusted(left_out)
    with open_duck(dataset.folder) as connection:
        table = parquet_table(connection, store.fetched(dataset.parquet))
        progress(0.1, "Counting days")
        frames = {"days": days.count(table)}
        progress(0.25, "Counting amounts")
        frames["amounts"] = amounts.count(table, label)
        progress(0.4, "Counting hours")
        frames["rhythm"] = rhythm.count(table, dataset.clock, label)
        progress(0.5, "Comparing categories")
        frames["groups"] = _masked(groups.rank(table, _groups(dataset), label), dataset.columns)
        progress(0.95, "Counting missing values")
        frames["missing"] = _named(missing.count(table, dataset.parquet), dataset)
        frames["aside"] = _aside(connection, store.fetched(dataset.quarantine))
    return frames


def _aside(connection: DuckDBPyConnection, path: Path) -> pd.DataFrame:
    found = []
    if path.is_file():
        wanted = 'reason, "column", count(*) AS rows'
        then = 'GROUP BY ALL ORDER BY rows DESC, reason, "column"'
        found = parquet_table(connection, path).rows(wanted, then=then)
    return pd.DataFrame(found, columns=["reason", "column", "rows"])


def _groups(dataset: Dataset) -> dict[str, str]:
    joint = " + ".join(named(dataset.columns, Role.COUNTERPARTY))
    merchants = {joint: "_counterparty"} if joint else {}
    return {**merchants, **{name: quoted(name) for name in named(dataset.columns, Role.CATEGORY)}}


def _masked(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    categories = named(columns, Role.CATEGORY)
    pairs = zip(frame["column"], frame["value"], strict=True)
    masked = [
        shown(value, Role.CATEGORY if column in categories else Role.COUNTERPARTY)
        for column, value in pairs
    ]
    return frame.assign(value=masked)


def _named(frame: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    names: Mapping[str, str] = {
        own: " + ".join(named(dataset.columns, role)) for own, role in OWN.items()
    }
    named_as = frame["column"].map(lambda column: names.get(column, column))
    kept = (named_as != "") & (frame["column"] != "_row")
    return frame.assign(column=named_as)[kept].reset_index(drop=True)


def _cache(dataset: Dataset, left_out: Sequence[Span]) -> Path:
    key = hashlib.sha256(repr(left_out).encode()).hexdigest()[:12]
    return dataset.folder / f"pictures-{VERSION}-{key}.json"


def _read(path: Path) -> Frames | None:
    if not path.is_file():
        return None
    return {name: pd.DataFrame(frame) for name, frame in json.loads(path.read_text()).items()}


def _write(path: Path, frames: Frames) -> None:
    draft = path.with_name(f"draft-{uuid4().hex}.json")
    plain = {name: frame.to_dict("list") for name, frame in frames.items()}
    with suppress(FileNotFoundError):  # the dataset was deleted meanwhile
        draft.write_text(json.dumps(plain))
        draft.replace(path)


def _get(dataset_id: int) -> Dataset:
    with transaction(reading=True) as session:
        return view(stored(session, dataset_id))
