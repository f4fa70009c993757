"""How much of a figure is the split's: folds back in time, and the rows drawn at random.

The folds say how far a figure moves from one period to the next. The optimism gap, average
precision on random rows less that on the later ones, says what a random split would promise.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.steps import metrics, split
from backend.steps.split import DAY, Split
from workers.family import Lesson
from workers.steps import read
from workers.steps.read import Part

FIGURES = ("ap", "auroc", "recall_at_1_fpr")
DRAWS = 3  # of random rows; with few frauds one of them is mostly luck
LEAST_SECONDS = 120.0  # that the folds may take, even when the tuning had less
MOST_TESTED = 500_000  # rows of a part; of more, as many are drawn
TOO_FEW = "Fewer than two folds hold 10 frauds, so nothing can be said of their spread."

Floats = NDArray[np.float64]
Score = Callable[[Part], Floats]  # one score per row, higher means more suspicious
Fit = Callable[[Part], Score]  # learns from the rows of a part


def measure(lesson: Lesson, fit: Fit, fitted: Score, folds: int, seconds: float) -> dict[str, Any]:
    """Return {"optimism_gap": ..., "folds": ...}, JSON-ready, of a family with settled options.

    `fitted` is what was learned from the training part, `fit` learns the same anew from
    another. Rows are drawn at random once, then the folds follow, then two more draws; none
    is begun once `seconds`, or two minutes if that is more, have passed. A part that cannot be
    had is None: folds without a time, the gap where rows are drawn at random anyway or where
    the test holds fewer than 10 frauds.
    """
    divided, everything = lesson.divided, _everything(lesson)
    assert divided is not None
    until = time.monotonic() + max(seconds, LEAST_SECONDS)
    ahead = _judge(lesson.test, fitted) if divided.method != "random" else metrics.judge([], [])
    drawn = [
        split.at_random(divided, everything.label, seed)
        for seed in range(DRAWS if ahead.ap is not None else 0)
    ]
    back = split.folds(_clock(everything), everything.label, divided, folds)
    found: dict[str, list[metrics.Judgement]] = {"drawn": [], "back": []}
    for kind, other in _in_turn(drawn, back):
        if time.monotonic() >= until or lesson.wishes.keep_best:
            break
        found[kind].append(_judged(everything, other, fit))
    return {
        "optimism_gap": _gap(found["drawn"], ahead),
        "folds": _folds(found["back"], back) if found["back"] else None,
    }


def _everything(lesson: Lesson) -> Part:
    """Return all rows of the dataset, unlabelled where the split takes them so."""
    assert lesson.divided is not None
    table = lesson.train.table
    known = lesson.divided.part != split.UNLABELLED
    label = np.where(known, read.labels(table), np.nan)
    return Part(table, np.arange(len(label)), label)


def _clock(everything: Part) -> Floats:
    time_of = everything.columns(["_time"])["_time"]
    return time_of.to_numpy(dtype=np.float64, na_value=np.nan)


def _in_turn(drawn: Sequence[Split], back: Sequence[Split]) -> list[tuple[str, Split]]:
    once, again = drawn[:1], drawn[1:]
    return [
        *(("drawn", other) for other in once),
        *(("back", other) for other in back),
        *(("drawn", other) for other in again),
    ]


def _gap(drawn: Sequence[metrics.Judgement], ahead: metrics.Judgement) -> dict[str, Any] | None:
    known = [one.ap for one in drawn if one.ap is not None]
    if ahead.ap is None or not known:
        return None
    at_random = float(np.mean(known))
    return {
        "ap_random": at_random,
        "ap_split": ahead.ap,
        "gap": at_random - ahead.ap,
        "draws": len(known),
    }


def _judged(everything: Part, divided: Split, fit: Fit) -> metrics.Judgement:
    """Learn from the training rows of a split and judge what came of it on its test rows."""
    train, test = (
        everything.some(np.flatnonzero(divided.part == part)) for part in (split.TRAIN, split.TEST)
    )
    if not 0 < (train.label == 1).sum() < len(train):
        return metrics.judge([], [])
    return _judge(test, fit(train))


def _judge(test: Part, score: Score) -> metrics.Judgement:
    test = test.drawn(MOST_TESTED)
    return metrics.judge(test.label, score(test))


def _folds(judged: Sequence[metrics.Judgement], back: Sequence[Split]) -> dict[str, Any]:
    """Return mean and standard deviation of each figure over the folds it can be had in."""
    values = {name: [getattr(one, name) for one in judged] for name in FIGURES}
    known = {name: [each for each in found if each is not None] for name, found in values.items()}
    enough = len(known["ap"]) >= 2
    return {
        "count": len(known["ap"]),
        "days": _days_apart(back),
        "frauds": [one.frauds for one in judged],
        "rows": [one.rows for one in judged],
        "note": "" if enough else TOO_FEW,
        **{
            name: {
                "mean": float(np.mean(found)) if enough else None,
                "sd": float(np.std(found, ddof=1)) if enough else None,
                "values": values[name],
            }
            for name, found in known.items()
        },
    }


def _days_apart(back: Sequence[Split]) -> float | None:
    began = [fold.boundaries[1] for fold in back if fold.boundaries is not None]
    return (began[0] - began[1]) / DAY if len(began) > 1 else None
