"""Everything that happened, by whom and when: the earlier transactions a model looks back at.

Kept as memory-mapped arrays sorted by entity and time, so that millions of rows cost no memory
and one look back no more than a search. Of whom and with whom only a hash is kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.steps.fields import Codes, Fields, Floats, Values, size
from backend.steps.profile import floats

NOBODY = np.uint64(0)  # the hash of a missing value

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Events:
    """Transactions sorted by entity, then time, then their order in the file; all (n, ...)."""

    entity: Hashes
    time: Floats  # seconds
    counterparty: Hashes  # 0 where nothing says with whom
    size: Values  # logarithm of the amount, NaN missing
    numbers: Values  # (n, followed)
    codes: Codes  # (n, followed words)

    @classmethod
    def of(cls, read: Fields, frames: Iterable[pd.DataFrame]) -> "Events":
        """Return the events of frames with the dataset's columns.

        Rows without a time or an entity are nobody's past and are left out. Raises ValueError
        when there is no frame.
        """
        parts = [_part(read, frame) for frame in frames]
        names = [each.name for each in fields(cls)]
        whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        order = np.lexsort((whole["time"], whole["entity"]))  # stable
        return cls(**{name: values[order] for name, values in whole.items()})

    def __len__(self) -> int:
        return len(self.time)

    def write(self, folder: Path) -> None:
        """Write one array per file into a new folder."""
        folder.mkdir()
        for each in fields(self):
            np.save(folder / f"{each.name}.npy", getattr(self, each.name))

    @classmethod
    def open(cls, folder: Path) -> "Events":
        """Return what `write` wrote, left on disk until it is looked at."""
        names = [each.name for each in fields(cls)]
        return cls(**{name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in names})

    def look_back(self, entity: Hashes, time: Floats, depth: int) -> Places:
        """Return the places of the last `depth` events strictly before each moment.

        `entity` (m,) are hashes, `time` (m,) seconds; the result is (m, depth), newest first,
        -1 where there is none. Events of the very same time do not see each other.
        """
        first = np.searchsorted(self.entity, entity, side="left")
        end = np.searchsorted(self.entity, entity, side="right")
        low, high = first, end
        for _ in range(int((end - first).max(initial=0)).bit_length()):
            middle = (low + high) >> 1
            at = np.minimum(middle, max(len(self) - 1, 0))
            earlier = (low < high) & (self.time[at] < time)
            low, high = np.where(earlier, middle + 1, low), np.where(earlier, high, middle)
        found = low[:, None] - 1 - np.arange(depth)
        nobody = (entity == NOBODY) | ~np.isfinite(time)
        return np.where((found < first[:, None]) | nobody[:, None], -1, found)


def hashes(values: pd.Series) -> Hashes:
    """Return a hash of each value as text (n,), 0 where it is missing."""
    codes, names = pd.factorize(values)
    of_names = pd.util.hash_array(np.array([str(name) for name in names], dtype=object))
    return np.where(codes < 0, NOBODY, np.append(of_names, NOBODY)[codes])


def with_whom(read: Fields, frame: pd.DataFrame) -> Hashes:
    """Return the hash of each row's counterparty (n,), 0 where the model does not read it."""
    if not read.counterparty:
        return np.full(len(frame), NOBODY)
    return hashes(frame["_counterparty"])


def _part(read: Fields, frame: pd.DataFrame) -> Events:
    has_place = np.isfinite(floats(frame["_time"])) & frame["_entity"].notna().to_numpy()
    frame = frame[has_place]
    return Events(
        entity=hashes(frame["_entity"]),
        time=floats(frame["_time"]),
        counterparty=with_whom(read, frame),
        size=size(frame).astype(np.float32),
        numbers=read.numbers(frame)[:, list(read.followed)],
        codes=read.codes(frame)[:, list(read.followed_words)],
    )
