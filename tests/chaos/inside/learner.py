"""A model that learns in seconds and knows whether it learned undisturbed: the family `chaos`.

It needs neither torch nor a table. The rest of every process is the product's: order, voice,
signals, keeper, seal, exit codes; only what reads and judges transactions is stood in for, because
it takes seconds to load.
"""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.chaos.inside import record

WIDTH = 64
SIGNALS = {"kill": signal.SIGKILL, "segv": signal.SIGSEGV}
STANDS_IN = (
    "backend.pasts", "backend.reader", "backend.scorer", "backend.steps.features",
    "backend.steps.split", "workers.steps.judge", "workers.steps.predict", "workers.steps.read",
    "workers.steps.recall", "workers.steps.targets",
)  # fmt: skip


class Idle(ModuleType):
    """A module whose every name is a class that takes anything and does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {"__init__": lambda self, *_, **__: None})


def stand_in() -> None:
    """Put idle modules in the place of those that take seconds to load."""
    for name in STANDS_IN:
        sys.modules[name] = Idle(name)
    sys.modules["backend.pasts"].__dict__.update(LINK="past.json", of_model=lambda *_: None)
    part = [None]
    divided = SimpleNamespace(to_plain=lambda _: {})
    parts = dict.fromkeys(("train", "validation", "test"), part)
    sys.modules["workers.steps.read"].__dict__.update(
        open_table=lambda *_: None, divide=lambda *_: (divided, parts)
    )
    sys.modules["workers.steps.targets"].__dict__.update(
        FRAUD="fraud", labels=lambda *_: None, check=lambda *_: None
    )
    sys.modules["workers.steps.judge"].__dict__.update(
        PARTS=(), write=_write, judge=lambda *_: {"test": {}}
    )
    sys.modules["workers.steps.predict"].__dict__.update(
        FILE="predictions.parquet", predict=lambda *_: None, write=_copy_scores
    )


def offer_only_this(plugins: ModuleType) -> None:
    """Make `chaos` the one family there is."""
    collect = plugins.collect

    def collected(folder: ModuleType, constant: str) -> dict[str, Any]:
        return {"chaos": _family()} if constant == "FAMILY" else collect(folder, constant)

    plugins.collect = collected  # type: ignore[attr-defined]


def result_of(seed: int, steps: int) -> str:
    """Return what a run of this seed comes to when nothing disturbs it."""
    learner = Learner(seed)
    for _ in range(steps):
        learner.learn()
    return learner.digest()


class Learner:
    """Numbers that wander: each step depends on all before it, and on the state of the draw."""

    def __init__(self, seed: int) -> None:
        import numpy as np

        self.draw = np.random.default_rng(seed)
        self.weights, self.speed = np.zeros(WIDTH), np.zeros(WIDTH)

    def learn(self) -> float:
        """Take one step and return a loss."""
        pull = self.draw.standard_normal(WIDTH) - 0.01 * self.weights
        self.speed = 0.9 * self.speed + pull
        self.weights = self.weights + 0.01 * self.speed
        return float((self.weights**2).mean())

    def snapshot(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a keeper keeps."""
        arrays = {"weights": self.weights, "speed": self.speed}
        return arrays, {"draw": self.draw.bit_generator.state}

    def go_on_from(self, saved: Any) -> None:
        """Stand where a checkpoint was written."""
        self.weights, self.speed = saved.arrays["weights"], saved.arrays["speed"]
        self.draw.bit_generator.state = saved.state["draw"]

    def digest(self) -> str:
        """Return the SHA-256 of the weights."""
        return hashlib.sha256(self.weights.tobytes()).hexdigest()


def _family() -> Any:
    from pydantic import BaseModel

    from workers.family import Family, Preset

    class Options(BaseModel):
        seed: int = 0
        steps: int = 40
        pause: float = 0.02  # seconds a step takes
        trouble: str = ""  # kill, hang, segv, broken or nan
        trouble_step: int = 0
        troubled_attempts: int = 1  # 0: every one
        disk: str = ""  # fail, full or kill
        disk_call: int = 0  # which of its calls that write

    presets = {"Quick check": Preset("Seconds.")}
    return Family("Chaos", "Survives, or says why not.", 1, Options, presets, _train)


def _train(lesson: Any, options: Any) -> Any:
    from workers.family import Learned

    order = lesson.order
    with slot(order.run_id, order.attempt):
        learner = Learner(options.seed)
        saved = lesson.keeper.load()
        step = saved.step if saved else 0
        if saved:
            learner.go_on_from(saved)
        record.tell("learn", run=order.run_id, attempt=order.attempt, step=step)
        lesson.voice.plan(options.steps)
        lesson.voice.stage("Learning")
        with lesson.wishes.looked_at():
            while step < options.steps:
                step += 1
                loss = learner.learn()
                time.sleep(options.pause)
                _trouble(order, options, step)
                lesson.voice.point("train", step, loss)
                lesson.keeper.tend(step, lesson.wishes, learner.snapshot)
    record.tell("learned", run=order.run_id, attempt=order.attempt, step=step)
    reader = SimpleNamespace(
        write=lambda _: None, past=None, profile=SimpleNamespace(left_out={}), kept_share=1.0
    )
    return Learned(reader, 1, WIDTH, step, 0.0, {}, {"digest": learner.digest()})


def _trouble(order: Any, options: Any, step: int) -> None:
    late = options.troubled_attempts and order.attempt > options.troubled_attempts
    if step != options.trouble_step or late:
        return
    record.tell("trouble", run=order.run_id, attempt=order.attempt, what=options.trouble)
    if options.trouble == "hang":
        signal.pause()
    elif options.trouble in SIGNALS:
        os.kill(os.getpid(), SIGNALS[options.trouble])
    elif options.trouble == "broken":
        raise RuntimeError("a fault nobody foresaw")
    elif options.trouble == "nan":
        from workers.family import Diverged

        raise Diverged("The loss stopped being a number.")


class slot:  # noqa: N801
    """Holds the slot of this trainer while it computes; tells when somebody else holds it."""

    def __init__(self, run_id: int, attempt: int) -> None:
        path = record.control() / "slots" / os.environ.get("CHAOS_ROLE", "none")
        self.file, self.run_id, self.attempt = path.open("w"), run_id, attempt

    def __enter__(self) -> None:
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            record.tell("slot_taken", run=self.run_id, attempt=self.attempt)

    def __exit__(self, *_: object) -> None:
        self.file.close()


def _write(folder: Path, name: str, told: dict[str, Any]) -> None:
    (folder / name).write_text(json.dumps(told))


def _copy_scores(_: Any, target: Path) -> None:
    shutil.copy(record.control() / "scores.parquet", target)
