"""How right the top of each day's list is: what a team that can check k a day would find.

Method: Fraud Detection Handbook, chapter 4, "Precision top-k metrics", with ties at the edge
counted by their share instead of by row order.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from backend.steps.metrics import hits_in_top

SEED = 0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class CardPrecision:
    """Card precision at k. A mean that cannot be had is None."""

    k: int
    seed: int  # of the draw that decides which of the tied cards are checked
    days: pd.DataFrame  # a row per day; columns as `card_precision` says
    mean: float | None  # CP@k, the mean precision of the days
    normalised: float | None  # nCP@k, the mean over days that have a compromised card
    recall: float | None  # cards found in all, over compromised cards in all


def precision_at(day: ArrayLike, score: ArrayLike, label: ArrayLike, k: int) -> float | None:
    """Return P@k: the mean over days of the frauds among the k highest scores, over k.

    `day`, `score` and `label` are (n,). A day of fewer than k rows still has k places. A tie
    at the edge counts by its share of frauds. None without a row.

    Raises ValueError when k is below 1.
    """
    _check_places(k)
    days = np.unique(np.asarray(day), return_inverse=True)[1]
    score, label = np.asarray(score, dtype=np.float64), np.asarray(label, dtype=np.float64)
    order = np.argsort(days, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(days[order])) + 1)
    hits = [hits_in_top(label[part], score[part], k) for part in parts if len(part)]
    return float(np.mean(hits)) / k if hits else None


def card_precision(
    day: ArrayLike,
    card: ArrayLike,
    score: ArrayLike,
    label: ArrayLike,
    k: int,
    remove: bool = True,
    seed: int = SEED,
) -> CardPrecision:
    """Return CP@k: of the k most suspicious cards of each day, the share that is compromised.

    All are (n,). A card's score of a day is the highest of its rows, and it is compromised
    when one of them is a fraud. With `remove`, a compromised card that was checked is left
    out on later days. A tie at the edge counts by its share of compromised cards; which of
    the tied cards are checked, and so removed, is drawn with `seed`, whatever the row order.
    A day whose cards were all removed has precision 0.

    Columns of `days`: day, cards (those left), remaining (the compromised among them), hits
    (expected), precision (hits / k), normalised (hits / min(k, remaining), NaN when none
    remains). Without a row `days` is empty.

    Raises ValueError when k is below 1.
    """
    _check_places(k)
    found = [
        (of, len(bad), int(bad.sum()), hits_in_top(bad, height, k))
        for of, height, bad in _checked(_by_card(day, card, score, label), k, remove, seed)
    ]
    days = pd.DataFrame(found, columns=["day", "cards", "remaining", "hits"])
    days = days.astype({"hits": "float64"})
    attainable = days["remaining"].clip(upper=k).astype("float64")
    days["precision"] = days["hits"] / k
    days["normalised"] = days["hits"] / attainable.where(attainable > 0)
    compromised = int(days["remaining"].sum())
    return CardPrecision(
        k=k,
        seed=seed,
        days=days,
        mean=_mean(days["precision"]),
        normalised=_mean(days["normalised"]),
        recall=float(days["hits"].sum()) / compromised if compromised else None,
    )


def _by_card(day: ArrayLike, card: ArrayLike, score: ArrayLike, label: ArrayLike) -> pd.DataFrame:
    """Return one row per day and card, ordered by both: day, card (a code), score, label."""
    rows = pd.DataFrame(
        {
            "day": np.asarray(day),
            "card": np.unique(np.asarray(card), return_inverse=True)[1],
            "score": np.asarray(score, dtype=np.float64),
            "label": np.asarray(label, dtype=np.int64),
        }
    )
    return rows.groupby(["day", "card"], sort=True).max().reset_index()


def _checked(
    cards: pd.DataFrame, k: int, remove: bool, seed: int
) -> Iterator[tuple[object, Floats, Ints]]:
    """Yield day, scores and labels of each day without the cards found before it."""
    found = np.zeros(int(cards["card"].max()) + 1 if len(cards) else 0, dtype=bool)
    for number, (day, listed) in enumerate(cards.groupby("day", sort=True)):
        left = listed[~found[listed["card"].to_numpy()]]
        card, score, label = (left[name].to_numpy() for name in ("card", "score", "label"))
        yield day, score, label
        if remove:
            lot = np.random.default_rng([seed, number]).permutation(len(found))
            top = np.lexsort((lot[card], -score))[:k]
            found[card[top][label[top] == 1]] = True


def _check_places(k: int) -> None:
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")


def _mean(values: "pd.Series[float]") -> float | None:
    return float(values.mean()) if values.notna().any() else None
