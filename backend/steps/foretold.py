"""Columns known only afterwards that a model can foretell: the kind of a fraud, and a number."""

from backend.steps.checkup import Offer
from backend.steps.columns import Column, Role
from backend.steps.contents import Contents
from backend.steps.layout import fold
from backend.steps.recipe import Fix, Kind

# Folded headers that can mean nothing else.
KINDS = ("fraudtype", "fraudkind", "kindoffraud", "typeoffraud", "fraudcategory")
TARGETS = ("lossamount", "fraudloss", "fraudlossamount", "amountlost", "netloss")
FEWEST_KINDS, MOST_KINDS = 2, 50  # different values of a kind
FEWEST_VALUES = 20  # different values from which a number is worth predicting
KIND_WHY = "Named like the kind of a fraud: foretold, never learned from"
TARGET_WHY = "Named like what was lost: foretold, never learned from"


def guess(held: Contents) -> tuple[Role, str] | None:
    """Return the role of a column whose header names the kind or the loss; None of another."""
    name = fold(held.name)
    if name in KINDS and FEWEST_KINDS <= held.distinct <= MOST_KINDS:
        return Role.KIND, f"{KIND_WHY}, {held.distinct:,} different values"
    if name in TARGETS and held.is_numeric and held.distinct >= FEWEST_VALUES:
        return Role.TARGET, TARGET_WHY
    return None


def offers(column: Column, used_as: Role) -> tuple[Offer, ...]:
    """Return what a column that gives the answer away could be foretold as.

    `used_as` is the role it would have as a feature. Empty for a column that says no more than
    the label does.
    """
    found = []
    kinds = column.distinct + (column.missing > 0)  # legitimate rows often have none
    if kinds > FEWEST_KINDS and column.distinct <= MOST_KINDS:
        found.append(_offer("It is the kind of fraud", column, Role.KIND))
    if used_as is Role.NUMBER and column.distinct >= FEWEST_VALUES:
        found.append(_offer("Predict it", column, Role.TARGET))
    return tuple(found)


def _offer(label: str, column: Column, role: Role) -> Offer:
    return Offer(label, (Fix(Kind.ROLE, column.name, role),))
