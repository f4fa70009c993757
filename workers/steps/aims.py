"""What a model is to answer of each row: fraud or not, its kind, or an amount."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.errors import NotTrainable
from backend.steps import kinds
from backend.steps.kinds import Kinds
from workers.steps.losses import CROSS_ENTROPY, KINDS, SQUARED_ERROR
from workers.steps.read import Part
from workers.steps.targets import AMOUNT, KIND, Learn, amounts

FEWEST_KINDS = 2
NONE = Kinds(())
RARE = 0.2  # share of rows worth something, below which not all others are drawn at every turn

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Aim:
    """What is learned, fitted on the training part."""

    learn: Learn = "fraud"
    loss: str = CROSS_ENTROPY  # of losses.LOSSES
    kinds: Kinds = NONE
    middle: float = 0.0  # of amounts
    spread: float = 1.0

    @classmethod
    def of(cls, part: Part, learn: Learn, loss: str) -> "Aim":
        """Return what is to be learned from the training part; `loss` is for fraud alone.

        Raises NotTrainable where it holds fewer than two kinds, or one amount only.
        """
        if learn == KIND:
            found = Kinds.fit(part.label, part.columns(["_kind"])["_kind"])
            if len(found.names) < FEWEST_KINDS:
                raise NotTrainable(
                    f"The training part holds {len(found.names)} kind of fraud with "
                    f"{kinds.FEWEST} frauds or more: nothing to tell apart. Learn fraud instead."
                )
            return cls(learn, KINDS, found)
        if learn == AMOUNT:
            value = amounts(part)
            middle, spread = float(value.mean()), float(value.std())
            if spread == 0:
                raise NotTrainable("The number to predict is the same in all training rows.")
            return cls(learn, SQUARED_ERROR, middle=middle, spread=spread)
        return cls(learn, loss)

    @property
    def answers(self) -> int:
        """How many values a member answers with."""
        return len(self.kinds.names) + 1 if self.learn == KIND else 1

    def marked(self, part: Part) -> Places:
        """Return 1 for the rows (n,) that every epoch sees: frauds, or rows worth something."""
        if self.learn != AMOUNT:
            return part.label.astype(np.int64)
        worth = amounts(part) != 0
        return np.where(worth, 1, int(worth.mean() > RARE)).astype(np.int64)

    def wanted(self, part: Part) -> Floats | None:
        """Return what is to be answered of each row (n,); None where that is the label."""
        if self.learn == KIND:
            place = self.kinds.places(part.label, part.columns(["_kind"])["_kind"])
            return np.where(place == kinds.NOWHERE, 1, place).astype(np.float64)
        if self.learn == AMOUNT:
            return (amounts(part) - self.middle) / self.spread
        return None

    def weight(self, marked: Places, kept_share: float) -> tuple[Floats | None, float]:
        """Return how much each row (n,) that is learned from counts, and what is left to correct.

        An amount learned on a sample must be right on average in the real mix: the rows that
        were drawn stand for those that were not, and nothing is left. Otherwise each counts once
        (None), and the probability is corrected for the `kept_share` of others afterwards.
        """
        if self.learn != AMOUNT:
            return None, kept_share
        weight = np.where(marked == 1, 1.0, 1 / kept_share)
        return weight / weight.mean(), 1.0

    def chance(self, label: Places) -> float:
        """Return where answers begin: the share of frauds (n,); of an amount, the usual one."""
        return 0.5 if self.learn == AMOUNT else float(label.mean())

    def told(self) -> dict[str, Any]:
        """Return what a reader must know of it."""
        return {
            "learned": self.learn,
            "kinds": self.kinds.names,
            "middle": self.middle,
            "spread": self.spread,
        }
