"""Bring CSVs to Touchstone the way an analyst does, from text or from the real files."""

import io

from backend import imports
from backend.dataset_view import Dataset
from backend.steps.columns import Role
from tests.real_data import real_data


def bring(text: str | bytes, name: str = "transactions.csv") -> Dataset:
    """Receive a CSV given as text or bytes: a draft."""
    given = text.encode() if isinstance(text, str) else text
    return imports.receive(io.BytesIO(given), name)


def bring_real(name: str) -> Dataset:
    """Receive one of the real files; the test is skipped where it is not there."""
    with real_data(name).open("rb") as file:
        return imports.receive(file, name)


def roles(dataset: Dataset) -> dict[str, Role]:
    """Return {header: role}."""
    return {column.name: column.role for column in dataset.columns}


def why(dataset: Dataset, header: str) -> str:
    """Return the reason given for one column."""
    return next(column.why for column in dataset.columns if column.name == header)
