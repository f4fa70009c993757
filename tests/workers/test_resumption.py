"""Whole training processes: killed and gone on from, or several at once, nothing is different."""

import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from settings import ROOT, environment
from tests.workers.learning import order, simulated

pytestmark = pytest.mark.slow

OPTIONS = {"size": "tiny", "networks": 1, "steps": 24, "negatives_per_fraud": 3.0}


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("resumption")
    simulated(300, seed=1, share=0.2).to_parquet(folder / "rows.parquet")
    return folder


def asked(place: Path, name: str, **changes: Any) -> Path:
    told = {"family": "transaction", "options": OPTIONS}
    return order(place / name, place / "rows.parquet", **{**told, **changes})


def follow(folder: Path, seed: int, kill_at: int = 0, program: str = "journey") -> list[dict]:
    """Do an order with its own seed of hashes; kill the process at its checkpoint `kill_at`."""
    told: list[dict] = []
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", f"workers.{program}", str(folder)],
            cwd=ROOT,
            env=environment(PYTHONHASHSEED=str(seed), TOUCHSTONE_CHECKPOINT_STEPS="5"),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            told.append(json.loads(line))
            if len(steps(told, "checkpoint")) == kill_at > 0:
                process.kill()
    assert process.wait() == (-signal.SIGKILL if kill_at else 0), (folder / "log.txt").read_text()
    return told


def steps(told: list[dict], event: str) -> list[int]:
    return [each["step"] for each in told if each["event"] == event]


def weights(folder: Path) -> str:
    return hashlib.sha256((folder / "model" / "model.safetensors").read_bytes()).hexdigest()


def test_a_killed_training_ends_with_the_weights_of_one_that_was_not(place):
    """F01, F17: data are prepared again, by a process that hashes otherwise, and are the same."""
    straight = asked(place, "straight")
    follow(straight, seed=1)
    killed = asked(place, "killed")
    follow(killed, seed=2, kill_at=2)
    folders = sorted((killed / "checkpoints").iterdir(), reverse=True)
    kept = [str(folder) for folder in folders if not folder.suffix]
    resumed = asked(place, "resumed", resume=kept)
    told = follow(resumed, seed=3)
    assert steps(told, "resumed")[0] >= 10
    assert weights(resumed) == weights(straight)
    assert not (resumed / "scratch").exists()
    sealed = json.loads((resumed / "manifest.json").read_text())
    assert not [name for name in sealed if "checkpoints" in name]


def test_two_processes_train_one_run(place):
    together = asked(place, "together", devices=2)
    told = follow(together, seed=1, program="ranks")
    assert told[-1]["event"] == "done"
    assert steps(told, "checkpoint")[:2] == [5, 10], "each is told once"
    assert not (together / "scratch").exists()
    assert json.loads((together / "metrics.json").read_text())["test"]["rows"] > 0
