"""What the processes of a schedule told of their operations, in the order of time."""

import json
from pathlib import Path
from typing import Any

FENCED = frozenset(
    (
        "renew", "enter_stage", "note", "record_points", "record_checkpoint", "resumed",
        "succeed", "fail", "crashed", "give_back", "pause_disk", "halve", "end_cancelled",
    )
)  # fmt: skip


def read(control: Path) -> list[dict[str, Any]]:
    """Return every line of every process, by when it was told; see `inside/record.py`."""
    lines = [
        json.loads(line)
        for path in (control / "history").glob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    return sorted(lines, key=lambda line: line["at"])


def landed(operation: dict[str, Any]) -> bool:
    """Tell whether a write that names its attempt was accepted."""
    result = operation.get("result")
    return "error" not in operation and result not in (False, None, "lost")
