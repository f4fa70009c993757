"""Touchstone started for real, by up.py, as a test needs it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from settings import ROOT, environment
from tests.servers import free_port

READY_WITHIN = 120.0  # seconds; measured at 3 to 6 on two idle cores
STOPPED_WITHIN = 60.0
GONE_WITHIN = 10.0  # seconds, in which what died with the supervisor is gone


@dataclass
class Launched:
    """A running house: its supervisor, where it answers, and what it printed so far."""

    process: subprocess.Popen
    address: str
    data: Path
    output: IO[str]

    def printed(self) -> str:
        self.output.seek(0)
        return self.output.read()

    def wait_for(self, words: str, within: float = READY_WITHIN) -> None:
        deadline = time.monotonic() + within
        while words not in self.printed():
            assert self.process.poll() is None, f"ended early:\n{self.printed()}"
            assert time.monotonic() < deadline, f"no {words!r} in time:\n{self.printed()}"
            time.sleep(0.1)

    def processes(self) -> list[int]:
        """Numbers of every living process that works on this house's data folder."""
        return [number for number in running() if works_on(self.data, number)]

    def left(self) -> list[int]:
        """Return the processes that are still there moments after the house has stopped."""
        end = time.monotonic() + GONE_WITHIN
        while (found := self.processes()) and time.monotonic() < end:
            time.sleep(0.1)
        return found

    def stop(self, how: int = signal.SIGINT) -> int:
        """Stop the house as a terminal would; return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(STOPPED_WITHIN)


def running() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def works_on(data: Path, number: int) -> bool:
    """True when a living process has the data folder in its environment, or works inside it.

    The broker writes its title over its environment, but its working folder tells.
    """
    entry = Path(f"/proc/{number}")
    try:
        named = f"TOUCHSTONE_DATA={data}".encode() in (entry / "environ").read_bytes().split(b"\0")
        return named or (entry / "cwd").readlink().is_relative_to(data)
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return False


@contextmanager
def launched(data: Path, port: int | None = None, **changed: str) -> Iterator[Launched]:
    """Start the whole house on a data folder, and see that no process of it outlives the test."""
    port = port or free_port()
    named = {"TOUCHSTONE_DATA": str(data), "TOUCHSTONE_PORT": str(port), **changed}
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            [sys.executable, "up.py"],
            cwd=ROOT,
            env=environment(**named),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        house = Launched(process, f"http://127.0.0.1:{port}", data, output)
        try:
            yield house
        finally:
            house.stop()
            left = house.left()
            for number in left:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            assert left == [], f"processes outlived the house:\n{house.printed()}"
