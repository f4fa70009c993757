"""Rows with their past, as a network of histories is given them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backend.steps.events import Events
from backend.steps.fields import Fields
from backend.steps.situation import Rows
from workers.steps.read import Part

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Seen:
    """Labelled rows with their past, and how many rows each stands for."""

    read: Fields
    events: Events | None  # None without a history
    rows: Rows
    label: NDArray[np.int64]
    weight: Floats
    wanted: Floats | None = None  # what is to be answered; None: the label

    @property
    def target(self) -> Floats:
        """What is to be answered of each row (n,)."""
        return self.label.astype(np.float64) if self.wanted is None else self.wanted

    def __len__(self) -> int:
        return len(self.label)

    def batch(self, places: Places | slice) -> tuple[Tensor, Tensor | None]:
        """Return what the model reads of the rows at these places."""
        some = self.rows.some(places)
        past = None if self.events is None else torch.from_numpy(some.past(self.read, self.events))
        return torch.from_numpy(some.row), past


def seen_of(
    read: Fields,
    events: Events | None,
    part: Part,
    weight: Floats | None = None,
    wanted: Floats | None = None,
) -> Seen:
    """Return the rows of a part, each for itself unless `weight` (n,) says otherwise.

    Rows without a label count as legitimate: what learns without labels does not ask.
    """
    frames = [Rows.of(read, events, frame) for frame in part.frames()]
    rows = Rows.joined(frames or [Rows.of(read, events, part.frame())])
    label = np.nan_to_num(part.label).astype(np.int64)
    return Seen(read, events, rows, label, np.ones(len(part)) if weight is None else weight, wanted)


def write_events(read: Fields, part: Part, folder: Path) -> Events:
    """Write the rows of a part as events, labelled or not, and open what was written."""
    Events.of(read, part.frames()).write(folder)
    return Events.open(folder)


def whole(part: Part) -> Part:
    """Return all rows of the table that a part is of."""
    return Part(part.table, np.arange(part.table.num_rows), np.full(part.table.num_rows, np.nan))
