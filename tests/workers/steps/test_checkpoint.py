"""A checkpoint is there as a whole or not at all, and what is damaged is passed over."""

import errno
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from workers.signals import Wishes
from workers.steps import checkpoint
from workers.steps.checkpoint import Keeper
from workers.voice import LEFT, Voice

STATE = {"epoch": 3, "losses": [0.1, float("inf")], "best": -float("inf")}


class Killed(BaseException):
    """The process is gone: nothing of ours runs after it."""


def keeper(folder: Path, attempt: int = 1, resume: tuple[Path, ...] = (), **pace) -> Keeper:
    return Keeper(folder / str(attempt) / "checkpoints", resume, Voice(io.StringIO()), **pace)


def told(keeper: Keeper) -> list[dict]:
    return [json.loads(line) for line in keeper.voice.stream.getvalue().splitlines()]


def arrays(step: int) -> dict:
    draw = np.random.default_rng(step)
    return {
        "weights": torch.from_numpy(draw.random((3, 4), dtype=np.float32)),
        "turned": draw.random((4, 3)).T,
        "step": torch.tensor(float(step)),
        "chance": torch.get_rng_state(),
        "nothing": np.zeros((0, 2)),
    }


def kept(folder: Path, *steps: int, attempt: int = 1) -> list[Path]:
    """Save these steps and return the folders that are there, newest first."""
    own = keeper(folder, attempt)
    for step in steps:
        own.save(step, arrays(step), STATE)
    return sorted(own.folder.iterdir(), reverse=True)


def same(found: checkpoint.Saved | None, step: int) -> bool:
    assert found is not None
    expected = {name: np.asarray(each) for name, each in arrays(step).items()}
    assert found.arrays.keys() == expected.keys()
    for name, each in expected.items():
        assert found.arrays[name].dtype == each.dtype
        assert found.arrays[name].shape == each.shape
    equal = all(np.array_equal(found.arrays[name], expected[name]) for name in expected)
    return equal and found.step == step and found.state == STATE


def test_gives_back_what_was_kept_and_tells_of_both(tmp_path):
    first = keeper(tmp_path)
    first.save(40, arrays(40), STATE)
    (event,) = told(first)
    assert event["event"] == "checkpoint"
    assert event["step"] == 40
    assert len(event["manifest"]) == 64
    second = keeper(tmp_path, 2, (first.folder / "000000040",))
    assert same(second.load(), 40)
    assert told(second) == [{"event": "resumed", "step": 40}]


def test_the_last_two_stay_and_older_attempts_go_once_there_are_two(tmp_path):
    before = kept(tmp_path, 10, 20, 30)
    assert [path.name for path in before] == ["000000030", "000000020"]
    after = keeper(tmp_path, 2, tuple(before))
    after.load()
    after.save(40, arrays(40), STATE)
    assert all(path.is_dir() for path in before)
    after.save(50, arrays(50), STATE)
    assert not any(path.is_dir() for path in before)
    assert same(checkpoint.read(after.folder / "000000050"), 50)


def test_without_a_checkpoint_to_look_for_nothing_is_told(tmp_path):
    first = keeper(tmp_path)
    assert first.load() is None
    assert told(first) == []
    lost = keeper(tmp_path, 2, (tmp_path / "1" / "checkpoints" / "000000010",))
    assert lost.load() is None
    assert told(lost) == [{"event": "resumed", "step": 0}]


def flips(content: bytes) -> list[bytes]:
    """Return the file with one bit changed, at its start, middle and end, and cut short."""
    changed = []
    for place in (0, len(content) // 2, len(content) - 1):
        one = bytearray(content)
        one[place] ^= 0x10
        changed.append(bytes(one))
    return [*changed, b"", content[:1], content[: len(content) // 2]]


@pytest.mark.parametrize("name", ["arrays.safetensors", "state.json", "manifest.json"])
def test_every_damage_is_seen_and_the_one_before_is_used(tmp_path, name):
    """F16."""
    newest, before = kept(tmp_path, 10, 20)
    whole = (newest / name).read_bytes()
    for damaged in flips(whole):
        (newest / name).write_bytes(damaged)
        after = keeper(tmp_path, 2, (newest, before))
        assert same(after.load(), 10)
        assert told(after) == [{"event": "resumed", "step": 10}]
    (newest / name).unlink()
    assert same(keeper(tmp_path, 2, (newest, before)).load(), 10)


def breaking(monkeypatch, at: int, failure: Callable[[], BaseException]) -> list[str]:
    """Let the call number `at` of write, fsync and rename fail; return the calls as they come."""
    calls: list[str] = []

    def failing(name: str, real: Callable) -> Callable:
        def call(*what):
            calls.append(name)
            if len(calls) == at:
                raise failure()
            return real(*what)

        return call

    for name in ("write", "fsync", "rename"):
        monkeypatch.setattr(os, name, failing(name, getattr(os, name)))
    return calls


def ways_to_fail() -> list[tuple[int, Callable[[], BaseException]]]:
    full = OSError(errno.ENOSPC, "No space left on device")
    return [(at, how) for at in range(1, 13) for how in (Killed, lambda: full)]


@pytest.mark.parametrize(("at", "failure"), ways_to_fail())
def test_whatever_breaks_while_it_is_written_the_last_good_one_is_found(
    tmp_path, monkeypatch, at, failure
):
    """F15: every write, fsync and rename of a save, twelve in all, broken in turn."""
    own = keeper(tmp_path)
    own.save(10, arrays(10), STATE)
    with monkeypatch.context() as patch:
        calls = breaking(patch, at, failure)
        with pytest.raises((Killed, OSError)):
            own.save(20, arrays(20), STATE)
    newest_first = tuple(own.folder / f"{step:09d}" for step in (20, 10))
    moved = calls.count("rename") == 2 and calls[-1] == "fsync"  # whole, but perhaps not for good
    assert same(keeper(tmp_path, 2, newest_first).load(), 20 if moved else 10)
    assert not list(own.folder.glob("*.draft")), "a draft was left behind"


def test_a_save_has_as_many_writes_as_are_broken_above(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        calls = breaking(patch, 0, Killed)
        keeper(tmp_path).save(10, arrays(10), STATE)
    assert len(calls) == max(at for at, _ in ways_to_fail()), calls


def test_is_due_by_steps_or_by_time_and_never_twice_at_a_step(tmp_path):
    own = keeper(tmp_path, steps=50, seconds=1e9)
    assert not own.due(49)
    assert own.due(50)
    own.save(50, arrays(50), STATE)
    assert not own.due(99)
    assert own.due(100)
    hasty = keeper(tmp_path, 2, steps=50, seconds=0.0)
    assert hasty.due(1)
    assert not hasty.due(0)
    own.save(50, {}, {})
    assert same(checkpoint.read(own.folder / "000000050"), 50)


def test_leaves_with_all_kept_when_asked_to(tmp_path):
    own, wishes = keeper(tmp_path, steps=100, seconds=1e9), Wishes()
    own.tend(7, wishes, lambda: (arrays(7), STATE))
    assert not own.folder.exists()
    wishes.leave = True
    with pytest.raises(SystemExit) as left:
        own.tend(8, wishes, lambda: (arrays(8), STATE))
    assert left.value.code == LEFT
    assert same(checkpoint.read(own.folder / "000000008"), 8)
