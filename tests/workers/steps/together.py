"""What two processes do in the tests of learning together: `... <folder>` under torchrun.

Each leaves in the folder, under its own number, what one batch and a whole training gave it.
"""

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import distributed as dist

from tests.workers.steps.test_learner import labels, texts
from workers.order import Order
from workers.signals import Wishes
from workers.steps.checkpoint import Keeper
from workers.steps.crew import Crew, enlist, leave
from workers.voice import Voice

ASKED_AT = 20


def main(folder: Path) -> None:
    """Learn as a crew: a batch, a whole training, and one that is left and gone on from."""
    torch.set_num_threads(1)
    order = enlist(Order.read(folder))
    crew = Crew.of(order)
    Crew.disband = lambda _: None  # the processes learn more than once here
    calm = labels(_keeper(folder / "calm", crew), Wishes(), crew)
    save_file(gradients(calm, crew), folder / f"gradients-{order.rank}.safetensors")
    calm = labels(_keeper(folder / "calm", crew), Wishes(), crew)
    calm.run()
    save_file(calm.model.state_dict(), folder / f"weights-{order.rank}.safetensors")
    straight = texts(_keeper(folder / "straight", crew), Wishes(), crew)
    straight.run()
    for name, loop in (("straight", straight), ("again", _interrupted(folder, crew))):
        arrays, _ = loop.learner.snapshot()
        told = {each: arrays[each] for each in arrays if each != "chance.numpy"}
        save_file(told, folder / f"{name}-{order.rank}.safetensors")
    dist.destroy_process_group()
    leave(0)


def gradients(loop, crew: Crew) -> dict[str, torch.Tensor]:
    """Return what the first batch of three rows says, one process having two of them."""
    loop.model.train()
    crew.go_back(loop.losses, loop.rounds[0][:3], 0.5)
    return {n: each.grad for n, each in loop.model.named_parameters() if each.grad is not None}


def _interrupted(folder: Path, crew: Crew):
    """Ask one process to leave at step 20; both do, and both go on."""
    wishes = Wishes()
    first = texts(_keeper(folder / "first", crew), wishes, crew)
    learn = first._learn

    def asked(places):
        wishes.leave = crew.rank == 1 and first.learner.step + 1 == ASKED_AT
        return learn(places)

    first._learn = asked
    with pytest.raises(SystemExit, match="143"):
        first.run()
    assert first.learner.step == ASKED_AT
    dist.barrier()
    kept = folder / "first" / "checkpoints" / f"{ASKED_AT:09d}"
    second = texts(replace(_keeper(folder / "second", crew), resume=(kept,)), Wishes(), crew, 99)
    second.run()
    return second


def _keeper(folder: Path, crew: Crew) -> Keeper:
    return Keeper(folder / "checkpoints", (), Voice(io.StringIO()), crew.is_first)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
