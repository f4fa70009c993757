"""What a column could be instead of what it was taken for."""

from backend.steps.columns import Column, Role

FEW = 2_000  # different values of a category
TWO = 2


def alternative(column: Column) -> Role | None:
    """Return the next best use of a column; its guess, where the analyst chose otherwise.

    None where a column says the same in every row, so that it could be nothing else.
    """
    if column.guess and column.guess != column.role:
        return Role(column.guess)
    if column.distinct < TWO:
        return None
    few = column.distinct <= FEW
    second = {
        Role.LABEL: Role.CATEGORY,
        Role.AMOUNT: Role.NUMBER,
        Role.TIME: Role.IGNORE,
        Role.ENTITY: Role.ID,
        Role.COUNTERPARTY: Role.CATEGORY if few else Role.TEXT,
        Role.CATEGORY: Role.LABEL if column.distinct == TWO else Role.TEXT,
        Role.NUMBER: Role.CATEGORY if few else Role.AMOUNT,
        Role.TEXT: Role.COUNTERPARTY,
        Role.SEALED: Role.IGNORE,
        Role.ID: Role.ENTITY,
        Role.KIND: Role.IGNORE,
        Role.TARGET: Role.IGNORE,
        Role.IGNORE: Role.CATEGORY if few else Role.TEXT,
    }
    return second[column.role]
