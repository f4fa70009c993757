"""Write a benchmark's table as .md and .json, with machine, date and commit."""

import json
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from settings import ROOT
from workers.device import describe

RESULTS = Path(__file__).parent / "results"


def write(
    name: str,
    title: str,
    rows: list[dict[str, Any]],
    note: str = "",
    shown: list[dict[str, Any]] | None = None,
) -> None:
    """Write results/<name>.md and .json; `rows` share their keys, which become the columns.

    The .md holds the rows `shown` instead where they are given.
    """
    about = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "-s") else ""),
        "machine": machine(),
    }
    RESULTS.mkdir(exist_ok=True)
    plain = {"title": title, **about, "note": note, "rows": rows}
    (RESULTS / f"{name}.json").write_text(json.dumps(plain, indent=1) + "\n")
    lines = [f"# {title}", "", " · ".join(about.values()), ""]
    told = shown or rows
    lines += [" | ".join(["", *told[0], ""]).strip(), "|" + "---|" * len(told[0])]
    lines += [" | ".join(["", *map(_cell, row.values()), ""]).strip() for row in told]
    lines += ["", note] if note else []
    text = "\n".join(lines) + "\n"
    (RESULTS / f"{name}.md").write_text(text)
    print(text, flush=True)


def machine() -> str:
    """Return what this machine computes on, its system and its Python, in words."""
    return f"{describe()}, {platform.system()}, Python {platform.python_version()}"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _git(*words: str) -> str:
    found = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip()
