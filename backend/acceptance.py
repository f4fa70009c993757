"""What is written when a draft is accepted: its typed rows, and beside them those put aside."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from backend import store as shared
from backend.dataset_view import Dataset
from backend.steps import coverage, doubles, lines, quarantine
from backend.steps.canonical import Canonical, Summary, canonical, summarise
from backend.steps.duck import Table, open_duck, parquet_table
from backend.steps.folder import LINES, open_table, rejects_table

OWN = ("_label", "_amount", "_time")


@dataclass(frozen=True)
class Kept:
    """What the stored rows hold."""

    summary: Summary
    uncovered: list[tuple[float, float]]  # periods whose labels cannot be trusted, in seconds


def store(dataset: Dataset, folder: Path) -> Kept:
    """Write the rows of the draft in `folder` as `rows.parquet` and `quarantine.parquet`.

    Both are in file order, and complete or not there; machines that share a store find them
    in it. Raises TouchstoneError when the files of the draft are gone.
    """
    with open_duck(folder) as connection:
        table = open_table(connection, folder)
        typed = canonical(table, dataset.columns, dataset.recipe)
        _write(typed.rows(table), dataset.parquet)
        _put_aside(dataset, folder, table, typed)
        rows = parquet_table(connection, dataset.parquet)
        own = {name: name for name in OWN}
        as_stored = replace(typed, expressions=own, aside="FALSE")
        summary = summarise(rows, as_stored)
        (readable,) = table.row("count(*)")
        summary = replace(summary, aside=readable - summary.rows)
        shared.publish(dataset.parquet)
        shared.publish(dataset.quarantine)
        return Kept(summary, coverage.find(rows, as_stored))


def _write(table: Table, target: Path) -> None:
    draft = target.with_name(f"draft-{uuid4().hex}.parquet")
    target.parent.mkdir(parents=True, exist_ok=True)
    table.copy("*", draft)
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    draft.replace(target)


def _put_aside(dataset: Dataset, folder: Path, table: Table, typed: Canonical) -> None:
    twice = (quarantine.DUPLICATE, quarantine.COPY)
    repeats = any(check.reason in twice for check in typed.checks.all)
    rows = quarantine.Rows(
        table,
        dataset.columns,
        typed.checks,
        typed.aside,
        lines.stored(folder / LINES).of,
        str(dataset.read_as.get("delimiter", ",")),
        doubles.first_rows(table) if repeats else {},
    )
    quarantine.write(rows, rejects_table(folder), dataset.quarantine)
