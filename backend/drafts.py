"""Drafts: files that were understood, changed by the analyst until they are accepted."""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

import db
from backend import previews, uploads
from backend.dataset_view import DRAFT, READY, Dataset, stored, view
from backend.errors import FileRefused, TouchstoneError
from backend.privacy import token
from backend.source import dialects, recognise
from backend.steps import cards, lines, recipe
from backend.steps.canonical import Summary, canonical, explain_time, summarise
from backend.steps.columns import Column, Role, to_plain
from backend.steps.contents import Contents, contents_of
from backend.steps.duck import Table, open_duck
from backend.steps.faults import first_fault
from backend.steps.firewall import Firewall
from backend.steps.folder import LINES, open_table, text_table
from backend.steps.intake import make_readable
from backend.steps.layout import read_layout
from backend.steps.normalise import cell, to_text
from backend.steps.recipe import Fix, Kind, with_fix
from backend.steps.values import currency_in, words
from backend.uploads import COPIED, Progress, Upload, silent
from db import now, transaction

READ, UNDERSTOOD = 0.55, 0.95  # share done at the end of each stage
LONGEST_NAME, LONGEST_FILE_NAME = 200, 300  # characters the table holds


@dataclass(frozen=True)
class Understanding:
    content_hash: str
    bytes: int
    dialect: str
    columns: tuple[Column, ...]
    readable: int
    rejected: int
    blank_lines: int
    clock: str
    currency: str
    summary: Summary
    protected: dict[str, Any] = field(default_factory=dict)
    read_as: dict[str, Any] = field(default_factory=dict)
    fixes: tuple[Fix, ...] = ()
    header_key: str = ""


def understand(upload: Upload, progress: Progress) -> Understanding:
    """Read the whole file once, as text, and give every column a role.

    Leaves the text table in the upload's folder, and not the file itself. Raises
    FileRefused where the file is not a table of transactions.
    """
    make_readable(upload.raw)
    layout = read_layout(upload.raw)
    firewall = Firewall(layout.headers, token)
    with open_duck(upload.folder) as connection:
        reading = to_text(
            connection,
            upload.raw,
            layout,
            text_table(upload.folder),
            firewall,
            lambda share: progress(COPIED + (READ - COPIED) * share, "Reading the rows"),
        )
        places = lines.find_lines(upload.raw, layout, reading.rows)
        _refuse_rounded(firewall, places)
        places.write(upload.folder / LINES)
        upload.raw.unlink()  # from here on only what the firewall let through is kept
        table = open_table(connection, upload.folder)
        contents = _contents(table, layout.headers, progress)
        dialect, columns = recognise(contents)
        typed = canonical(table, columns)
        summary = summarise(table, typed)
    return Understanding(
        content_hash=upload.content_hash,
        bytes=upload.bytes,
        dialect=dialect,
        columns=explain_time(columns, typed),
        readable=reading.rows,
        rejected=reading.unreadable,
        blank_lines=0,
        clock=typed.clock.kind,
        currency=dialects()[dialect].currency or _currency(contents, columns),
        summary=summary,
        header_key=recipe.header_key(layout.headers),
    )


def add(folder: Path, file_name: str, found: Understanding, sealed_as: str) -> Dataset:
    """Keep what was understood of a file as a draft, and `folder` as the draft's own.

    The same bytes again give the dataset that is there already, draft or ready; `folder` is
    left where it is then.
    """
    known = with_hash(found.content_hash)
    if known is not None:
        return known
    try:
        with transaction() as session:
            row = _new_row(file_name, found, sealed_as)
            row.created_at = now(session)
            session.add(row)
            session.flush()  # from here on the hash is ours, and with it the folder
            home = uploads.folder_of(found.content_hash)
            uploads.discard(home)
            folder.rename(home)
            return view(row)
    except IntegrityError:  # the same bytes arrived twice at once; the other was first
        known = with_hash(found.content_hash)
        if known is None:
            raise
        return known


def with_hash(content_hash: str) -> Dataset | None:
    """Return the dataset made of these bytes; None when there is none."""
    with transaction(reading=True) as session:
        row = session.scalar(select(db.Dataset).where(db.Dataset.content_hash == content_hash))
        return None if row is None else view(row)


def fix(dataset_id: int, fixes: Sequence[Fix]) -> Dataset:
    """Decide something about a draft, and count the dataset anew.

    A second label or amount takes the place of the first; a second time does too, unless
    both are parts of one date. Raises TouchstoneError when the dataset is accepted already
    or has no such column.
    """
    with uploads.alone(_folder(dataset_id)):
        dataset = _get(dataset_id)
        decided = dataset.recipe
        for new in fixes:
            _refuse_change(dataset, new)
            decided = with_fix(decided, new)
        return _decide(dataset, decided)


def undo(dataset_id: int, fix: Fix) -> Dataset:
    """Take a decision about a draft back: what was guessed stands again."""
    with uploads.alone(_folder(dataset_id)):
        dataset = _get(dataset_id)
        _refuse_change(dataset, fix)
        return _decide(dataset, tuple(one for one in dataset.recipe if one != fix))


