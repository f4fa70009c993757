"""The history of one process: a JSON line for every operation it did, in `CHAOS_CONTROL`.

Every line: op, at (monotonic seconds, one clock for all processes of a machine), began, pid,
role; run, attempt and piece where the operation names them; result, or error.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any

ATTEMPTS = (
    "claim", "claim_next", "renew", "enter_stage", "note", "record_points", "record_checkpoint",
    "resumed", "succeed", "fail", "crashed", "give_back", "pause_disk", "halve", "end_cancelled",
)  # fmt: skip
OPS: dict[str, Sequence[str]] = {
    "backend.attempts": ATTEMPTS,
    "backend.jobs": ("ring", "ring_the_waiting"),
    "backend.rescue": ("take_back", "resume_paused"),
    "backend.pieces": ("claim", "renew", "finish", "give_back"),
}
GIVES_BACK = ("give_back", "crashed", "halve", "fail", "pause_disk")  # what a holder lets go by
BEGINS = "_begins"  # ends what is told of such an operation before it is done
PIECE = "piece_"  # begins what is told of pieces, whose operations have the names of others


write = os.write  # as it was before anybody made it fail


def control() -> Path:
    """Return the folder through which a schedule and its processes speak."""
    return Path(os.environ["CHAOS_CONTROL"])


def ordered() -> dict[str, Any]:
    """Return the order of this process, which learns or scores."""
    try:
        order: dict[str, Any] = json.loads((Path(sys.orig_argv[-1]) / "order.json").read_text())
    except OSError:
        return {}
    return order


def tell(op: str, **what: Any) -> None:
    """Append one line to this process's history; one write, so that a kill tears no line."""
    folder = control() / "history"
    role = os.environ.get("CHAOS_ROLE", "")
    line = {"op": op, "at": time.monotonic(), "pid": os.getpid(), "role": role, **what}
    handle = os.open(
        folder / f"{role}-{os.getpid()}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644
    )
    try:
        write(handle, (json.dumps(line, default=str) + "\n").encode())
    finally:
        os.close(handle)


def wrap(module: ModuleType, names: Sequence[str]) -> None:
    """Have the named functions of a module tell of each call."""
    kind = PIECE if module.__name__ == "backend.pieces" else ""
    for name in names:
        if hasattr(module, name):
            setattr(module, name, _told(kind + name, getattr(module, name)))


def _told(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def telling(*args: Any, **named: Any) -> Any:
        told = {**_meant(args), "began": time.monotonic()}
        if name in GIVES_BACK:  # who is killed between the commit and the line below has told
            tell(name + BEGINS, **told)
        try:
            result = function(*args, **named)
        except BaseException as error:
            first = str(error).splitlines()[:1]
            tell(name, **told, error=type(error).__name__, said=first)
            raise
        if name in ("claim", "claim_next") and result:
            told |= {"run": result.run_id, "attempt": result.number}
        if name == "piece_claim" and result:
            told |= _meant((result,))
        tell(name, **told, result=_plain(result))
        return result

    return telling


def _meant(args: Sequence[Any]) -> dict[str, Any]:
    """Return which run and which attempt a call is about, and which piece of a scoring."""
    if args and hasattr(args[0], "first_group"):
        piece = args[0]
        return {"run": piece.run_id, "piece": piece.number, "attempt": piece.attempt}
    run, attempt = (*(each for each in args if type(each) is int), None, None)[:2]
    return {"run": run, "attempt": attempt}


def _plain(result: Any) -> Any:
    return result if isinstance(result, bool | int | str | list | None) else bool(result)
