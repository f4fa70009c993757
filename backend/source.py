"""What a CSV dialect declares, and which dialect a file speaks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import backend.sources
from backend import plugins
from backend.steps.columns import FEATURES, Column, Role
from backend.steps.contents import Contents
from backend.steps.layout import fold
from backend.steps.masking import shown
from backend.steps.values import means_a_label, reads_as_fraud

GENERAL = "general"
MOST_CHOICES = 2000  # different values beyond which a column is words rather than a choice
JOINED = (Role.ENTITY, Role.COUNTERPARTY, Role.ID)
ROUNDED_NOTE = "A spreadsheet rounded some to 3.5E+18"

Understood = tuple[Role, str]  # a role and why
Guess = Callable[[Sequence[Contents]], list[Understood]]


@dataclass(frozen=True)
class Source:
    """One way transactions are written down: headers in, roles out."""

    title: str
    requires: tuple[str, ...] = ()  # headers that make a file this dialect
    roles: Mapping[str, Understood] = field(default_factory=dict)  # by header
    currency: str = ""  # sign; empty: looked for in the amounts
    guess: Guess | None = None  # for headers that `roles` does not name

    def speaks(self, headers: Sequence[str]) -> bool:
        """Tell whether a file with these headers is written in this dialect."""
        return {fold(name) for name in self.requires} <= {fold(name) for name in headers}

    def understand(self, contents: Sequence[Contents], guess: Guess) -> tuple[Column, ...]:
        """Give every column a role and a reason; columns unknown to the dialect are guessed.

        A guess never adds a second label, amount, time, entity or counterparty to those
        that the dialect names.
        """
        known = {fold(name): understood for name, understood in self.roles.items()}
        strangers = [held for held in contents if fold(held.name) not in known]
        guessed = dict(zip((p.name for p in strangers), guess(strangers), strict=True))
        if known:
            guessed = {name: _as_extra(understood) for name, understood in guessed.items()}
        return tuple(
            describe(held, *(guessed.get(held.name) or known[fold(held.name)])) for held in contents
        )


def dialects() -> dict[str, Source]:
    """Return every dialect by module name, those that require most headers first."""
    found: dict[str, Source] = plugins.collect(backend.sources, "SOURCE")
    return dict(sorted(found.items(), key=lambda item: -len(item[1].requires)))


def recognise(contents: Sequence[Contents]) -> tuple[str, tuple[Column, ...]]:
    """Return the dialect (module name) a file speaks and how it understands each column."""
    known = dialects()
    headers = [held.name for held in contents]
    name = next(name for name, source in known.items() if source.speaks(headers))
    guess = known[GENERAL].guess
    assert guess is not None, "backend/sources/general.py must guess"
    return name, known[name].understand(contents, guess)


def describe(held: Contents, role: Role, why: str) -> Column:
    """Return a column as the analyst sees it; content may overrule a role that came by name."""
    role, why = _settled(held, role, why)
    example = shown(held.example, role)
    return Column(held.name, role, why, held.missing, held.distinct, example)


def _settled(held: Contents, role: Role, why: str) -> Understood:
    if held.present == 0 and role is not Role.IGNORE:
        return Role.IGNORE, "No row has a value"
    if role is Role.LABEL:
        return role, f"{why}, {_label_note(held)}"
    if role in JOINED and held.rounded:
        return role, f"{why}. {ROUNDED_NOTE}"
    if role in FEATURES and held.distinct == 1 and held.missing == 0 and held.rows > 1:
        return Role.IGNORE, "The same value in every row"
    if role is Role.CATEGORY and held.distinct > MOST_CHOICES:
        return Role.TEXT, f"{held.distinct:,} different values: read as words"
    if (role is Role.NUMBER and not held.is_numeric) or (role is Role.AMOUNT and not held.numbers):
        return Role.IGNORE, "Expected numbers, but most values are not"
    return role, why


def _label_note(held: Contents) -> str:
    unknown = [value for value, _ in held.values if not means_a_label(value)]
    if unknown or not held.values:
        value = f'"{unknown[0]}"' if unknown else f"one of {held.distinct:,} values"
        return f"but {value} is neither fraud nor legitimate"
    said = [(value, count) for value, count in held.values if reads_as_fraud(value)]
    names = " or ".join(value for value, _ in said) or "fraud"
    return f"{sum(count for _, count in said) / held.present:.2%} are {names}"


def _as_extra(understood: Understood) -> Understood:
    role, why = understood
    if role in (*FEATURES, Role.ID, Role.SEALED, Role.IGNORE):
        return understood
    return Role.IGNORE, f"Not a column of this format ({why[0].lower()}{why[1:]})"
