"""How a file is doing, in one word and one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from backend.steps.checkup import Problem, Question, Severity


class Grade(StrEnum):
    """From ready to use to not usable yet."""

    HEALTHY = "healthy"
    WATCH = "watch"  # usable, and something misleads a model or was put aside
    ASKS = "asks"  # one answer is missing
    BLOCKED = "blocked"  # something must be fixed first


@dataclass(frozen=True)
class Health:
    """The rows of a file and how they fared. kept + put_aside = rows in the file."""

    grade: Grade
    words: str  # the grade as it is shown: "Healthy after 2 fixes"
    sentence: str  # the verdict, with a number
    kept: int
    put_aside: int
    blank_lines: int  # counted apart, they are no rows
    frauds: int
    unlabelled: int  # kept rows that nobody has judged

    @property
    def rows(self) -> int:
        """Rows in the file."""
        return self.kept + self.put_aside


@dataclass(frozen=True)
class Counts:
    """What was counted of a file before its health is told."""

    kept: int
    put_aside: int
    blank_lines: int
    frauds: int
    unlabelled: int


def assess(
    counts: Counts, problems: Sequence[Problem], question: Question | None, fixes: int
) -> Health:
    """Return how a file is doing: blocked, else asking, else worth a look, else healthy."""
    blocking = [problem for problem in problems if problem.severity is Severity.BLOCKING]
    warnings = sum(problem.severity is Severity.WARNING for problem in problems)
    if question is not None:
        grade, words = Grade.ASKS, "Needs one answer"
        sentence = f"One answer is needed before these {counts.kept:,} rows can be used."
    elif blocking:
        more = f" and {len(blocking) - 1} more" if len(blocking) > 1 else ""
        grade, words = Grade.BLOCKED, "Cannot be used yet"
        sentence = f"Cannot be used yet: {_lowered(blocking[0].title)}{more}."
    else:
        grade = Grade.WATCH if warnings else Grade.HEALTHY
        words, sentence = _usable(counts, warnings, fixes)
    return Health(grade, words, sentence, counts.kept, counts.put_aside, counts.blank_lines,
                  counts.frauds, counts.unlabelled)  # fmt: skip


def _usable(counts: Counts, warnings: int, fixes: int) -> tuple[str, str]:
    after = f" after {_number(fixes, 'fix', 'fixes')}" if fixes else ""
    rows = f"{counts.kept:,} of {counts.kept + counts.put_aside:,} rows kept"
    frauds = f"{_number(counts.frauds, 'fraud', 'frauds')} among them"
    if warnings:
        sentence = f"Usable, with {_number(warnings, 'thing', 'things')} to look at: {rows}."
        return f"Usable{after}", sentence
    return f"Healthy{after}", f"Healthy{after}: {rows}, {frauds}."


def _number(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _lowered(title: str) -> str:
    first, rest = title[:1], title[1:]
    return first.lower() + rest if rest[:1].islower() or rest[:1] == " " else title
