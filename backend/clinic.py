"""The clinic: how healthy a file is, what is wrong with it, and what only the analyst knows."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock

import pandas as pd

from backend import datasets, drafts, uploads
from backend.dataset_view import Dataset
from backend.steps import (
    balance,
    days,
    hidden,
    leaks,
    lines,
    out_of_step,
    pauses,
    rejected,
    repeats,
    unused,
    weeks,
)
from backend.steps.canonical import canonical
from backend.steps.checkup import Problem, Question, Severity
from backend.steps.duck import open_duck, parquet_table
from backend.steps.folder import LINES, open_table, rejects_table
from backend.steps.health import Counts, Health, assess
from backend.steps.outline import Outline
from backend.steps.recipe import Kind
from backend.uploads import Progress, silent

Finding = Callable[[Outline], Iterator[Problem]]
ORDER = list(Severity)  # blocking first
REMEMBERED = 32  # checkups kept in memory
FINDINGS: tuple[tuple[str, Finding], ...] = (
    ("Looking for columns that give the answer away", leaks.problems),
    ("Looking for columns that give the answer away", leaks.left_out),
    ("Looking for text out of step", out_of_step.out_of_step),
    ("Looking for repeated rows", repeats.copies),
    ("Looking for repeated rows", repeats.across_the_split),
    ("Looking at the frauds", balance.quiet_end),
    ("Looking at the frauds", balance.sampled),
    ("Looking at the calendar", pauses.gaps),
    ("Looking at the calendar", pauses.jumps),
    ("Looking at the calendar", pauses.no_time_of_day),
    ("Looking at the columns", unused.rounded),
    ("Looking at the columns", unused.constant),
)

_known: OrderedDict[object, "Checkup"] = OrderedDict()
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Checkup:
    """What an examination found. Problems stand by severity, most rows first."""

    health: Health
    problems: tuple[Problem, ...]
    question: Question | None
    weeks: pd.DataFrame = field(compare=False)  # of the rows that are kept, as steps/weeks counts

    @property
    def blocked(self) -> str:
        """Why the file cannot be used yet, one sentence; "" when it can."""
        if self.question is not None:
            return "Answer the question first."
        stops = [p for p in self.problems if p.severity is Severity.BLOCKING]
        return f"Fix this first: {stops[0].title}." if stops else ""


def examine(dataset_id: int, progress: Progress = silent) -> Checkup:
    """Look a dataset over; the same dataset with the same recipe is looked over once.

    Of an accepted dataset only its counts and what was hidden are told. Takes seconds on
    millions of rows. Raises DatasetNotFound, and TouchstoneError when the upload is gone.
    """
    dataset = datasets.get(dataset_id)
    dropped = (dataset.content_hash, dataset.created_at)
    key = (*dropped, dataset.state, dataset.recipe, dataset.columns)
    with _one_at_a_time:
        if key not in _known:
            _known[key] = _examined(dataset, progress)
            while len(_known) > REMEMBERED:
                _known.popitem(last=False)
        return _known[key]


def _examined(dataset: Dataset, progress: Progress) -> Checkup:
    problems = list(hidden.problems(dataset.protected, dataset.columns))
    question, by_week = None, weeks.count(pd.DataFrame(), "none")
    if not dataset.is_ready:
        progress(0.0, "Looking at the values")
        problems += drafts.faults(dataset.id)
        question = drafts.question(dataset.id)
        found, by_week = _looked_at(dataset, progress)
        problems += found
    told = _by_severity(_undecided(problems, dataset))
    counts = Counts(
        kept=dataset.rows,
        put_aside=dataset.quarantined,
        blank_lines=dataset.blank_lines,
        frauds=dataset.frauds,
        unlabelled=dataset.unlabelled,
    )
    fixes = sum(fix.kind is not Kind.KEEP for fix in dataset.recipe)
    return Checkup(assess(counts, told, question, fixes), tuple(told), question, by_week)


def _looked_at(dataset: Dataset, progress: Progress) -> tuple[list[Problem], pd.DataFrame]:
    found: list[Problem] = []
    folder = uploads.folder_of(dataset.content_hash)
    with open_duck(folder) as connection:
        table = open_table(connection, folder)
        typed = canonical(table, dataset.columns, dataset.recipe)
        places = lines.stored(folder / LINES)
        outline = Outline(table, dataset.columns, typed, places.of)
        for done, (doing, finding) in enumerate(FINDINGS, start=1):
            progress(done / (len(FINDINGS) + 1), doing)
            found += finding(outline)
        if rejects_table(folder).is_file():
            found += rejected.problems(parquet_table(connection, rejects_table(folder)))
        counted = days.count(outline.brief, "time", "label")
    progress(1.0, "Done")
    return found, weeks.count(counted, typed.clock.kind)


def _undecided(problems: Sequence[Problem], dataset: Dataset) -> Iterator[Problem]:
    decided = {fix.value for fix in dataset.recipe if fix.kind is Kind.KEEP}
    return (problem for problem in problems if problem.key not in decided)


def _by_severity(problems: Iterable[Problem]) -> list[Problem]:
    """Sort problems, blocking ones first."""
    return sorted(problems, key=lambda problem: (ORDER.index(problem.severity), -problem.count))
