"""Features of the past: what a plan names, computed for any asked events among others.

The one place where they are computed. For training it is given one key after another of a whole
dataset and asked for every event; for one transaction it is given what the same customer, the
same merchant and the same category did, and asked for that one. Both get equal numbers.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.steps import clock, places, spans, velocity
from backend.steps.features import COUNTERPARTY, DAY, ENTITY, Plan, named_for
from backend.steps.profile import floats
from backend.steps.risk import Known, known
from backend.steps.velocity import Floats, Past, look_back, moments

STEADY = 1e-6  # mean length of the hands of the clock below which no hour is usual
SMALLEST_SPREAD = 0.05  # of log amounts: smaller habits are no habits

Codes = NDArray[np.int64]
Measured = dict[str, Floats]  # feature -> value of each asked event (m,), NaN unknown


@dataclass(frozen=True)
class Events:
    """Events in the order that `velocity` wants, all (n,): by key, time, amount and place."""

    key: Codes
    time: Floats
    amount: Floats
    asked: NDArray[np.bool_]
    more: dict[str, NDArray[Any]]  # other columns: words as codes, -1 missing; numbers

    def taken(self, order: NDArray[np.int64], key: Codes) -> "Events":
        """Return the events at these places, with another key (as many as are taken)."""
        more = {name: values[order] for name, values in self.more.items()}
        return Events(key, self.time[order], self.amount[order], self.asked[order], more)


def keys(plan: Plan) -> tuple[str, ...]:
    """Return the columns by whose values a plan groups the past."""
    own = [ENTITY] if plan.entity else []
    own += [COUNTERPARTY] if plan.counterparty else []
    return (*own, *(plan.categories if plan.labelled else ()))


def needed(plan: Plan, key: str) -> tuple[str, ...]:
    """Return the columns that `measure` reads of events grouped by `key`, the key first."""
    if key == ENTITY:
        whom = [COUNTERPARTY] if plan.counterparty else []
        return (ENTITY, "_time", "_amount", *whom, *plan.categories, *(plan.place or ()))
    if key == COUNTERPARTY:
        who = [ENTITY] if plan.entity else []
        return (COUNTERPARTY, "_time", "_amount", *who, "_label")
    return (key, "_time", "_label")


def measure(plan: Plan, key: str, frame: pd.DataFrame, asked: NDArray[np.bool_]) -> Measured:
    """Return the features that the past of the same `key` gives the asked rows (m,), in order.

    `frame` has the columns of `needed`, key and time never missing, words as such or as codes
    with -1 for missing; `asked` (n,) says which rows. Order among the rows does not matter,
    except that results come in theirs.
    """
    events, order = _events(plan, key, frame, asked)
    past = look_back(events.key, events.time, np.flatnonzero(events.asked), plan.windows)
    if key == ENTITY:
        found = _of_entity(plan, events, past)
    elif key == COUNTERPARTY:
        found = _of_counterparty(plan, events, past)
    else:
        said = known(events.more["_label"], events.time, past, plan.delay)
        found = risk(plan, key, said)
    back = np.argsort(order[past.asked])
    return {name: values[back] for name, values in found.items()}


def risk(plan: Plan, subject: str, said: Known, window: int | None = None) -> Measured:
    """Return the features that labels known at the time give (m,)."""
    return {
        named_for("risk", subject, window): said.rate(plan.prior),
        named_for("known", subject, window): (said.labels > 0).astype(np.float64),
    }


def alone(plan: Plan, frame: pd.DataFrame) -> Measured:
    """Return the features that rows have by themselves, whatever happened before (n,)."""
    if not (plan.place and plan.home):
        return {}
    ends = [floats(frame[name]) for name in (*plan.place, *plan.home)]
    return {named_for("row", "distance"): places.kilometres(*ends)}


def _events(
    plan: Plan, key: str, frame: pd.DataFrame, asked: NDArray[np.bool_]
) -> tuple[Events, NDArray[np.int64]]:
    words = {name: _codes(frame[name]) for name in (ENTITY, COUNTERPARTY, *plan.categories)
             if name in frame}  # fmt: skip
    numbers = {name: floats(frame[name]) for name in plan.place or () if name in frame}
    time = floats(frame["_time"])
    amount = floats(frame["_amount"]) if "_amount" in frame else np.full(len(frame), np.nan)
    if "_label" in frame:
        trusted = ~spans.within(time, plan.uncovered)
        numbers["_label"] = np.where(trusted, floats(frame["_label"]), np.nan)
    ends = [numbers[name] for name in plan.place or () if name in numbers]
    order = np.lexsort((*ends, amount, time, words[key]))
    events = Events(words[key], time, amount, asked, words | numbers)
    return events.taken(order, words[key][order]), order


def _of_entity(plan: Plan, events: Events, past: Past) -> Measured:
    found = _velocity(plan, "entity", events, past)
    if plan.counterparty:
        found |= _distinct("entity", events, past, events.more[COUNTERPARTY])
        found |= _of_pair(plan, events, past)
    for name in plan.categories:
        code = events.more[name]
        first = velocity.earliest(events.key, code, events.time)
        is_new = (first == events.time).astype(np.float64)
        found[named_for("new", name)] = np.where(code < 0, np.nan, is_new)[past.asked]
    if plan.hours:
        found[named_for("entity", "hours_off")] = _hours_off(events.time, past)
    if plan.place:
        found |= _travel(plan.place, events, past)
    return found


def _of_pair(plan: Plan, events: Events, past: Past) -> Measured:
    """The past of customer and merchant together: that of the customer, sorted once more."""
    other = events.more[COUNTERPARTY]
    order = np.lexsort((np.arange(len(other)), other, events.key))
    order = order[other[order] >= 0]
    changes = (np.diff(events.key[order]) != 0) | (np.diff(other[order]) != 0)
    pair = np.concatenate([[0], np.cumsum(changes)])[: len(order)].astype(np.int64)
    pairs = events.taken(order, pair)
    asked = look_back(pair, pairs.time, np.flatnonzero(pairs.asked), plan.windows)
    place = np.searchsorted(past.asked, order[asked.asked])
    found = {}
    for name, values in _velocity(plan, "pair", pairs, asked).items():
        found[name] = np.full(len(past.asked), np.nan)
        found[name][place] = values
    return found


def _of_counterparty(plan: Plan, events: Events, past: Past) -> Measured:
    found = _velocity(plan, "counterparty", events, past)
    if plan.entity:
        found |= _distinct("counterparty", events, past, events.more[ENTITY])
    if plan.labelled:
        for window in (None, *(w for w in plan.windows if w >= DAY)):
            said = known(events.more["_label"], events.time, past, plan.delay, window)
            found |= risk(plan, "counterparty", said, window)
    return found


def _velocity(plan: Plan, subject: str, events: Events, past: Past) -> Measured:
    seen = past.end > past.first
    since = events.time[past.asked] - events.time[np.maximum(past.end - 1, 0)]
    found = {
        named_for(subject, "new"): (~seen).astype(np.float64),
        named_for(subject, "since"): np.where(seen, since, np.nan),
    }
    for window, start in past.starts.items():
        found[named_for(subject, "count", window)] = (past.end - start).astype(np.float64)
    if plan.amount:
        found |= _amounts(subject, events, past)
    return found


def _amounts(subject: str, events: Events, past: Past) -> Measured:
    found = {}
    for window, start in past.starts.items():
        inside = moments(events.amount, start, past.end)
        found[named_for(subject, "sum", window)] = inside.total
        found[named_for(subject, "mean", window)] = inside.mean
        found[named_for(subject, "max", window)] = inside.highest
        found[named_for(subject, "std", window)] = inside.deviation
    mean = moments(events.amount, past.first, past.end).mean
    usual = np.where(mean > 0, mean, np.nan)
    found[named_for(subject, "ratio")] = events.amount[past.asked] / usual
    size = np.sign(events.amount) * np.log1p(np.abs(events.amount))
    habit = moments(size, past.first, past.end)
    spread = np.maximum(habit.deviation, SMALLEST_SPREAD)
    found[named_for(subject, "unusual")] = (size[past.asked] - habit.mean) / spread
    return found


def _distinct(subject: str, events: Events, past: Past, other: Codes) -> Measured:
    next_one = velocity.following(events.key, other)
    return {
        named_for(subject, "distinct", window): velocity.distinct(
            other, next_one, start, past.end
        ).astype(np.float64)
        for window, start in past.starts.items()
    }


def _hours_off(time: Floats, past: Past) -> Floats:
    """Hours between now and the mean direction of all earlier hours on the dial, 0 to 12."""
    angle = clock.hour_of(time) * (2 * np.pi / 24)
    across = moments(np.cos(angle), past.first, past.end).mean
    up = moments(np.sin(angle), past.first, past.end).mean
    apart = (angle[past.asked] - np.arctan2(up, across)) * (24 / (2 * np.pi))
    off = np.abs(np.mod(apart + 12, 24) - 12)
    return np.where(np.hypot(across, up) > STEADY, off, np.nan)


def _travel(place: places.Place, events: Events, past: Past) -> Measured:
    """The way from the last place that is known, among equal times the largest amount's."""
    north, east = (events.more[name] for name in place)
    known_place = np.isfinite(north) & np.isfinite(east)
    numbers = np.arange(len(north))
    latest = np.maximum.accumulate(np.where(known_place, numbers, -1))
    previous = latest[np.maximum(past.end - 1, 0)]
    has = (past.end > past.first) & (previous >= past.first)
    here = past.asked
    moved = places.kilometres(north[previous], east[previous], north[here], east[here])
    hours = (events.time[here] - events.time[previous]) / clock.HOUR
    return {
        named_for("entity", "moved"): np.where(has, moved, np.nan),
        named_for("entity", "speed"): np.divide(
            moved, hours, out=np.full(len(here), np.nan), where=has
        ),
    }


def _codes(values: pd.Series) -> Codes:
    if pd.api.types.is_integer_dtype(values):
        return values.to_numpy(dtype=np.int64)
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy().astype(np.int64)
    return pd.factorize(values)[0].astype(np.int64)
