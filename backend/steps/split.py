"""Which transactions a model learns from, is tuned on and is tested on.

The parts follow each other in time, as they will in use, and a gap as long as a fraud takes
to become known lies before validation and before test. Method: Dal Pozzolo et al. 2018 and
the Fraud Detection Handbook, chapter 5; bounds in decisions/0006-evaluation.md.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

TRAIN, VALIDATION, TEST, GAP, UNLABELLED = "train", "validation", "test", "gap", "unlabelled"
PARTS = (TRAIN, VALIDATION, TEST, GAP, UNLABELLED)
EDGES = (0.70, 0.85)  # share of labelled rows before validation and before test begin
DAY = 86_400.0
SEED = 0
FOLDS, WEEK = 4, 7 * DAY
FEW_FRAUDS = 30  # in a fold; with fewer its figures are mostly luck


@dataclass(frozen=True)
class Split:
    """The part of every row, and how it was decided."""

    part: NDArray[np.str_]  # (n,) one of PARTS
    method: str  # time, entity or random
    gap_seconds: float = 0.0
    boundaries: tuple[float, float] | None = None  # times at which validation and test begin
    caveats: tuple[str, ...] = field(default=())

    def rows(self) -> dict[str, int]:
        """Return the number of rows in each part; every part is a key."""
        return {part: int((self.part == part).sum()) for part in PARTS}

    def to_plain(self, label: NDArray[Any]) -> dict[str, Any]:
        """Return what a page shows of the split, JSON-ready; `label` (n,) is 1 for fraud."""
        frauds = {part: int((label[self.part == part] == 1).sum()) for part in PARTS}
        return {
            "method": self.method,
            "gap_seconds": self.gap_seconds,
            "boundaries": self.boundaries,
            "caveats": list(self.caveats),
            "rows": self.rows(),
            "frauds": frauds,
        }


def assign(
    time: NDArray[np.float64],
    label: NDArray[np.float64],
    entity: NDArray[Any] | None,
    delay_seconds: float,
) -> Split:
    """Return the part of each row.

    `time` (n,) in seconds, NaN where unknown; `label` (n,) is 1, 0 or NaN for unlabelled;
    `entity` (n,) groups rows, or None; `delay_seconds` is how long a fraud takes to become
    known. With a time, parts are cut at 70% and 85% of the labelled rows, never inside
    equal times, and rows of the last `delay_seconds` before a cut fall into the gap. Without
    a usable time whole entities, and without those single rows, are drawn at random.
    Empty in, empty out.
    """
    time, label = np.asarray(time, dtype=np.float64), np.asarray(label, dtype=np.float64)
    known = ~np.isnan(label)
    if known.any() and not np.isnan(time[known]).any() and np.ptp(time[known]) > 0:
        return _by_time(time, known, delay_seconds)
    if entity is not None and len(np.unique(entity[known])) >= len(EDGES) + 1:
        return _by_entity(entity, known)
    return _by_draw(label, known)


def folds(
    time: NDArray[np.float64], label: NDArray[np.float64], divided: Split, count: int = FOLDS
) -> tuple[Split, ...]:
    """Return the split of a time `divided` again, moved back in `count` even steps.

    Fold i ends its training, its validation and begins its test i steps earlier, and tests on
    one step: the tests follow each other without overlap. A step is a week, or as many weeks
    as give every fold 30 frauds, but no longer than the test part or an eighth of the time
    before validation. Rows beyond a fold's test count as gap. `time` and `label` as in
    `assign`. Empty when the rows were not divided by time.
    Source: prequential validation, the Fraud Detection Handbook, chapter 5.3.
    """
    if divided.boundaries is None or count < 1:
        return ()
    known = ~np.isnan(label)
    longest = min(
        float(time[known].max()) - divided.boundaries[1],
        (divided.boundaries[0] - float(time[known].min())) / (2 * count),
    )
    steps = [weeks * WEEK for weeks in range(1, int(longest // WEEK) + 1)] or [longest]
    for step in steps:
        found = tuple(_moved_back(time, known, divided, step, back) for back in range(count))
        if all((label[fold.part == TEST] == 1).sum() >= FEW_FRAUDS for fold in found):
            break
    return found


def at_random(divided: Split, label: NDArray[np.float64], seed: int = SEED) -> Split:
    """Return the same rows of the parts drawn at random instead, class by class.

    Every part keeps its number of rows and of frauds, so that what a model gains on it is
    what it learns from the future, and from the neighbours of its test rows.
    """
    part, draw = divided.part.copy(), np.random.default_rng(seed)
    used = np.isin(part, (TRAIN, VALIDATION, TEST))
    for value in (0, 1):
        rows = np.flatnonzero(used & (label == value))
        part[rows] = draw.permutation(part[rows])
    return Split(part, "random")


def _moved_back(
    time: NDArray[np.float64], known: NDArray[np.bool_], divided: Split, step: float, back: int
) -> Split:
    assert divided.boundaries is not None
    at_validation, at_test = (edge - back * step for edge in divided.boundaries)
    part = _cut(time, known, at_validation, at_test, divided.gap_seconds)
    part[(part == TEST) & (time >= at_test + step)] = GAP
    return replace(divided, part=part, boundaries=(at_validation, at_test))


def _by_time(time: NDArray[np.float64], known: NDArray[np.bool_], delay: float) -> Split:
    ordered = np.sort(time[known])
    at_validation, at_test = (float(ordered[int(edge * len(ordered))]) for edge in EDGES)
    for gap, caveat in _gaps(delay, float(ordered[-1] - ordered[0])):
        part = _cut(time, known, at_validation, at_test, gap)
        if gap == 0 or _keeps_half(part, time[known], at_validation, at_test):
            break
    caveats = (caveat,) if caveat else ()
    return Split(part, "time", gap, (at_validation, at_test), caveats)


def _gaps(delay: float, span: float) -> list[tuple[float, str]]:
    short = max(DAY, 0.05 * span)
    tries = [(delay, "")] if span >= 5 * delay else []
    tries += [(gap, _short_caveat(gap)) for gap in (short, 0.05 * span) if gap < delay]
    tries.append((0.0, "" if delay == 0 else "Too short for any gap: labels count as instant."))
    return tries


def _short_caveat(gap: float) -> str:
    length = f"{gap / DAY:.1f} days" if gap >= DAY else f"{gap / 3600:.1f} hours"
    return f"The file is short, so the gap for late labels is only {length}."


def _cut(
    time: NDArray[np.float64],
    known: NDArray[np.bool_],
    at_validation: float,
    at_test: float,
    gap: float,
) -> NDArray[np.str_]:
    part = np.full(len(time), GAP, dtype="U10")
    part[time < at_validation - gap] = TRAIN
    part[(time >= at_validation) & (time < at_test - gap)] = VALIDATION
    part[time >= at_test] = TEST
    part[~known] = UNLABELLED
    return part


def _keeps_half(
    part: NDArray[np.str_], time: NDArray[np.float64], at_validation: float, at_test: float
) -> bool:
    before = int((time < at_validation).sum())
    between = int(((time >= at_validation) & (time < at_test)).sum())
    left = (part == TRAIN).sum(), (part == VALIDATION).sum()
    return bool(2 * left[0] >= before and 2 * left[1] >= between)


def _by_entity(entity: NDArray[Any], known: NDArray[np.bool_]) -> Split:
    _, group = np.unique(entity.astype(str), return_inverse=True)
    order = np.random.default_rng(SEED).permutation(group.max() + 1)
    rows_before = np.cumsum(np.bincount(group[known], minlength=len(order))[order])
    part_of = np.empty(len(order), dtype="U10")
    part_of[order] = _in_shares(rows_before / max(rows_before[-1], 1))
    part = part_of[group]
    part[~known] = UNLABELLED
    caveat = "No time column: whole customers were drawn at random, not a time-ordered estimate."
    return Split(part, "entity", caveats=(caveat,))


def _by_draw(label: NDArray[np.float64], known: NDArray[np.bool_]) -> Split:
    part = np.full(len(label), UNLABELLED, dtype="U10")
    draw = np.random.default_rng(SEED)
    for value in (0, 1):
        rows = draw.permutation(np.flatnonzero(known & (label == value)))
        part[rows] = _in_shares((np.arange(len(rows)) + 1) / max(len(rows), 1))
    caveat = "No time column: rows were drawn at random, not a time-ordered estimate."
    return Split(part, "random", caveats=(caveat,))


def _in_shares(share_so_far: NDArray[np.float64]) -> NDArray[np.str_]:
    part = np.where(share_so_far <= EDGES[0], TRAIN, TEST).astype("U10")
    part[(share_so_far > EDGES[0]) & (share_so_far <= EDGES[1])] = VALIDATION
    return part
