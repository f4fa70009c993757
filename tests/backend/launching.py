"""A house with a dataset and a worker's offer in it, ready to launch runs."""

from datetime import UTC, datetime
from uuid import uuid4

from backend import attempts, offers, runs
from backend.attempts import Attempt
from db import Dataset, transaction

OFFER = offers.Offer(
    family="logistic",
    title="Logistic regression",
    summary="The baseline.",
    order=2,
    presets={
        "Quick check": {"about": "Seconds.", "options": {"regularisation": 1.0}},
        "Thorough": {"about": "Minutes.", "options": {"regularisation": 0.1}},
    },
    options={"type": "object", "properties": {}},
)


def add_dataset(state: str = "ready", frauds: int = 120, rows: int = 10_000) -> int:
    with transaction() as session:
        dataset = Dataset(
            name="cards",
            file_name="cards.csv",
            state=state,
            content_hash=uuid4().hex,
            bytes=1,
            dialect="general",
            rows=rows,
            frauds=frauds,
            clock="date",
            currency="€",
            created_at=datetime.now(UTC),
        )
        session.add(dataset)
        session.flush()
        return dataset.id


def offer() -> None:
    offers.publish("worker-1", "2 processor cores", [OFFER])


def launch(key: str = "key", dataset_id: int | None = None) -> int:
    """Launch a run on a dataset that is made when none is given."""
    if dataset_id is None:
        offer()
        dataset_id = add_dataset()
    return runs.launch(dataset_id, "logistic", "Quick check", None, key)


def claimed(key: str = "key") -> Attempt:
    """Launch a run and claim it."""
    attempt = attempts.claim(launch(key), "worker-1")
    assert attempt is not None
    return attempt
