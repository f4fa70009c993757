"""The training process as its supervisor sees it: started, asked, measured, ended with all of its.

It leads a session of its own. What it starts dies with it, in whatever session that is.
"""

import contextlib
import json
import logging
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from settings import ROOT, environment, settings
from workers import processes
from workers.device import pinned

log = logging.getLogger(__name__)

LOG = "log.txt"
FIRST_TO_GO = "1000"  # what Linux ends first when the machine runs out of memory


class Child:
    """One process that does the order of a folder, and whatever it starts."""

    def __init__(self, folder: Path, devices: int = 1) -> None:
        """Start it. Call this in a thread that lasts: the child dies with it (prctl(2))."""
        program = "workers.journey" if devices == 1 else "workers.ranks"
        self.log = folder / LOG
        with self.log.open("a") as log_file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", program, str(folder.resolve())],
                cwd=ROOT,
                env=environment(**pinned(devices)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log_file,
                text=True,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        self.number, self.lines = self._process.pid, self._process.stdout
        self._ended = False
        self._limit()

    def is_running(self) -> bool:
        """Tell whether it has not ended yet."""
        return self._process.poll() is None

    def ask(self, what: dict[str, Any]) -> None:
        """Ask one thing of a process that reads what is asked of it, line by line."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended, which says more
            self._process.stdin.write(json.dumps(what) + "\n")
            self._process.stdin.flush()

    def dismiss(self) -> None:
        """Tell such a process that nothing more will be asked."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def ask_to_keep_best(self) -> None:
        """Ask it to stop learning and carry on with the best weights; ask again until it ends.

        One that only begins would end by the signal, and hears a later one; so do its ranks.
        """
        if processes.catches(self.number, signal.SIGUSR1):
            self._process.send_signal(signal.SIGUSR1)

    def ask_to_leave(self) -> None:
        """Ask it to write a checkpoint and end, and give it `stop_seconds` to do so."""
        self._process.terminate()
        try:
            self._process.wait(settings.stop_seconds)
        except subprocess.TimeoutExpired:
            log.warning("process %s did not end when asked; killed", self.number)

    def cpu_seconds(self) -> float:
        """Return how long it and all it started have computed."""
        return sum(process.cpu_seconds for process in processes.below(self.number))

    def end(self) -> int:
        """End what is left of it; return its exit code, negative when a signal ended it."""
        if not self._ended:  # later its number may belong to another process
            left = processes.below(self.number)
            self._process.kill()  # does nothing when it ended by itself
            self._process.wait()
            self.dismiss()
            processes.kill(left)
            self._ended = True
        return self._process.returncode

    def _limit(self) -> None:
        """Let it leave no core dump, which would hold transactions, and go first for memory."""
        try:
            resource.prlimit(self.number, resource.RLIMIT_CORE, (0, 0))
            Path(f"/proc/{self.number}/oom_score_adj").write_text(FIRST_TO_GO)
        except (ProcessLookupError, FileNotFoundError):  # it has ended already
            return
