"""Reading a file from its first byte to what its columns mean; made to run in a child process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from backend.errors import FileRefused
from backend.privacy import Ring
from backend.source import dialects, recognise
from backend.steps import lines, recipe
from backend.steps.canonical import Summary, canonical, explain_time, summarise
from backend.steps.columns import Column, Role
from backend.steps.contents import Contents, contents_of
from backend.steps.duck import open_duck
from backend.steps.firewall import Firewall
from backend.steps.folder import LINES, open_table, text_table
from backend.steps.intake import CHUNK, make_readable
from backend.steps.layout import read_layout
from backend.steps.normalise import to_text
from backend.steps.recipe import Fix
from backend.steps.values import currency_in
from backend.uploads import Origin, open_origin


@dataclass(frozen=True)
class ReadingOrder:
    """What a child is asked to read, and all it needs for that."""

    origin: Origin
    folder: Path  # of the draft; its files are the caller's to delete when reading fails
    sealed_as: str  # table name that sealed cells carry
    key_file: Path
    fixes: tuple[Fix, ...] = ()  # what the analyst decided about this file
    recipes: Mapping[str, tuple[Fix, ...]] = field(default_factory=dict)  # by header key
    limit_bytes: int | None = None


@dataclass(frozen=True)
class ReadingTold:
    """How far a reading has come."""

    stage: str
    bytes_done: int
    bytes_total: int | None
    rows: int
    rejected: int
    share: float  # 0 to 1


@dataclass(frozen=True)
class Understanding:
    """What a file holds, and how it was read. The rows lie in the folder of the order."""

    content_hash: str  # SHA-256 of the bytes as given
    bytes: int
    dialect: str
    columns: tuple[Column, ...]
    readable: int  # rows
    rejected: int  # rows the reader turned away; see `rejects.parquet`
    blank_lines: int
    clock: str
    currency: str
    summary: Summary
    protected: dict[str, Any] = field(default_factory=dict)  # what was hidden, by header
    read_as: dict[str, Any] = field(default_factory=dict)
    fixes: tuple[Fix, ...] = ()  # the decisions it was read with
    header_key: str = ""


Tell = Callable[[ReadingTold], None]


def understand(order: ReadingOrder, tell: Tell) -> Understanding:
    """Read the whole file once, as text, and give every column a role.

    Leaves the text table, the rejected rows and the lines in the order's folder. Raises
    FileRefused where the file is not a table of transactions, QuestionAsked where only the
    analyst knows how it is written.
    """
    order.folder.mkdir(parents=True, exist_ok=True)
    raw = order.folder / "raw.csv"
    digest, size = sha256(), 0
    with open_origin(order.origin) as source, raw.open("wb") as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += target.write(chunk)
    make_readable(raw)
    layout = read_layout(raw)
    firewall = Firewall(layout.headers, Ring.open(order.key_file).token)

    def told(share: float) -> None:
        tell(ReadingTold("Reading the rows", int(size * share), size, 0, 0, 0.6 * share))

    with open_duck(order.folder) as connection:
        reading = to_text(
            connection, raw, layout, text_table(order.folder), firewall, told
        )  # fmt: skip
        places = lines.find_lines(raw, layout, reading.rows)
        _refuse_rounded(firewall, places)
        places.write(order.folder / LINES)
        raw.unlink()
        table = open_table(connection, order.folder)
        contents = [contents_of(table, name, at) for at, name in enumerate(layout.headers)]
        dialect, columns = recognise(contents)
        typed = canonical(table, columns)
        summary = summarise(table, typed)
    return Understanding(
        content_hash=digest.hexdigest(),
        bytes=size,
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


def _refuse_rounded(firewall: Firewall, places: lines.Lines) -> None:
    if firewall.rounded is not None:
        name, row, value = firewall.rounded
        raise FileRefused(
            f'Column "{name}", line {places.of(row):,}: a spreadsheet rounded a card number to '
            f'"{value}", so different cards became one. Export the file again, and do not open '
            "it in a spreadsheet."
        )


def _currency(contents: Sequence[Contents], columns: Sequence[Column]) -> str:
    amounts = [column.name for column in columns if column.role is Role.AMOUNT]
    told = [p.name for p in contents if p.name in amounts]
    told += [p.example for p in contents if p.name in amounts]
    told += [p.example for p in contents if p.distinct == 1 and "currency" in p.name.lower()]
    return next((sign for text in told if (sign := currency_in(text))), "")
