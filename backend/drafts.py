"""Drafts: what an upload holds, understood column by column until it is accepted."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pandas as pd
from duckdb import DuckDBPyConnection

from backend.errors import FileRefused, TouchstoneError
from backend.privacy import token
from backend.source import dialects, recognise
from backend.steps import lines
from backend.steps.canonical import Canonical, Summary, canonical, summarise
from backend.steps.columns import Column, Role
from backend.steps.contents import Contents, contents_of
from backend.steps.duck import Table, open_duck, parquet_table
from backend.steps.faults import first_fault
from backend.steps.firewall import Firewall
from backend.steps.intake import make_readable
from backend.steps.layout import fold, read_layout
from backend.steps.masking import shown
from backend.steps.normalise import cell, to_text
from backend.steps.values import currency_in, words
from backend.uploads import COPIED, Progress, Upload

READ, UNDERSTOOD = 0.55, 0.95  # share done at the end of each stage
LINES = "lines.npy"
READ_AS = "; read as "
CHOSEN = "Chosen by you"
ALONE = (Role.LABEL, Role.AMOUNT, Role.TIME)  # roles one column has, or the parts of one date
PARTS_OF_A_DATE = {"year", "month", "day", "hour", "date", "time"}


@dataclass(frozen=True)
class Understanding:
    dialect: str
    columns: tuple[Column, ...]
    unreadable: int
    clock: str
    currency: str
    summary: Summary


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
    currency = dialects()[dialect].currency or _currency(contents, columns)
    columns = explain_time(columns, typed)
    return Understanding(dialect, columns, reading.unreadable, typed.clock.kind, currency, summary)


def text_table(folder: Path) -> Path:
    """Return where the text table of a draft lies."""
    return folder / "text.parquet"


def open_table(connection: DuckDBPyConnection, folder: Path) -> Table:
    """Return the text table of a draft, with `file_row_number` beside it.

    Raises TouchstoneError when its files are gone.
    """
    if not text_table(folder).is_file():
        raise TouchstoneError("The upload is gone. Delete the draft and drop the file again.")
    return parquet_table(connection, text_table(folder))


def reconsider(
    folder: Path, columns: Sequence[Column], name: str, role: Role
) -> tuple[tuple[Column, ...], str, Summary]:
    """Return the columns of a draft, its clock and its counts once `name` has another role."""
    with open_duck(folder) as connection:
        table = open_table(connection, folder)
        place = [column.name for column in columns].index(name)
        example = _first_value(table, place)
        changed = replace(columns[place], role=role, why=CHOSEN, example=shown(example, role))
        columns = tuple(changed if c.name == name else make_room(c, changed) for c in columns)
        typed = canonical(table, columns)
        return explain_time(columns, typed), typed.clock.kind, summarise(table, typed)


def make_room(column: Column, changed: Column) -> Column:
    """Return another column of the file, moved aside where only one can have the new role."""
    if column.role is not changed.role or changed.role not in ALONE:
        return column
    if column.role is Role.TIME and {fold(column.name), fold(changed.name)} <= PARTS_OF_A_DATE:
        return column
    role = Role.NUMBER if column.role is Role.AMOUNT else Role.IGNORE
    return replace(column, role=role, why=f"{changed.name} took its place as the {changed.role}")


def times_and_labels(folder: Path, columns: Sequence[Column]) -> pd.DataFrame:
    """Return `_time` and `_label` of every row of a draft."""
    with open_duck(folder) as connection:
        table = open_table(connection, folder)
        typed = canonical(table, columns)
        wanted = ", ".join(f"{typed.expressions[name]} AS {name}" for name in ("_time", "_label"))
        return table.frame(wanted)


def fault_in(folder: Path, columns: Sequence[Column]) -> str | None:
    """Return why a draft cannot be accepted with these roles; None when it can."""
    with open_duck(folder) as connection:
        table = open_table(connection, folder)
        typed = canonical(table, columns)
        return first_fault(table, columns, typed, lines.stored(folder / LINES).of)


def write_typed(folder: Path, columns: Sequence[Column], target: Path) -> None:
    """Write the Parquet that runs read, file order kept; complete or not there."""
    draft = target.with_name(f"draft-{uuid4().hex}.parquet")
    target.parent.mkdir(parents=True, exist_ok=True)
    with open_duck(folder) as connection:
        table = open_table(connection, folder)
        typed = canonical(table, columns)
        table.copy(typed.projection, draft)
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    draft.replace(target)


def explain_time(columns: Sequence[Column], typed: Canonical) -> tuple[Column, ...]:
    """Return the columns with the way their time is read added to its reason."""
    return tuple(
        replace(column, why=f"{column.why.split(READ_AS)[0]}{READ_AS}{typed.clock.why}")
        if column.role is Role.TIME and typed.clock.why
        else column
        for column in columns
    )


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