def accept(dataset_id: int, progress: Progress = silent) -> Dataset:
    """Write a draft as typed Parquet, delete the upload, and call it ready.

    An accepted dataset is returned as it is. Raises FileRefused, naming column and line, for
    a label that is neither fraud nor legitimate and for columns whose values do not fit
    their role; the draft stays then, so that it can be changed.
    """
    folder = _folder(dataset_id)
    with uploads.alone(folder):
        dataset = _get(dataset_id)
        if dataset.is_ready:
            return dataset
        progress(0.0, "Checking values")
        with open_duck(folder) as connection:
            table = open_table(connection, folder)
            typed = canonical(table, dataset.columns, dataset.recipe)
            places = lines.stored(folder / LINES)
            fault = first_fault(table, dataset.columns, typed, places.of)
            if fault is not None:
                raise FileRefused(fault)
            progress(0.4, "Storing the transactions")
            _write(typed.rows(table), dataset.parquet)
        with transaction() as session:
            row = stored(session, dataset_id)
            row.state = READY
            accepted = view(row)
        uploads.discard(folder)
    progress(1.0, "Done")
    return accepted


def preview(dataset_id: int, rows: int = 5) -> pd.DataFrame:
    """Return the first rows as text under the file's own headers, identifiers masked.

    A draft shows every column; a ready dataset those that are kept.
    """
    dataset = _get(dataset_id)
    if dataset.is_ready:
        return previews.of_ready(dataset.parquet, dataset.columns, dataset.clock, rows)
    return previews.of_draft(_folder(dataset_id), dataset.columns, rows)


def _decide(dataset: Dataset, fixes: tuple[Fix, ...]) -> Dataset:
    folder = _folder(dataset.id)
    with open_duck(folder) as connection:
        table = open_table(connection, folder)
        roles = {one.column for one in fixes if one.kind is Kind.ROLE}
        places = {column.name: place for place, column in enumerate(dataset.columns)}
        examples = {name: _first_value(table, places[name]) for name in roles}
        columns = recipe.apply(fixes, dataset.columns, examples)
        typed = canonical(table, columns, fixes)
        columns = explain_time(columns, typed)
        summary = summarise(table, typed)
    with transaction() as session:
        row = stored(session, dataset.id)
        row.columns, row.clock = to_plain(columns), typed.clock.kind
        row.recipe = recipe.to_plain(fixes)
        in_file = dataset.rows + dataset.quarantined
        _count(row, summary, rejected=in_file - summary.rows - summary.aside)
        return view(row)


def _write(table: Table, target: Path) -> None:
    """Write a table as Parquet, file order kept; complete or not there."""
    draft = target.with_name(f"draft-{uuid4().hex}.parquet")
    target.parent.mkdir(parents=True, exist_ok=True)
    table.copy("*", draft)
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    draft.replace(target)


def _refuse_change(dataset: Dataset, new: Fix) -> None:
    if dataset.is_ready:
        raise TouchstoneError(f"{dataset.name} is accepted: its columns can no longer change.")
    if new.column and new.column not in [known.name for known in dataset.columns]:
        raise TouchstoneError(
            f'{dataset.name} has no column "{new.column}". Choose one from the list.'
        )


def _get(dataset_id: int) -> Dataset:
    with transaction(reading=True) as session:
        return view(stored(session, dataset_id))


def _folder(dataset_id: int) -> Path:
    return uploads.folder_of(_get(dataset_id).content_hash)


def _new_row(file_name: str, found: Understanding, sealed_as: str) -> db.Dataset:
    file_name = cards.replace(file_name, lambda _digits: cards.HIDDEN)
    row = db.Dataset(
        name=(Path(file_name).stem or file_name)[:LONGEST_NAME],
        file_name=file_name[:LONGEST_FILE_NAME],
        state=DRAFT,
        content_hash=found.content_hash,
        bytes=found.bytes,
        dialect=found.dialect,
        columns=to_plain(found.columns),
        blank_lines=found.blank_lines,
        recipe=recipe.to_plain(found.fixes),
        protected=found.protected,
        read_as=found.read_as,
        sealed_as=sealed_as,
        clock=found.clock,
        currency=found.currency,
    )
    _count(row, found.summary, found.rejected)
    return row


def _count(row: db.Dataset, summary: Summary, rejected: int) -> None:
    counted = asdict(summary)
    row.quarantined = rejected + counted.pop("aside")
    for name, value in counted.items():
        setattr(row, name, value)


def _refuse_rounded(firewall: Firewall, places: lines.Lines) -> None:
    if firewall.rounded is not None:
        name, row, value = firewall.rounded
        raise FileRefused(
            f'Column "{name}", line {places.of(row):,}: a spreadsheet rounded a card number to '
            f'"{value}", so different cards became one. Export the file again, and do not open '
            "it in a spreadsheet."
        )


def _first_value(table: Table, place: int) -> str:
    text = words(cell(place))
    found = table.rows(text, f"{text} IS NOT NULL", "LIMIT 1")
    return str(found[0][0]) if found else ""


def _contents(table: Table, headers: Sequence[str], progress: Progress) -> list[Contents]:
    contents = []
    for place, name in enumerate(headers):
        progress(READ + (UNDERSTOOD - READ) * place / len(headers), f"Understanding {name}")
        contents.append(contents_of(table, name, place))
    return contents


def _currency(contents: Sequence[Contents], columns: Sequence[Column]) -> str:
    amounts = [column.name for column in columns if column.role is Role.AMOUNT]
    told = [p.name for p in contents if p.name in amounts]
    told += [p.example for p in contents if p.name in amounts]
    told += [p.example for p in contents if p.distinct == 1 and "currency" in p.name.lower()]
    return next((sign for text in told if (sign := currency_in(text))), "")
