"""How a network reads fields: numbers as steps, categories as learned numbers, columns by name.

What a column is called says what it holds, also where another file calls it almost the same. So
the weights of a field are its own and, added to them, a few that all columns share and that the
name of the column mixes: these carry over to a file with other columns.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

WORD_WIDTH = 8  # numbers a category becomes
NAME_WIDTH = 384  # of the vector of a column's name
MIXES = 8  # numbers the name of a column becomes
ANCHORS = 8  # points between which a shared answer to a number is drawn, evenly among quantiles
ABSENT, APART, FIRST_WORD = ANCHORS, ANCHORS + 1, ANCHORS + 2  # parts of the shared weights
SAME = FIRST_WORD + WORD_WIDTH
PARTS = SAME + 1

Place = tuple[int, NDArray[np.float32]]  # the field, -1 for none, and how it mixes the parts


class Numbers(nn.Module):
    """Places among quantiles as piecewise-linear steps: (..., n) -> (..., sum of steps + n)."""

    def __init__(self, steps: Sequence[int]) -> None:
        super().__init__()
        self.steps = list(steps)
        self.places = sum(self.steps) + len(self.steps)

    def forward(self, place: Tensor) -> Tensor:
        parts = [(place < 0).to(place.dtype)]
        for number, steps in enumerate(self.steps):
            rising = torch.arange(steps, dtype=place.dtype, device=place.device)
            parts.append((place[..., number : number + 1] - rising).clamp(0, 1))
        return torch.cat(parts, dim=-1)


class Words(nn.Module):
    """Codes as learned numbers: (..., n) -> (..., n * 8)."""

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        tables = [nn.Embedding(size, WORD_WIDTH) for size in sizes]
        self.tables = nn.ModuleList(tables)
        self.places = len(tables) * WORD_WIDTH

    def forward(self, code: Tensor) -> Tensor:
        numbers = code.long()
        return torch.cat([table(numbers[..., n]) for n, table in enumerate(self.tables)], dim=-1)


class Projection(nn.Module):
    """A linear layer that also knows its columns by name: (..., places), (f, 8) -> (..., width).

    The shared weights begin at zero, so that a file whose names say nothing loses nothing.
    """

    def __init__(self, places: Sequence[Place], width: int) -> None:
        super().__init__()
        self.own = nn.Linear(len(places), width)
        self.shared = nn.Parameter(torch.zeros(MIXES, PARTS, width))
        self.field = np.array([max(field, 0) for field, _ in places])
        self.mix = np.array([mix for _, mix in places]).astype(np.float32)
        self.folded = False

    def forward(self, found: Tensor, names: Tensor) -> Tensor:
        return functional.linear(found, self.weight(names), self.own.bias)

    def weight(self, names: Tensor) -> Tensor:
        """Return the weights in use, (width, places)."""
        if self.folded:
            return self.own.weight
        mix = torch.from_numpy(self.mix).to(names.device)
        shared = torch.einsum("pk,rkw->prw", mix, self.shared)
        return self.own.weight + torch.einsum("pr,prw->wp", names[self.field], shared)

    def fold(self, names: Tensor) -> None:
        """Make the shared weights part of its own, for good: the names are not asked again."""
        with torch.no_grad():
            self.own.weight.copy_(self.weight(names))
        self.folded = True


def number_places(steps: Sequence[int], fields: Sequence[int]) -> list[Place]:
    """Return the places of `Numbers(steps)`; `fields` says whose each number is."""
    absent = [(field, _part(ABSENT)) for field in fields]
    rising = [
        (field, _hats((step + 1) / many) - _hats(step / many) if field >= 0 else _none())
        for field, many in zip(fields, steps, strict=True)
        for step in range(many)
    ]
    return [(field, mix if field >= 0 else _none()) for field, mix in absent] + rising


def word_places(fields: Sequence[int]) -> list[Place]:
    """Return the places of `Words`; `fields` says whose each category is."""
    return [(field, _part(FIRST_WORD + place)) for field in fields for place in range(WORD_WIDTH)]


def apart_places(fields: Sequence[int]) -> list[Place]:
    """Return the places of the distances between the numbers of two transactions."""
    return [(field, _part(APART)) for field in fields]


def same_places(fields: Sequence[int]) -> list[Place]:
    """Return the places that say whether the categories of two transactions are the same."""
    return [(field, _part(SAME)) for field in fields]


def other_places(many: int) -> list[Place]:
    """Return places that belong to no column."""
    return [(-1, _none())] * many


def _hats(share: float) -> NDArray[np.float32]:
    """Return the anchors' hat functions at a share of the quantiles; all 0 at its beginning."""
    mix = _none()
    at = np.arange(1, ANCHORS + 1) / ANCHORS
    mix[:ANCHORS] = np.maximum(1 - np.abs(share - at) * ANCHORS, 0)
    return mix


def _part(place: int) -> NDArray[np.float32]:
    mix = _none()
    mix[place] = 1
    return mix


def _none() -> NDArray[np.float32]:
    return np.zeros(PARTS, dtype=np.float32)
