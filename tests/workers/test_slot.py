"""One run at a time on one device, whoever asks, and none is held by the dead."""

import os
import subprocess
import sys

import pytest

from settings import ROOT, settings
from workers import device, slot

HOLD = (
    "from workers import slot\n"
    "with slot.held({!r}) as free:\n"
    "    print(free, flush=True)\n"
    "    input()\n"
)


def holding(worker: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLD.format(worker)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_second_one_is_told_that_it_is_taken(data_folder) -> None:
    assert slot.holder("worker-1") is None
    with slot.held("worker-1") as free, slot.held("worker-1") as again, slot.held("other") as other:
        assert (free, again, other) == (True, False, True)
        assert slot.holder("worker-1") == os.getpid()
    assert slot.holder("worker-1") is None


def test_what_a_killed_process_held_is_free(data_folder) -> None:
    with holding("worker-1") as process:
        assert process.stdout.readline() == "True\n"
        assert slot.holder("worker-1") == process.pid
        with slot.held("worker-1") as free:
            assert not free
        process.kill()
        process.wait()
        assert slot.holder("worker-1") is None
        with slot.held("worker-1") as free:
            assert free


def test_two_trainers_on_one_card_share_its_lock(data_folder, monkeypatch) -> None:
    monkeypatch.setattr(slot, "identities", lambda: ("GPU-1", "GPU-2"))
    with slot.held("one") as free:
        assert free
        monkeypatch.setattr(slot, "identities", lambda: ("GPU-2",))
        with slot.held("other") as both:
            assert not both


@pytest.mark.parametrize("gone", [True, False])
def test_locks_of_trainers_that_are_gone_are_removed(data_folder, gone) -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    worker = device.worker_name(ended.pid if gone else os.getpid())
    with slot.held(worker):
        pass
    slot.forget_gone()
    assert list((settings.data / "slots").glob("*")) == (
        [] if gone else [settings.data / "slots" / f"{worker}.lock"]
    )
