"""Which features of the past a model is given: names, what they mean, and why some are missing.

The past of a transaction is every earlier one of the same customer (entity), of the same
merchant (counterparty) and of the two together. Nothing here sees the transaction's own future,
nor another of the very same time. `past` computes what a `Plan` says, for millions of rows and
for one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from backend.steps import bands, identity, places, spans
from backend.steps.columns import Column, Role, named
from backend.steps.places import Place
from backend.steps.profile import PAST, floats
from backend.steps.spans import Span

HOUR, DAY = 3_600, 86_400
WINDOWS = {HOUR: "1h", DAY: "1d", 7 * DAY: "7d", 30 * DAY: "30d"}
SAID = {HOUR: "hour", DAY: "day", 7 * DAY: "7 days", 30 * DAY: "30 days"}
MONTH = 27 * DAY  # a clock that ticks as slowly fits no window: months differ in length
COARSEST_HOUR = 6 * HOUR  # a clock that ticks more slowly knows no hour of the day
MOST_CATEGORIES = 6  # that are followed; those that explain most of the label
ENTITY, COUNTERPARTY = "_entity", "_counterparty"


@dataclass(frozen=True)
class Plan:
    """The features of one run. Headers are empty where the dataset has no such column."""

    windows: tuple[int, ...]  # seconds, ascending
    entity: str
    counterparty: str
    amount: str
    hours: bool  # the clock knows the hour of the day
    categories: tuple[str, ...]  # columns that are followed
    place: Place | None  # where a transaction happens
    home: Place | None  # another place it names
    labelled: bool
    delay: float  # seconds until a label is known
    prior: float  # fraud rate of the training part
    uncovered: tuple[Span, ...] = ()  # periods whose labels do not count
    left_out: dict[str, str] = field(default_factory=dict)  # what -> why it is not computed

    @classmethod
    def fit(
        cls,
        frame: pd.DataFrame,
        columns: tuple[Column, ...],
        delay: float,
        uncovered: Sequence[Span] = (),
    ) -> "Plan":
        """Decide from rows of the training part what can be computed.

        `frame` has the dataset's columns; files imported long ago lack `_counterparty`.
        `delay` in seconds.
        Raises ValueError when `frame` is empty.
        """
        if frame.empty:
            raise ValueError("Features are planned on at least one training row")
        trusted = ~spans.within(floats(frame["_time"]), uncovered)
        label = np.where(trusted, floats(frame["_label"]), np.nan)
        known = label[np.isfinite(label)]
        timed = bool(frame["_time"].notna().any())
        tick = _tick(floats(frame["_time"]))
        found = places.find(frame, named(columns, Role.NUMBER))
        plan = cls(
            windows=tuple(w for w in WINDOWS if timed and tick <= w and tick < MONTH),
            entity=_header(frame, columns, Role.ENTITY, "_entity") if timed else "",
            counterparty=_header(frame, columns, Role.COUNTERPARTY, COUNTERPARTY) if timed else "",
            amount=_header(frame, columns, Role.AMOUNT, "_amount"),
            hours=timed and tick <= COARSEST_HOUR,
            categories=_followed(frame, columns, label) if timed else (),
            place=found[0] if found else None,
            home=found[1] if len(found) > 1 else None,
            labelled=bool(len(known)),
            delay=delay,
            prior=float(known.mean()) if len(known) else 0.0,
            uncovered=tuple(uncovered),
        )
        plan.left_out.update(_left_out(plan, timed))
        return plan

    @property
    def words(self) -> dict[str, str]:
        """What each feature means, by its name, in the order of the columns."""
        return dict(
            [*_of_entity(self), *_of_counterparty(self), *_of_categories(self), *_row(self)]
        )

    @property
    def columns(self) -> tuple[Column, ...]:
        """The features as columns of numbers, in the same order."""
        return tuple(Column(name, Role.NUMBER, why) for name, why in self.words.items())

    def to_plain(self) -> dict[str, Any]:
        """Return the plan as a JSON-ready dict."""
        return asdict(self)

    @classmethod
    def from_plain(cls, stored: dict[str, Any]) -> "Plan":
        """Return the plan that `to_plain` wrote, also after a way through JSON."""
        tuples = {name: tuple(stored[name]) for name in ("windows", "categories")}
        pairs = {name: tuple(stored[name]) if stored[name] else None for name in ("place", "home")}
        uncovered = tuple((start, end) for start, end in stored["uncovered"])
        return cls(**{**stored, **tuples, **pairs, "uncovered": uncovered})


def named_for(subject: str, what: str, window: int | None = None) -> str:
    """Return the name of a feature: `_past_entity_count_1h`, `_past_pair_since`."""
    return PAST + "_".join([subject, what, *([WINDOWS[window]] if window else [])])


Words = Iterator[tuple[str, str]]


def _of_entity(plan: Plan) -> Words:
    if not plan.entity:
        return
    same = f"the same {plan.entity}"
    yield from _velocity(plan, "entity", same)
    if plan.counterparty:
        yield from _different(plan, "entity", plan.counterparty, same)
        yield from _velocity(plan, "pair", f"{same} and {plan.counterparty} together")
    for name in plan.categories:
        yield named_for("new", name), f"First time that {same} has this {name}"
    if plan.hours:
        yield named_for("entity", "hours_off"), f"Hours away from the usual hour of {same}"
    if plan.place:
        before = f"the previous transaction of {same}"
        yield named_for("entity", "moved"), f"Kilometres from {before}"
        yield named_for("entity", "speed"), f"Kilometres an hour from {before}"


def _of_counterparty(plan: Plan) -> Words:
    if not plan.counterparty:
        return
    same = f"the same {plan.counterparty}"
    yield from _velocity(plan, "counterparty", same)
    if plan.entity:
        yield from _different(plan, "counterparty", plan.entity, same)
    if plan.labelled:
        for window in (None, *(w for w in plan.windows if w >= DAY)):
            yield from _risk("counterparty", same, window)


def _of_categories(plan: Plan) -> Words:
    for name in plan.categories if plan.labelled else ():
        yield from _risk(name, f"the same {name}", None)


def _row(plan: Plan) -> Words:
    if plan.place and plan.home:
        ends = f"{' and '.join(plan.place)} to {' and '.join(plan.home)}"
        yield named_for("row", "distance"), f"Kilometres from {ends}"


def _velocity(plan: Plan, subject: str, same: str) -> Words:
    yield named_for(subject, "new"), f"First transaction of {same}"
    yield named_for(subject, "since"), f"Seconds since the previous transaction of {same}"
    for window in plan.windows:
        when = f"of {same} in the {SAID[window]} before"
        yield named_for(subject, "count", window), f"Transactions {when}"
        if plan.amount:
            yield named_for(subject, "sum", window), f"Sum of {plan.amount} {when}"
            yield named_for(subject, "mean", window), f"Mean {plan.amount} {when}"
            yield named_for(subject, "max", window), f"Largest {plan.amount} {when}"
            yield named_for(subject, "std", window), f"Standard deviation of {plan.amount} {when}"
    if plan.amount:
        usual = f"the mean of all earlier transactions of {same}"
        yield named_for(subject, "ratio"), f"{plan.amount} as a multiple of {usual}"
        yield (
            named_for(subject, "unusual"),
            f"How far the logarithm of {plan.amount} lies from {usual}, in standard deviations",
        )


def _different(plan: Plan, subject: str, what: str, same: str) -> Words:
    for window in plan.windows:
        when = f"in the {SAID[window]} before"
        yield named_for(subject, "distinct", window), f"Different {what} of {same} {when}"


def _risk(subject: str, same: str, window: int | None) -> Words:
    when = f" in the {SAID[window]} before them" if window else ""
    known = f"of {same} whose outcome was known{when}"
    yield named_for("risk", subject, window), f"Share of frauds among transactions {known}"
    yield named_for("known", subject, window), f"Whether there were transactions {known}"


def _tick(time: bands.Floats) -> float:
    """Return the shortest time between two different times; infinite where there are no two."""
    gaps = np.diff(np.unique(time[np.isfinite(time)]))
    return float(gaps.min()) if len(gaps) else np.inf


def _header(frame: pd.DataFrame, columns: tuple[Column, ...], role: Role, own: str) -> str:
    if own not in frame or not frame[own].notna().any():
        return ""
    return " and ".join(named(columns, role)) or own.strip("_")


def _followed(
    frame: pd.DataFrame, columns: tuple[Column, ...], label: bands.Floats
) -> tuple[str, ...]:
    entity = identity.entity_codes(frame["_entity"])
    known = np.isfinite(label)
    worth = {}
    for name in named(columns, Role.CATEGORY):
        settled = entity is not None and identity.names_entity(frame[name], entity)
        if frame[name].nunique() > 1 and not settled:
            code = pd.factorize(frame[name])[0].astype(np.int64)
            worth[name] = bands.worth(code[known], label[known]) if known.any() else 0.0
    most = sorted(worth, key=lambda name: -worth[name])[:MOST_CATEGORIES]
    return tuple(name for name in worth if name in most)


def _left_out(plan: Plan, timed: bool) -> dict[str, str]:
    if not timed:
        return {"past": "The file has no time, so nothing in it is earlier than anything else."}
    short = [name for window, name in WINDOWS.items() if window not in plan.windows]
    lacks = (
        ("entity", plan.entity, "No column says whose transaction it is."),
        ("counterparty", plan.counterparty, "No column says with whom."),
        ("amount", plan.amount, "No column says how much."),
        ("risk", plan.labelled, "The training part has no labels."),
        ("windows", not short, f"The clock of the file is too coarse for {', '.join(short)}."),
        ("hours", plan.hours, "The clock of the file does not tell the hour of the day."),
        ("places", plan.place, "No pair of columns holds latitude and longitude."),
    )
    return {what: why for what, has, why in lacks if not has}
