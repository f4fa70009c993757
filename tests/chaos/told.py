"""Schedules played in a process of their own, and what it told of them."""

import json
import subprocess
import sys
from typing import Any

from settings import ROOT


def told(kind: str, *words: str) -> list[dict[str, Any]]:
    """Play schedules and return what came of each; see `campaign`."""
    command = [sys.executable, "-m", "tests.chaos.campaign", kind, *words]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]
