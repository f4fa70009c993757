"""Where learning can go on: its whole state, written at a step, found again by the next attempt.

A checkpoint is a folder `checkpoints/<step>` of the attempt's own: arrays as safetensors, the
rest as JSON, and a manifest of hashes, written last. A folder without all of it does not count.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from backend import files
from backend.errors import FileDamaged
from settings import settings
from workers.signals import Wishes
from workers.voice import LEFT, Voice

if TYPE_CHECKING:
    import torch

    from workers.order import Order

DRAFT = ".draft"  # how a folder ends that is not finished
ARRAYS, STATE = "arrays.safetensors", "state.json"
KEPT = 2  # of each attempt: the newest, and one to fall back on

Array = NDArray[Any]
State = dict[str, Any]
Snapshot = tuple["Mapping[str, Array | torch.Tensor]", State]


@dataclass(frozen=True)
class Saved:
    """What was found."""

    step: int
    arrays: dict[str, Array]
    state: State  # as it came out of JSON


@dataclass
class Keeper:
    """Keeps the state of one attempt, and gives back what an attempt before it kept."""

    folder: Path  # of this attempt's checkpoints
    resume: tuple[Path, ...]  # folders of checkpoints of attempts before, newest first
    voice: Voice
    writes: bool = True  # of processes that learn together only the first does
    steps: int = field(default_factory=lambda: settings.checkpoint_steps)
    seconds: float = field(default_factory=lambda: settings.checkpoint_seconds)
    step: int = field(default=0, init=False)  # of the newest checkpoint
    saved_at: float = field(default_factory=time.monotonic, init=False)

    @classmethod
    def of(cls, order: "Order", voice: Voice) -> "Keeper":
        """Return the keeper of the attempt that an order asks for."""
        return cls(order.folder / files.CHECKPOINTS, order.resume, voice, order.rank == 0)

    def due(self, step: int) -> bool:
        """Tell whether a checkpoint is to be written now, by steps or by time since the last."""
        late = time.monotonic() - self.saved_at >= self.seconds
        return step - self.step >= self.steps or (late and step > self.step)

    def tend(self, step: int, wishes: Wishes, snapshot: Callable[[], Snapshot]) -> None:
        """Save where that is due, and leave where somebody asks to: SystemExit(143), all kept."""
        if wishes.leave or self.due(step):
            self.save(step, *snapshot())
        if wishes.leave:
            raise SystemExit(LEFT)

    def save(self, step: int, arrays: "Mapping[str, Array | torch.Tensor]", state: State) -> None:
        """Write a checkpoint that is there as a whole or not at all, and tell of it.

        `state` holds what JSON can. The last two stay; once there are two, those of earlier
        attempts go. A step that is kept already is not written again. Raises OSError, having
        left nothing behind, when it cannot be written.
        """
        target = files.checkpoint(self.folder.parent, step)
        if not target.is_dir() and self.writes:
            self._write(target, arrays, {"step": step, "state": state})
            self.voice.checkpoint(step, files.sha256(target / files.MANIFEST))
            self._forget()
        self.step, self.saved_at = step, time.monotonic()

    def _write(
        self, target: Path, arrays: "Mapping[str, Array | torch.Tensor]", told: State
    ) -> None:
        draft = target.with_suffix(DRAFT)
        try:
            draft.mkdir(parents=True, exist_ok=True)
            files.write(draft / ARRAYS, safetensors.numpy.save(_plain(arrays)))
            files.write(draft / STATE, json.dumps(told).encode())
            files.seal(draft)
            files.move(draft, target)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def load(self) -> Saved | None:
        """Return the newest checkpoint that is whole, and tell its step; 0 and None without one.

        Nothing is told where there is none to look for. A folder that is gone, unfinished or
        damaged in any way is passed over for the one before it.
        """
        for draft in files.matching(self.folder.parent.parent, f"*/{files.CHECKPOINTS}/*{DRAFT}"):
            shutil.rmtree(draft, ignore_errors=True)
        found = next(filter(None, map(read, self.resume)), None)
        if found is not None:
            self.step, self.saved_at = found.step, time.monotonic()
        if self.resume:
            self.voice.resumed(found.step if found else 0)
        return found

    def _forget(self) -> None:
        own = sorted(path for path in self.folder.iterdir() if not path.suffix)
        for path in own[:-KEPT]:
            files.remove(path)
        if len(own) >= KEPT:
            for path in {path.parent for path in self.resume}:
                files.remove(path)


def read(folder: Path) -> Saved | None:
    """Return what a checkpoint holds; None unless every byte is as it was written."""
    try:
        sums = json.loads((folder / files.MANIFEST).read_bytes())
        arrays, told = (_checked(folder / name, sums) for name in (ARRAYS, STATE))
    except (OSError, ValueError, FileDamaged):
        return None
    plain = json.loads(told)
    return Saved(plain["step"], safetensors.numpy.load(arrays), plain["state"])


def _checked(path: Path, sums: Any) -> bytes:
    content = path.read_bytes()
    if not isinstance(sums, dict) or hashlib.sha256(content).hexdigest() != sums.get(path.name):
        raise FileDamaged(f"The checkpoint's file {path.name} differs from what was written.")
    return content


def _plain(arrays: "Mapping[str, Array | torch.Tensor]") -> dict[str, Array]:
    """Return NumPy arrays, whatever holds the numbers and on which device.

    In row order: safetensors writes others as they lie in memory, which turns them about.
    """
    found = {
        name: each if isinstance(each, np.ndarray) else each.detach().cpu().numpy()
        for name, each in arrays.items()
    }
    return {name: np.array(each, order="C") for name, each in found.items()}
