"""Kinds of fraud: which there are to learn, and how well a model tells them apart.

A row is legitimate, place 0, or a fraud of some kind, places 1 to K. The score of a model that
learned kinds is 1 − P(legitimate), so that everything that judges fraud judges it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import f1_score

from backend.steps.metrics import FEWEST_FRAUDS, average_precision
from backend.steps.values import means_a_label

LEGITIMATE, OTHERS = "legitimate", "other kinds"
FEWEST = 10  # frauds of a kind to learn from; the rarer ones are learned together
MOST = 30  # kinds that are told apart
NEAREST = 1e-12  # a probability nearer to 0 is judged as if it were so far away
NOWHERE = -1  # place of a fraud of a kind that was not learned

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Kinds:
    """The kinds of fraud that a model tells apart, the most frequent first."""

    names: tuple[str, ...]

    @classmethod
    def fit(cls, label: ArrayLike, kind: ArrayLike) -> "Kinds":
        """Return the kinds of the training rows; those of fewer than 10 frauds become one.

        `label` (n,) is 1 for fraud, `kind` (n,) holds names, None where nobody says. Values that
        say yes or no, or nothing, name no kind. Empty where no row is a fraud.
        """
        said = _names(label, kind)
        names, counts = np.unique(said[said != ""], return_counts=True)
        order = np.argsort(-counts, kind="stable")
        often = [str(names[place]) for place in order if counts[place] >= FEWEST][:MOST]
        frauds = int((np.asarray(label, dtype=np.float64) == 1).sum())
        known = int(counts[np.isin(names, often)].sum())
        return cls((*often, OTHERS) if known < frauds else tuple(often))

    def places(self, label: ArrayLike, kind: ArrayLike) -> Places:
        """Return the place of each row (n,): 0 legitimate, 1 to K a kind, -1 one never learned."""
        rare = self.names.index(OTHERS) + 1 if OTHERS in self.names else NOWHERE
        place = {name: at + 1 for at, name in enumerate(self.names)}
        found = [place.get(name, rare) for name in _names(label, kind)]
        fraud = np.asarray(label, dtype=np.float64) == 1
        return np.where(fraud, np.array(found, dtype=np.int64), 0)


def shared_out(score: ArrayLike, given: ArrayLike) -> Floats:
    """Return the probability of each place (n, K + 1), legitimate first.

    `score` (n,) is the probability of fraud, `given` (n, K) that of each kind if it is one.
    """
    fraud = np.asarray(score, dtype=np.float64)[:, None]
    return np.hstack([1 - fraud, fraud * np.asarray(given, dtype=np.float64)])


def likeliest(names: Sequence[str], given: ArrayLike) -> NDArray[Any]:
    """Return the name of the likeliest kind of each row (n,), if it is a fraud.

    `given` (n, K) as in `shared_out`. None in every row where there is no kind.
    """
    chance = np.asarray(given, dtype=np.float64)
    if not len(names):
        return np.full(len(chance), None, dtype=object)
    found: NDArray[Any] = np.array(names, dtype=object)[chance.argmax(axis=1)]
    return found


def judge(kinds: Kinds, place: ArrayLike, chance: ArrayLike) -> dict[str, Any]:
    """Return how well kinds are told apart, JSON-ready.

    `place` (n,) as `Kinds.places` gives it; rows at -1 are left out and counted as `unlearned`.
    `chance` (n, K + 1) as `shared_out` gives it.

    Keys: rows, frauds, unlearned; kinds, a list of {kind, rows, frauds, ap, right}, with ap the
    average precision of that kind against all other rows (None below 10 frauds) and right the
    share of its frauds whose likeliest kind it is; macro_f1, the mean F1 of the classes that are
    there or foretold, each row counted for its likeliest class; log_loss, the mean of
    −log(probability of the true class) in nats; right, the share of frauds of which the likeliest
    kind is true; names and confusion, rows by true class and by likeliest class. Figures are None
    without a row.
    """
    every = np.asarray(place, dtype=np.int64)
    learned = every != NOWHERE
    truth, chances = every[learned], np.asarray(chance, dtype=np.float64)[learned]
    names = [LEGITIMATE, *kinds.names]
    told: dict[str, Any] = {"rows": len(truth), "frauds": int((truth > 0).sum()),
                            "unlearned": int((~learned).sum()), "names": names}  # fmt: skip
    if not len(truth):
        empty = dict.fromkeys(("macro_f1", "log_loss", "right"))
        return {**told, **empty, "kinds": [], "confusion": []}
    guess, fraud = chances.argmax(axis=1), truth > 0
    kind = chances[:, 1:].argmax(axis=1) + 1
    right = np.maximum(chances[np.arange(len(truth)), truth], NEAREST)
    confusion = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(confusion, (truth, guess), 1)
    return {
        **told,
        "kinds": [_one(name, at + 1, truth, chances, kind) for at, name in enumerate(kinds.names)],
        "macro_f1": float(f1_score(truth, guess, average="macro", zero_division=0.0)),
        "log_loss": float(-np.log(right).mean()),
        "right": float((kind == truth)[fraud].mean()) if fraud.any() else None,
        "confusion": confusion.tolist(),
    }


def _one(name: str, at: int, truth: Places, chance: Floats, kind: Places) -> dict[str, Any]:
    mine = truth == at
    frauds = int(mine.sum())
    judged = FEWEST_FRAUDS <= frauds < len(truth)
    return {
        "kind": name,
        "rows": len(truth),
        "frauds": frauds,
        "ap": average_precision(mine, chance[:, at]) if judged else None,
        "right": float((kind == at)[mine].mean()) if frauds else None,
    }


def _names(label: ArrayLike, kind: ArrayLike) -> NDArray[np.str_]:
    """Return the kind of each row (n,), "" for one that is no fraud or of which nobody says."""
    fraud = np.asarray(label, dtype=np.float64) == 1
    said = [
        str(name).strip() if is_fraud and isinstance(name, str) else ""
        for is_fraud, name in zip(fraud, np.asarray(kind, dtype=object), strict=True)
    ]
    return np.array(["" if means_a_label(name) else name for name in said], dtype=np.str_)
