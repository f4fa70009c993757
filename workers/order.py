"""What the training process is asked to do: `order.json` of its folder."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.steps.columns import Column, from_plain
from backend.steps.spans import Span

FILE = "order.json"
SCRATCH = "scratch"  # folder of files nobody keeps


@dataclass(frozen=True)
class Order:
    """One job for one process."""

    run_id: int
    attempt: int
    kind: str  # train or score
    folder: Path  # where everything is written
    dataset: Path  # Parquet
    columns: tuple[Column, ...]
    clock: str
    family: str
    options: dict[str, Any]
    label_delay_days: float
    threads: int  # 0: all cores
    model: Path | None  # folder of the model that scores, kind score only
    encoder: str  # what the installation trains from when the options do not say
    encoder_revision: str
    uncovered: tuple[Span, ...] = ()  # periods whose labels do not count, in seconds
    start: Path | None = None  # folder of the run whose weights it starts from
    resume: tuple[Path, ...] = ()  # checkpoints to go on from, newest first
    devices: int = 1  # that learn at the same time
    rank: int = 0  # of this process among those; only the first tells and leaves something
    halvings: int = 0  # of what is computed at once, after a graphics card was full
    supervisor: int | None = None  # process to end with, when one started this
    supervisor_began: int = 0  # in ticks of the machine's clock, as its number may be used again

    @classmethod
    def read(cls, folder: Path) -> "Order":
        """Return the order that lies in `folder`."""
        stored: dict[str, Any] = json.loads((folder / FILE).read_text())
        own = {
            "folder": folder,
            "dataset": Path(stored["dataset"]),
            "columns": from_plain(stored["columns"]),
            "uncovered": tuple((start, end) for start, end in stored.get("uncovered", ())),
            "model": Path(stored["model"]) if stored.get("model") else None,
            "start": Path(stored["start"]) if stored.get("start") else None,
            "resume": tuple(Path(checkpoint) for checkpoint in stored.get("resume", ())),
        }
        return cls(**{**stored, **own})
