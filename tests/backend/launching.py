"""A house with a dataset and a worker's offer in it, ready to launch runs."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import update

from backend import attempts, offers, runs
from backend.attempts import Attempt
from backend.states import RunState
from db import Dataset, Run, transaction

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

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


def queue_many(count: int, **values: object) -> list[int]:
    """Queue as many runs of a new dataset, past the bell; return their numbers in order."""
    dataset_id = add_dataset()
    with transaction() as session:
        usual = {
            "kind": "train",
            "name": "A run",
            "dataset_id": dataset_id,
            "family": "logistic",
            "preset": "Quick check",
            "state": RunState.QUEUED,
            "created_at": datetime.now(UTC),
        }
        queued = [Run(idem_key=uuid4().hex, **{**usual, **values}) for _ in range(count)]
        session.add_all(queued)
        session.flush()
        for run in queued:
            run.place = float(run.id)
        return [run.id for run in queued]


def put(run_id: int, **values: object) -> None:
    """Change a run's row as nothing else would: let its lease run out, or its wait be over."""
    with transaction() as session:
        session.execute(update(Run).where(Run.id == run_id).values(**values))


def fall_silent(run_id: int) -> None:
    """Let the lease of a run's worker run out now."""
    put(run_id, lease_until=LONG_AGO)
