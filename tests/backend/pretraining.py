"""A finished pre-training and a family that can start from it, without any learning."""

from dataclasses import replace

from backend import attempts, files, offers, runs
from settings import settings
from tests.backend.launching import OFFER

START = {
    "type": "object",
    "properties": {"start_from": {"type": "integer", "default": 0, "title": "Start from"}},
}
OFFERS = [
    OFFER,
    replace(OFFER, family="transaction", title="Transformer", order=3, options=START),
    replace(OFFER, family="pretrain", title="Pre-training", order=4),
]


def offered() -> None:
    offers.publish("worker-1", "2 processor cores", OFFERS)


def pretrained(dataset_id: int, finish: bool = True) -> int:
    """Return a pre-training on a dataset, finished unless told otherwise."""
    offered()
    run_id = runs.launch(dataset_id, "pretrain", "Quick check", None, f"pretrain-{dataset_id}")
    if not finish:
        return run_id
    attempt = attempts.claim(run_id, "worker-1")
    assert attempt is not None
    folder = files.run_folder(run_id, attempt.number)
    folder.mkdir(parents=True)
    files.seal(folder)
    points = [
        {"part": "validation", "step": step, "loss": loss, "ap": None}
        for step, loss in ((50, 4.0), (100, 3.5))
    ]
    attempts.record_points(run_id, attempt.number, points)
    attempts.succeed(
        run_id,
        attempt.number,
        artefact=str(folder.relative_to(settings.data)),
        metrics={"rows_trained": 900, "parameters": 1_000, "best_step": 100},
        test_reads=0,
    )
    return run_id
