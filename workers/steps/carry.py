"""Weights carried over from an earlier run, on this dataset or on another one.

What does not depend on columns is taken as it is where its shape is the same: attention, norms,
what the names of columns say. Of what does, the part of every column that both runs read: its
steps where there are as many of them, its categories by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from backend.reader import Reader
from backend.steps.features import Plan
from backend.steps.fields import Fields
from workers.order import Order
from workers.steps.axes import About, about, alike
from workers.steps.history_net import HistoryConfig, TransactionModel

MODEL, WEIGHTS = "model", "model.safetensors"


@dataclass(frozen=True)
class Start:
    """The run that another one starts from."""

    reader: Reader
    config: HistoryConfig
    weights: dict[str, Tensor]

    @classmethod
    def open(cls, folder: Path) -> "Start":
        """Open the folder of a finished run whose model is a network of histories."""
        config = HistoryConfig.from_pretrained(folder / MODEL)
        weights = load_file(folder / MODEL / WEIGHTS)
        return cls(Reader.read(folder), config, weights)

    @property
    def read(self) -> Fields:
        """How it reads fields."""
        assert self.reader.fields is not None, "only networks of histories can be started from"
        return self.reader.fields

    @property
    def bins(self) -> int:
        """How many steps a number had at most."""
        return max((scale.steps for scale in self.read.scales), default=1)

    def read_alike(self, order: Order, past: Plan | None) -> bool:
        """Return True when it read the same columns of the same dataset.

        Its fields were fitted on the rows of the same training time, so they can stay.
        """
        same = self.config.dataset == str(order.dataset) and self.reader.past == past
        return same and self.reader.columns == order.columns


@dataclass(frozen=True)
class Carried:
    """What was carried over."""

    brought: frozenset[str] = frozenset()  # parameters that learned before, wholly or in part
    of: int = 0  # parameters there are

    def told(self) -> dict[str, int]:
        """Return it JSON-ready."""
        return {"tensors_carried": len(self.brought), "tensors": self.of}


def carry(start: Start, model: TransactionModel, read: Fields) -> Carried:
    """Give a model whose fields are `read` the weights of the start that mean the same."""
    theirs = {
        (net, alike(start.read, name)): (name, tensor)
        for (net, name), tensor in _split(start.weights).items()
    }
    own = dict(model.named_parameters())
    brought = set()
    for (net, name), tensor in _split(own).items():
        found = theirs.get((net % start.config.nets, alike(read, name)))
        if found is None or _is_left(name, start):
            continue
        mine, other = about(model.config, read, name), about(start.config, start.read, found[0])
        if _copy(tensor, found[1], mine, other):
            brought.add(f"nets.{net}.{name}" if f"nets.{net}.{name}" in own else name)
    return Carried(frozenset(brought), len(own))


def _split(weights: Mapping[str, Tensor]) -> dict[tuple[int, str], Tensor]:
    """Return weights by the number of their network and their name in it; 0 for common ones."""
    found = {}
    for name, tensor in weights.items():
        of, _, rest = name.partition(".")
        net, _, within = rest.partition(".")
        found[(int(net), within) if of == "nets" else (0, name)] = tensor
    return found


def _is_left(name: str, start: Start) -> bool:
    """Return True for how likely a fraud is, and for answers that learned nothing."""
    return name == "head.bias" or (name == "head.last" and not start.config.taught)


def _copy(own: Tensor, found: Tensor, mine: About | None, theirs: About | None) -> bool:
    """Copy what both tensors are about from the second to the first; False when nothing is."""
    if mine is None or theirs is None:
        same = own.shape == found.shape
        if same:
            own.data.copy_(found)
        return same
    axis, places = mine
    there = {what: place for place, what in enumerate(theirs[1])}
    pairs = [(place, there[what]) for place, what in enumerate(places) if what in there]
    if not pairs or own.shape[1 - axis] != found.shape[1 - axis]:
        return False
    here, origin = torch.tensor(pairs).T
    own.data.index_copy_(axis, here, found.index_select(axis, origin))
    return True
