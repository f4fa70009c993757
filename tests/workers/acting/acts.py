"""What a training process may do to its supervisor: learn, leave, hang, break, fill the disk."""

import hashlib
import os
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

from backend import files
from backend.errors import FileDamaged, NotTrainable
from workers.family import Diverged
from workers.order import Order
from workers.signals import Wishes
from workers.voice import LEFT, Voice

STEPS, CHECKPOINT_EVERY = 100, 10
SLEEP = ["sleep", "1007"]
SCORES = "scores.parquet"  # in the data folder: what every act ends with


def play(order: Order, voice: Voice, wishes: Wishes) -> None:
    """Do the act that the options name; learn where they name none."""
    globals()[order.options.get("act", "learn")](order, voice, wishes)


def learn(order: Order, voice: Voice, wishes: Wishes) -> None:
    """Learn 100 steps, from where the attempt before left off.

    The later ones of a first attempt are slow: a loaded machine may still come in between.
    """
    voice.stage("Learning")
    begin = _resume(order, voice)
    voice.plan(STEPS)
    with wishes.looked_at():
        for step in range(begin + 1, STEPS + 1):
            time.sleep(0.08 if step > 25 and begin == 0 else 0.02)
            voice.point("train", step, 1 / step)
            if wishes.leave or step % CHECKPOINT_EVERY == 0:
                _keep(order, voice, step)
            if wishes.leave:
                raise SystemExit(LEFT)
            if wishes.keep_best:
                break
    finish(order)


def finish(order: Order) -> None:
    """Leave what a training leaves: three scores and a few figures; the first of several does.

    The others end here, as they do once learning is over.
    """
    if order.rank:
        from workers.steps import crew

        crew.leave(0)
    shutil.copy(order.folder.parents[2] / SCORES, order.folder / "predictions.parquet")
    for name in ("metrics.json", "split.json"):
        (order.folder / name).write_text("{}")


def finish_at_once(order: Order, voice: Voice, wishes: Wishes) -> None:
    finish(order)


def learn_slowly(order: Order, voice: Voice, wishes: Wishes) -> None:
    """Learn for minutes, with a checkpoint after each step."""
    voice.plan(10 * STEPS)
    with wishes.looked_at():
        for step in range(_resume(order, voice) + 1, 10 * STEPS):
            time.sleep(0.5)
            voice.point("train", step, 1 / step)
            _keep(order, voice, step)


def leave_scratch_and_learn(order: Order, voice: Voice, wishes: Wishes) -> None:
    """Leave files that nobody keeps and a process in a session of its own, and learn."""
    (order.folder / "scratch").mkdir()
    subprocess.Popen(SLEEP, start_new_session=True)
    learn(order, voice, wishes)


def segv(order: Order, voice: Voice, wishes: Wishes) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def refuse(order: Order, voice: Voice, wishes: Wishes) -> None:
    raise NotTrainable("Every row has the same label. Bring both.")


def diverge(order: Order, voice: Voice, wishes: Wishes) -> None:
    voice.point("train", 1, float("nan"))
    raise Diverged("The loss stopped being a number. Try a smaller learning rate.")


def find_damage(order: Order, voice: Voice, wishes: Wishes) -> None:
    raise FileDamaged("The model's file model.onnx differs from what was written.")


def break_down(order: Order, voice: Voice, wishes: Wishes) -> None:
    raise KeyError("a fault of ours")


def learn_and_break_down(order: Order, voice: Voice, wishes: Wishes) -> None:
    """Meet a fault of ours at step 55, and none on the way from a checkpoint to the end."""
    if order.resume:
        learn(order, voice, wishes)
        return
    voice.plan(STEPS)
    for step in range(1, 56):
        voice.point("train", step, 1 / step)
        if step % CHECKPOINT_EVERY == 0:
            _keep(order, voice, step)
    break_down(order, voice, wishes)


def fill_the_memory(order: Order, voice: Voice, wishes: Wishes) -> None:
    """Allocate past a limit of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
    bytearray(4 * 2**30)


def fill_the_card(order: Order, voice: Voice, wishes: Wishes) -> None:
    """Fail as torch does when a graphics card is full, until half the batch is learned at once."""
    if order.halvings:
        learn(order, voice, wishes)
        return
    raise type("OutOfMemoryError", (RuntimeError,), {})("CUDA out of memory.")


def fill_the_disk(order: Order, voice: Voice, wishes: Wishes) -> None:
    """Write to a disk that has no room, the first time."""
    if order.attempt > 1:
        learn(order, voice, wishes)
        return
    with Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"a checkpoint")


def hang(order: Order, voice: Voice, wishes: Wishes) -> None:
    """Take a few steps, then sleep for ever."""
    voice.plan(STEPS)
    for step in range(1, 6):
        voice.point("train", step, 1.0)
        time.sleep(0.02)
    time.sleep(1000)


def stop_dead(order: Order, voice: Voice, wishes: Wishes) -> None:
    """Stop as a debugger stops a process, before a word is said."""
    os.kill(os.getpid(), signal.SIGSTOP)


def _resume(order: Order, voice: Voice) -> int:
    if not order.resume:
        return 0
    step = int((order.resume[0] / "step").read_text())
    voice.resumed(step)
    return step


def _keep(order: Order, voice: Voice, step: int) -> None:
    """Keep a checkpoint; of several that learn the first does, as it tidies up for all."""
    if order.rank:
        return
    folder = files.checkpoint(order.folder, step)
    folder.mkdir(parents=True)
    (folder / "step").write_text(str(step))
    voice.checkpoint(step, hashlib.sha256(str(step).encode()).hexdigest())
