"""The words in which a file's state of health is told: problems, questions, ways out."""

from dataclasses import dataclass
from enum import StrEnum

from backend.steps.recipe import Fix


class Severity(StrEnum):
    """How much a problem matters."""

    BLOCKING = "blocking"  # the file cannot be accepted before it is fixed
    WARNING = "warning"  # rows are put aside, or a model could be misled
    NOTE = "note"  # done, and said


@dataclass(frozen=True)
class Example:
    """One row of the file that shows a problem; what could name somebody is hidden."""

    line: int  # 1-based physical line
    text: str


@dataclass(frozen=True)
class Offer:
    """A way out of a problem, one click away."""

    label: str  # what the button says
    fixes: tuple[Fix, ...]


@dataclass(frozen=True)
class Problem:
    """Something about a file that an analyst should know."""

    key: str  # stable name, such as "label-unknown:is_fraud"
    severity: Severity
    title: str  # one short sentence with the count: "12 amounts cannot be read"
    detail: str  # what happens with them, or what it means
    count: int = 0  # rows or cells
    column: str = ""
    examples: tuple[Example, ...] = ()  # at most three
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True)
class Option:
    """One answer to a question, with how values of the file read under it."""

    label: str
    examples: tuple[str, ...]  # "03/04/2024 is 3 April 2024"
    fixes: tuple[Fix, ...]


@dataclass(frozen=True)
class Question:
    """What only the analyst can know about a file."""

    key: str  # encoding, header, written (dates and decimals)
    prompt: str
    options: tuple[Option, ...]
