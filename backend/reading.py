"""Reading a file from its first byte to what its columns mean; made to run in a child process.

The bytes go through a pipe, so that only what the firewall let through is ever written.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from backend.errors import QuestionAsked
from backend.privacy import Ring
from backend.source import dialects, recognise
from backend.steps import leaks, recipe
from backend.steps.canonical import Summary, canonical, explain_time, summarise
from backend.steps.checkup import Question
from backend.steps.columns import Column
from backend.steps.contents import contents_of_all, currency_of
from backend.steps.duck import open_duck
from backend.steps.encodings import WESTERN
from backend.steps.firewall import Firewall
from backend.steps.folder import open_table
from backend.steps.opening import Opening
from backend.steps.recipe import Fix, Kind
from backend.steps.rows import Rows
from backend.uploads import Origin, open_origin

T = TypeVar("T")

READING, UNDERSTANDING = "Reading the rows", "Understanding the columns"
READ = 0.6  # share of the work done once every row is read
TELL_EVERY_SECONDS = 0.2


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

    Leaves the text table, the rejected rows and the lines in the order's folder. Where the
    order decides nothing, what was decided about the last file with this header is decided
    again. Raises FileRefused where the file is not a table of transactions, QuestionAsked
    where only the analyst knows how it is written.
    """
    order.folder.mkdir(parents=True, exist_ok=True)
    try:
        return _Reading(order, tell).understood()
    except QuestionAsked as asked:
        fixes = _answer_given_before(order, asked.question)
        if fixes is None:
            raise
    return _Reading(replace(order, fixes=fixes), tell).understood()


def _answer_given_before(
    order: ReadingOrder, question: Question, answers: tuple[Fix, ...] = ()
) -> tuple[Fix, ...] | None:
    """Return the recipe that answers a question about this file; None where there is none."""
    answers = (*answers, *question.options[0].fixes)
    try:
        layout = _opened(order, answers).layout
    except QuestionAsked as further:
        if further.question.key == question.key:  # the answer changes nothing
            return None
        return _answer_given_before(order, further.question, answers)
    known = order.recipes.get(recipe.header_key(layout.headers), ())
    return None if order.fixes or not set(answers) <= set(known) else known


def _opened(order: ReadingOrder, fixes: tuple[Fix, ...]) -> Opening:
    origin = order.origin
    return Opening(lambda: open_origin(origin), fixes, order.limit_bytes, origin.content_hash)


class _Reading:
    """One reading under one set of decisions."""

    def __init__(self, order: ReadingOrder, tell: Tell) -> None:
        self.order, self.tell = order, tell
        self.opening = _opened(order, order.fixes)
        self.key = recipe.header_key(self.opening.layout.headers)
        known = order.fixes or order.recipes.get(self.key, ())
        western = self.opening.encoding.title == WESTERN
        self.fixes = tuple(f for f in known if western or f.kind is not Kind.ENCODING)
        self.rows: Rows
        self.told: ReadingTold | None = None

    def understood(self) -> Understanding:
        """Return what the file holds, its rows written."""
        firewall = self._read()
        with open_duck(self.order.folder) as connection:
            table = open_table(connection, self.order.folder)
            headers = self.opening.layout.headers
            contents = contents_of_all(table, headers, lambda share: self._told(share * 0.8))
            dialect, columns = recognise(contents)
            columns = recipe.apply(self.fixes, columns)
            typed = canonical(table, columns, self.fixes)
            columns = leaks.without_suspects(table, columns, typed, self.fixes)
            self._told(0.9)
            summary = summarise(table, typed)
        stream = self.opening.stream
        return Understanding(
            content_hash=stream.digest,
            bytes=stream.size,
            dialect=dialect,
            columns=explain_time(columns, typed),
            readable=self.rows.readable,
            rejected=self.rows.rejected,
            blank_lines=self.rows.places.blank,
            clock=typed.clock.kind,
            currency=dialects()[dialect].currency or currency_of(contents, columns),
            summary=summary,
            protected=firewall.report(),
            read_as=self.opening.read_as(),
            fixes=self.fixes,
            header_key=self.key,
        )

    def _read(self) -> Firewall:
        """Write the text table, the rejected rows and the lines."""
        order, ring = self.order, Ring.open(self.order.key_file)
        opened = frozenset(fix.column for fix in self.fixes if fix.kind is Kind.OPEN)
        headers = self.opening.layout.headers
        firewall = Firewall(headers, ring.token, ring.sealer(order.sealed_as), opened)
        self.rows = Rows(self.opening, firewall)
        _meanwhile(lambda: self.rows.write(order.folder), self._tell_rows)
        return firewall

    def _tell_rows(self) -> None:
        total, done = self.order.origin.size, self.opening.stream.size
        share = READ * min(1.0, done / total) if total else 0.0
        self._tell(ReadingTold(READING, done, total, self.rows.readable, 0, share))

    def _told(self, share: float) -> None:
        size, rows = self.opening.stream.size, self.rows
        share = READ + (1 - READ) * share
        told = ReadingTold(UNDERSTANDING, size, size, rows.readable, rows.rejected, share)
        self._tell(told)

    def _tell(self, news: ReadingTold) -> None:
        if news != self.told:  # saying the same again would hide that nothing moves
            self.told = news
            self.tell(news)


def _meanwhile(work: Callable[[], None], tell: Callable[[], None]) -> None:
    """Run `work` and call `tell` every now and then until it ends. Raises what it raises."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        running = pool.submit(work)
        while not running.done():
            wait([running], timeout=TELL_EVERY_SECONDS)
            tell()
        running.result()
