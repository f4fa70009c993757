"""Processes that learn together: each computes its part of every batch, and all take one step.

torchrun starts them, gloo (processors) or NCCL (graphics cards) carries the gradients between
them, and torch's DistributedDataParallel adds them up. Alone, nothing of it is loaded.
"""

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, NoReturn

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch import distributed as dist

from workers.order import SCRATCH, Order
from workers.signals import Wishes

Places = NDArray[np.int64]


class Agreed(NamedTuple):
    """What all processes know of a step."""

    loss: float  # of the whole batch
    keep_best: bool
    leave: bool
    due: bool  # a checkpoint


class Losses(nn.Module):
    """The loss of some rows as a module, so that the processes can join in its gradients."""

    def __init__(self, model: nn.Module, of: Callable[..., Tensor]) -> None:
        super().__init__()
        self.model, self.of = model, of

    def forward(self, *what: Any) -> Tensor:
        """Return what `of` says, a scalar."""
        return self.of(*what)


def enlist(order: Order) -> Order:
    """Join the processes that torchrun started; return the order as this one of them does it.

    All but the first work in a folder of their own below the scratch folder. Without torchrun
    the order is returned as it is.
    """
    if not dist.is_torchelastic_launched():
        return order
    if torch.cuda.is_available():
        torch.cuda.set_device(dist.get_node_local_rank())
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    rank = dist.get_rank()
    if not rank:
        return order
    own = order.folder / SCRATCH / str(rank)
    own.mkdir(parents=True, exist_ok=True)
    return replace(order, folder=own, rank=rank)


@dataclass(frozen=True)
class Crew:
    """The processes that learn together, as one of them sees it."""

    rank: int = 0
    size: int = 1
    halvings: int = 0  # how often what is computed at once is halved

    @classmethod
    def of(cls, order: Order) -> "Crew":
        """Return the crew of an order, of which this process is one."""
        together = dist.is_available() and dist.is_initialized()
        return cls(order.rank, dist.get_world_size() if together else 1, order.halvings)

    @property
    def is_first(self) -> bool:
        """True in the process that tells, checks and writes."""
        return self.rank == 0

    def join(self, losses: Losses) -> nn.Module:
        """Return the losses so that going back through them adds up everybody's gradients."""
        if not (dist.is_available() and dist.is_initialized()):
            return losses
        torch.manual_seed(torch.initial_seed() + self.rank)  # else all drop out the same
        return nn.parallel.DistributedDataParallel(losses, find_unused_parameters=True)

    def go_back(self, losses: nn.Module, places: Places, *more: Any) -> float:
        """Leave the gradients of a batch in the model; return this process's part of its loss.

        The batch is divided evenly among the processes, and what is a process's own into
        2 ** halvings parts, one after the other: the batch, and the mean over it, stay.
        """
        told = 0.0
        shares = self.shares(places)
        for number, (some, share) in enumerate(shares, start=1):
            with _apart(losses) if number < len(shares) else nullcontext():
                loss = losses(some, *more) * share
                (loss * self.size).backward()  # joined gradients are means over the processes
            told += float(loss.detach())
        return told

    def shares(self, places: Places) -> list[tuple[Places, float]]:
        """Return the parts of a batch that are this process's own, with their share of it.

        As many for every process: where rows are too few, one goes along that does not count.
        """
        own = np.array_split(places, self.size)[self.rank]
        parts = np.array_split(own, 2**self.halvings)
        return [(some if len(some) else places[:1], len(some) / len(places)) for some in parts]

    def agree(self, loss: float, wishes: Wishes, due: bool) -> Agreed:
        """Return the loss of the whole batch, and what any of the processes was asked."""
        total, *wanted = self.sum(loss, wishes.keep_best, wishes.leave, due)
        return Agreed(total, *(each > 0 for each in wanted))

    def sum(self, *values: float) -> list[float]:
        """Return the sums over all processes."""
        if self.size == 1:
            return list(values)
        told = torch.tensor(values, dtype=torch.float64, device=_device())
        dist.all_reduce(told)
        return told.tolist()

    def gathered(self, own: Tensor) -> list[Tensor]:
        """Return everybody's tensor, all of one shape, in the order of the processes."""
        if self.size == 1:
            return [own]
        found = [torch.empty_like(own, device=_device()) for _ in range(self.size)]
        dist.all_gather(found, own.to(_device()))
        return [each.cpu() for each in found]

    def disband(self) -> None:
        """Learning is over: the first process carries on alone, the others end here."""
        if dist.is_available() and dist.is_initialized():
            dist.destroy_process_group()
        if not self.is_first:
            leave(0)


def leave(code: int) -> NoReturn:
    """End this process at once, with all it told: a thread of gloo that still runs would turn an
    orderly end into an abort, and torchrun would then end the others as well."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _apart(losses: nn.Module) -> AbstractContextManager[Any]:
    """Gradients stay in this process until the last part of a batch."""
    return losses.no_sync() if hasattr(losses, "no_sync") else nullcontext()


def _device() -> torch.device:
    return torch.device("cuda" if dist.get_backend() == "nccl" else "cpu")
