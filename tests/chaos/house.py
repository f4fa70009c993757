"""A whole Touchstone to be broken: its servers behind proxies, trainers and a reaper beside them.

Three tiers. T0: SQLite and the embedded Valkey, as `make up` starts them. T1: SQLite, and Valkey
behind a proxy. T2: PostgreSQL and Valkey, both behind proxies.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from honcho.environ import parse_procfile

from settings import ROOT, environment, settings
from tests.chaos.proxy import Proxy, proxy_before
from tests.launched import works_on
from tests.servers import postgres_server, valkey_server

INSIDE = Path(__file__).parent / "inside"
TRAINERS = ("trainer-1", "trainer-2")
ROLES = (*TRAINERS, "reaper")
CRASH_LIMIT = 4
Settings = dict[str, Any]
ALONE: Settings = {  # whatever the timings
    "device": "cpu",
    "trainer_threads": 1,
    "automatic_baselines": False,
    "spare_mb": 1,
}
SCALED: Settings = {  # so that a schedule takes seconds
    "heartbeat_seconds": 0.5,
    "lease_seconds": 2.0,
    "reaper_seconds": 0.5,
    "poll_seconds": 0.5,
    "rering_seconds": 2.0,
    "retry_seconds": 0.1,
    "stop_seconds": 1.0,
    "hang_seconds": 2.5,
    "checkpoint_steps": 5,
    "crash_limit": CRASH_LIMIT,
}


@dataclass
class House:
    """A running house, and what a schedule needs to break it."""

    tier: str
    data: Path
    control: Path
    direct_url: str  # of the database, around the proxy
    proxies: dict[str, Proxy]  # broker and database, where there is one in front of it
    bug: str = ""
    skewed: float = 0.0  # seconds the trainers' clocks are ahead
    timings: dict[str, Any] = field(default_factory=dict)  # settings of every process
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)
    held_back: dict[str, float] = field(default_factory=dict)  # role -> when it starts again
    searched: float = 0.0  # seconds since 1970, when card numbers were looked for last

    @property
    def broker_url(self) -> str:
        """The address of the broker, around the proxy."""
        if "broker" not in self.proxies:
            return settings.broker_url
        host, port = self.proxies["broker"].target
        return f"redis://{host}:{port}/0"

    def start(self, role: str) -> None:
        """Start one line of the Procfile under a role of this house."""
        line = parse_procfile((ROOT / "Procfile").read_text()).processes[role.split("-")[0]]
        chosen = self.timings.items()
        named = {f"TOUCHSTONE_{name.upper()}": str(value) for name, value in chosen}
        clock = str(self.skewed) if role in TRAINERS else "0"
        with (self.control / "logs" / f"{role}.txt").open("ab") as log:
            self.processes[role] = subprocess.Popen(
                [sys.executable, *line.split()[1:]],
                cwd=ROOT,
                env=environment(
                    **named,
                    PYTHONPATH=f"{INSIDE}{os.pathsep}{ROOT}",
                    CHAOS_CONTROL=str(self.control),
                    CHAOS_ROLE=role,
                    CHAOS_RUNNER=str(os.getpid()),
                    CHAOS_BUG=self.bug,
                    CHAOS_CLOCK=clock,
                    OMP_NUM_THREADS="1",
                    TMPDIR=str(self.control / "tmp" / role),
                ),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def keep_up(self) -> None:
        """Start again what has ended, half a second later, as the supervisor does."""
        for role, process in self.processes.items():
            if process.poll() is None:
                continue
            due = self.held_back.setdefault(role, time.monotonic() + 0.5)
            if time.monotonic() >= due:
                del self.held_back[role]
                self.start(role)

    def hold_back(self, role: str, seconds: float) -> None:
        """Have a role that ends stay away for a while."""
        self.held_back[role] = time.monotonic() + seconds

    def pids(self) -> list[int]:
        """Return every living process of this house."""
        found = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return [pid for pid in found if pid != os.getpid() and works_on(self.data, pid)]

    def members(self, role: str) -> dict[str, list[int]]:
        """Return the processes of a role: its main, its pool, the children that learn."""
        parts: dict[str, list[int]] = {"main": [], "pool": [], "child": []}
        for pid in self.pids():
            if f"CHAOS_ROLE={role}".encode() in _environ(pid):
                parts[self._part(role, pid)].append(pid)
        return parts

    def signal(self, role: str, part: str, number: int) -> int:
        """Send a signal to a part of a role, or to `all`; return how many processes heard it."""
        parts = self.members(role)
        chosen = [*chain(*parts.values())] if part == "all" else parts[part]
        for pid in chosen:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        return len(chosen)

    def orphans(self) -> list[int]:
        """Return the learning processes whose parent is no process of this house."""
        return [
            pid
            for pid in self.pids()
            if _is_child(pid) and not works_on(self.data, _parent(pid)) and not _is_stopped(pid)
        ]

    def folder_of(self, child: int) -> Path:
        """Return the folder that a learning process writes to."""
        with suppress(OSError):
            line = Path(f"/proc/{child}/cmdline").read_bytes().decode()
            return Path(line.rstrip("\0").rsplit("\0", 1)[-1])
        return self.data / "gone"

    def kill_all(self) -> None:
        """End every process of the roles at once, as a power cut does."""
        for _ in range(3):  # whoever was being started meanwhile
            for pid in self.pids():
                if b"CHAOS_ROLE=" in _environ(pid):
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
        for process in self.processes.values():
            process.wait()

    def _part(self, role: str, pid: int) -> str:
        if _is_child(pid):
            return "child"
        return "main" if pid == self.processes[role].pid else "pool"


@contextmanager
def standing(
    tier: str, bug: str = "", skewed: float = 0.0, timings: Settings = SCALED
) -> Iterator[House]:
    """Run a house of a tier, its settings in use in this process too.

    The roles are not started yet. The data folder is gone afterwards.
    """
    with ExitStack() as opened:
        data = Path(tempfile.mkdtemp(prefix="ts-chaos-"))
        opened.callback(shutil.rmtree, data, ignore_errors=True)
        control = Path(tempfile.mkdtemp(prefix="ts-control-"))
        opened.callback(shutil.rmtree, control, ignore_errors=True)
        for name in ("history", "logs", "slots", *(f"tmp/{role}" for role in ROLES)):
            (control / name).mkdir(parents=True)
        proxies = {}
        direct = through = f"sqlite:///{data / 'touchstone.db'}"
        if tier == "T2":
            direct = opened.enter_context(postgres_server())
            through, proxies["database"] = opened.enter_context(proxy_before(direct))
        broker = opened.enter_context(valkey_server())
        if tier != "T0":
            broker, proxies["broker"] = opened.enter_context(proxy_before(broker))
        places = {"data": data, "database_url": through, "broker_url": broker}
        chosen = {**ALONE, **timings, **places}
        settings.__dict__.update(chosen)
        house = House(tier, data, control, direct, proxies, bug, skewed, chosen)
        try:
            yield house
        finally:
            house.kill_all()


def _environ(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes()
    return b""


def _is_child(pid: int) -> bool:
    with suppress(OSError):
        return b"workers.journey" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _parent(pid: int) -> int:
    return int(_stat(pid)[1])


def _is_stopped(pid: int) -> bool:
    """True for a process that SIGSTOP holds: it cannot even end itself."""
    return _stat(pid)[0] in "tT"


def _stat(pid: int) -> list[str]:
    """Return what Linux says of a process after its name: state, parent and more."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return ["X", "0"]
