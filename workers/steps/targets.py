"""Which rows something can be learned from, and the amounts that are to be predicted."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import datasets
import numpy as np
from numpy.typing import NDArray

from backend.errors import NotTrainable
from backend.steps import regression
from backend.steps.profile import floats

if TYPE_CHECKING:
    from workers.steps.read import Part

FRAUD, KIND, AMOUNT = "fraud", "kind", "amount"
TOLD = ("_kind", "_target")  # columns that only some datasets have, and no model reads

Floats = NDArray[np.float64]
Learn = Literal["fraud", "kind", "amount"]


def labels(table: datasets.Dataset, learn: str) -> Floats:
    """Return 1 fraud, 0 otherwise, NaN for rows (N,) nothing can be learned from.

    To learn an amount, a row needs one; without a column of them, it needs a label.
    """
    names = ["_label", "_amount", *(["_target"] if "_target" in table.column_names else [])]
    own = table.select_columns(names).with_format("pandas")[:]
    label = floats(own["_label"])
    if learn != AMOUNT:
        return label
    return np.where(np.isnan(_amounts(own)), np.nan, np.nan_to_num(label))


def amounts(part: "Part") -> Floats:
    """Return the amount of each row (n,): the number to predict, or what is lost to fraud."""
    has = "_target" in part.table.column_names
    return _amounts(part.columns(["_target"] if has else ["_label", "_amount"]))


def check(table: datasets.Dataset, part: Mapping[str, "Part"], learn: str) -> None:
    """Raise NotTrainable where the dataset cannot teach this."""
    if learn == KIND and "_kind" not in table.column_names:
        raise NotTrainable(
            "No column says of which kind a fraud is. Bring the file again, and say in the clinic "
            "which column does."
        )
    label = part["train"].label
    if learn == AMOUNT:
        if not len(label):
            raise NotTrainable("No row of the training part has a number to predict.")
        return
    if not (label == 1).any():
        raise NotTrainable(
            "The training part, the oldest 70% of the labelled rows, holds no fraud. "
            "Bring transactions of a longer time."
        )
    if not (label == 0).any():
        raise NotTrainable("The training part holds frauds only, so there is nothing to compare.")


def _amounts(own: Any) -> Floats:
    if "_target" in own:
        found: Floats = floats(own["_target"])
        return found
    return regression.at_risk(floats(own["_label"]), floats(own["_amount"]))
