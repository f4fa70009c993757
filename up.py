"""Start Touchstone on this machine and watch over it: what `make up` runs.

Prepares the data folder and the database, starts the processes of the Procfile, prints the
address once all of them answer, starts again what ends by itself, and on Ctrl-C or SIGTERM
stops everything and leaves no process (decisions/0005).
"""

import fcntl
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import honcho.manager
import honcho.printer
import redis
from honcho.environ import parse_procfile
from honcho.process import Popen, Process

from backend import offers
from settings import ROOT, environment, settings
from workers.device import all_cards, die_with_parent

SOON = 20.0  # seconds; an end within them counts as a failed start
FAILED_STARTS = 4  # in a row, after which everything stops: waiting longer would hide a fault
LATE = 120.0  # seconds after which we say what we still wait for
LOOK_EVERY = 0.3

Say = Callable[[str], None]


class CannotStart(Exception):
    """Touchstone cannot start here; the message says why and what to do."""


class LastingProcess(Process):
    """One line of the Procfile, started again when it ends by itself."""

    def __init__(self, *arguments: Any, stopping: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.stopping = stopping
        self._child_ctor = partial(Popen, preexec_fn=partial(die_with_parent, signal.SIGTERM))

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        """Keep the process alive until told to stop, or until it fails at every start."""
        self._events = events
        die_with_parent(signal.SIGKILL)
        for number in (signal.SIGINT, signal.SIGTERM):  # the manager decides when we end
            signal.signal(number, lambda *_: None)  # a handler, unlike SIG_IGN, is not inherited
        failed = 0
        while True:
            began = time.monotonic()
            self._live_once()
            failed = failed + 1 if time.monotonic() - began < SOON else 1
            if self.stopping.is_set() or failed == FAILED_STARTS:
                break
            self._send_message(f"ended by itself; starting it again in {2**failed} s\n")
            if self.stopping.wait(2**failed):
                break
        if not self.stopping.is_set():
            self._send_message("does not stay up: the lines above say why. Touchstone stops.\n")
        self._send_message({"returncode": self._child.returncode}, type="stop")

    def _live_once(self) -> None:
        self._child = self._child_ctor(self.cmd, env=self.env, cwd=self.cwd)
        self._send_message({"pid": self._child.pid}, type="start")
        if self.stopping.is_set():  # told to stop between the start and the message about it
            os.killpg(self._child.pid, signal.SIGTERM)
        for line in iter(self._child.stdout.readline, b""):
            self._send_message(line)
        self._child.stdout.close()
        self._child.wait()


class LastingPrinter(honcho.printer.Printer):
    """Prints until nobody reads any more: Ctrl-C on `make up | tee log` ends the reader first."""

    def write(self, message: Any) -> None:
        """Print a line, or from a broken pipe on print to nowhere."""
        try:
            super().write(message)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            for stream in (sys.stdout, sys.stderr):
                os.dup2(nowhere, stream.fileno())


class House(honcho.manager.Manager):
    """All processes of the Procfile, and what to do once they answer."""

    def __init__(self, when_ready: Callable[[], None]) -> None:
        super().__init__(LastingPrinter(sys.stdout))
        self.stopping = multiprocessing.Event()
        self.when_ready = when_ready
        self._process_ctor = partial(LastingProcess, stopping=self.stopping)

    def terminate(self) -> None:
        """Stop everything: what ends from here on is not started again."""
        self.stopping.set()
        super().terminate()

    def _start(self) -> None:
        super()._start()
        threading.Thread(target=self.when_ready, daemon=True).start()


def run(when_ready: Callable[[], None]) -> int:
    """Run the whole house until it is told to stop; return the exit status."""
    lock = _prepare()
    house = House(partial(_announce, when_ready, {worker.name for worker in offers.workers()}))
    honcho.manager.KILL_WAIT = settings.stop_seconds + 5  # a trainer may need its grace
    lines = parse_procfile((ROOT / "Procfile").read_text()).processes
    for name, line in lines.items():
        if name != "broker" or settings.embeds_broker:
            for each, device in _devices(name):
                surroundings = _environment(TOUCHSTONE_DEVICE=device)
                house.add_process(each, f"exec {line}", env=surroundings, cwd=str(ROOT))
    house.loop()
    lock.close()
    if house.returncode in (128 + signal.SIGINT, 128 + signal.SIGTERM):
        print("Touchstone has stopped.", flush=True)
        return 0
    print("Touchstone stopped because one of its processes could not run.", file=sys.stderr)
    return 1


def address() -> str:
    """Return what to type into a browser on this machine."""
    everywhere = settings.host in ("0.0.0.0", "::", "")  # noqa: S104
    return f"http://{'127.0.0.1' if everywhere else settings.host}:{settings.port}"


def _prepare() -> TextIO:
    """Make the data folder ours and the database current; return the lock that says so."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (settings.data / "up.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(
            f"Touchstone already runs on the data folder {settings.data}. Stop that one, or "
            "choose another folder: TOUCHSTONE_DATA=elsewhere make up"
        ) from None
    _check_port()
    if subprocess.run([sys.executable, "-m", "db.migrate"], cwd=ROOT, check=False).returncode:
        raise CannotStart("The database could not be brought up to date, so nothing was started.")
    return lock


def _check_port() -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise CannotStart(
                f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}. Stop "
                f"what uses it, or choose another: TOUCHSTONE_PORT={settings.port + 1} make up"
            ) from None


def _devices(name: str) -> list[tuple[str, str]]:
    """Return name and device of each process of a line: one trainer per graphics card."""
    if name != "trainer" or settings.device:
        return [(name, settings.device)]
    return [(f"{name}{card}", card) for card in all_cards()] or [(name, settings.device)]


def _environment(**additions: str) -> dict[str, str]:
    local = settings.encoder == "package" or Path(settings.encoder).exists()
    return environment(
        PATH=str(Path(sys.executable).parent),
        TOUCHSTONE_DATA=str(settings.data.resolve()),
        TOUCHSTONE_HOST=settings.host,
        TOUCHSTONE_PORT=str(settings.port),
        PYTHONUNBUFFERED="1",
        OMP_WAIT_POLICY="PASSIVE",  # ten times faster beside a busy neighbour
        TOKENIZERS_PARALLELISM="false",
        HF_HUB_OFFLINE="1" if local else "0",
        HF_HUB_DISABLE_TELEMETRY="1",
        **additions,
    )


def _announce(then: Callable[[], None], gone: set[str]) -> None:
    """Wait until every part answers, print the address, then do what was asked.

    `gone` are the trainers of an earlier start, whose last sign of life may still be fresh.
    """
    parts: dict[str, Callable[[], bool]] = {
        "the broker does not answer": _answers_broker,
        "the pages do not answer": _answers_page,
        "no trainer has said what it can train": lambda: _has_new_trainer(gone),
    }
    began, said = time.monotonic(), False
    while parts := {words: answers for words, answers in parts.items() if not answers()}:
        if not said and time.monotonic() - began > LATE:
            print(f"Touchstone is not ready yet: {', '.join(parts)}.", flush=True)
            said = True
        time.sleep(LOOK_EVERY)
    print(f"\nTouchstone is ready: {address()}\nStop it with Ctrl-C.\n", flush=True)
    then()


def _has_new_trainer(gone: set[str]) -> bool:
    return bool({worker.name for worker in offers.workers()} - gone)


def _answers_page() -> bool:
    try:
        with urllib.request.urlopen(f"{address()}/healthz", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _answers_broker() -> bool:
    url = settings.broker.replace("redis+socket://", "unix://")
    try:
        with redis.Redis.from_url(url, socket_timeout=2, retry=None) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def main() -> int:
    """Run until stopped; a start that cannot succeed ends in one plain sentence."""
    try:
        return run(when_ready=lambda: None)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
