"""Work in a process of its own: heard, watched, ended beyond its limits, gone with its parent.

A hostile or enormous file can at worst end the process that reads it. Nothing here knows
about files; `backend.reading` is named only so that new processes start with it imported.
"""

import io
import os
import resource
import signal
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import connection as connections
from multiprocessing import context, forkserver, get_context, process, reduction, spawn
from multiprocessing.connection import Connection
from multiprocessing.popen_forkserver import Popen as ForkedPopen
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any, TypeVar

from backend.errors import FileRefused, Stopped, TouchstoneError
from settings import ROOT, environment, settings

T = TypeVar("T")

# Imported once; every child is a copy that has it already. DuckDB imports pandas for itself.
PRELOADED = ["backend.reading", "pandas"]
LOOK_EVERY_SECONDS = 0.1
MEGABYTE = 1_000_000
FIRST_TO_GO = "1000"  # what Linux ends first when the machine runs out of memory
OUT_OF_MEMORY = ("MemoryError", "OutOfMemoryException", "ArrowMemoryError")
KEPT = "Nothing of the file was kept."

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(PRELOADED)


@dataclass(frozen=True)
class Limits:
    """What a child may use; beyond any of them it is ended."""

    memory_mb: int = 1_200  # resident
    silence_s: float = 120.0  # without a word through `tell`
    seconds: float = 6 * 3_600.0


class ChildFailed(RuntimeError):
    """A child broke in a way nobody foresaw: where, but never what it was reading."""


def run(
    work: Callable[..., T],
    *arguments: Any,
    tell: Callable[[Any], None] = lambda _news: None,
    stopped: Callable[[], bool] = lambda: False,
    limits: Limits = Limits(),
) -> T:
    """Return `work(*arguments, tell)`, run in a child process; `work` is a module's function.

    What the child tells arrives at `tell`, in this thread. Raises the TouchstoneError that the
    work raised, Stopped soon after `stopped()` turned true, FileRefused when the child passed
    a limit or was ended from outside, ChildFailed for anything else. The child is gone when
    this returns or raises; files it was writing are the caller's to delete.
    """
    hear, speak = CONTEXT.Pipe(duplex=False)
    child = _Child(target=_serve, args=(work, arguments, speak, _house()), daemon=True)
    child.start()
    speak.close()
    try:
        result: T = _Watch(child, hear, limits).result(tell, stopped)
        return result
    finally:
        child.kill()
        child.join()
        child.close()
        hear.close()


@dataclass
class _Watch:
    """The parent's side: what one child says and uses."""

    child: process.BaseProcess
    hear: Connection
    limits: Limits

    def result(self, tell: Callable[[Any], None], stopped: Callable[[], bool]) -> Any:
        began = heard = time.monotonic()
        while True:
            news = self._news()
            if news is not None:
                heard = time.monotonic()
                kind, what = news
                if kind != "told":
                    return _outcome(kind, what)
                tell(what)
            if stopped():
                raise Stopped(f"Reading was cancelled. {KEPT}")
            self._refuse_excess(time.monotonic() - began, time.monotonic() - heard)

    def _news(self) -> tuple[str, Any] | None:
        if not self.hear.poll(LOOK_EVERY_SECONDS):
            return None
        try:
            news: tuple[str, Any] = self.hear.recv()
        except EOFError:
            self.child.join()
            raise FileRefused(
                f"Reading stopped: the reading process ended by itself ({self._ending()}). {KEPT} "
                "Try again; if it happens again, split the file in two to find the place."
            ) from None
        return news

    def _ending(self) -> str:
        code = self.child.exitcode or 0
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    def _refuse_excess(self, seconds: float, silence: float) -> None:
        if self._resident_mb() > self.limits.memory_mb:
            raise _out_of_memory(f"more than {self.limits.memory_mb:,} MB of memory")
        if silence > self.limits.silence_s:
            raise FileRefused(
                f"Reading stopped: nothing moved for {silence:,.0f} seconds. {KEPT} Try again; "
                "if it happens again, save the file anew as CSV UTF-8."
            )
        if seconds > self.limits.seconds:
            raise FileRefused(
                f"Reading stopped: it took more than {self.limits.seconds:,.0f} seconds. {KEPT} "
                "Split the file."
            )

    def _resident_mb(self) -> float:
        try:
            pages = Path(f"/proc/{self.child.pid}/statm").read_text().split()[1]
        except (FileNotFoundError, ProcessLookupError, IndexError):  # gone: its pipe will say so
            return 0.0
        return int(pages) * resource.getpagesize() / MEGABYTE


def _out_of_memory(what: str) -> FileRefused:
    return FileRefused(
        f"Reading stopped: it needed {what}. {KEPT} "
        "Look for very long rows or cells, or split the file."
    )


def _outcome(kind: str, what: Any) -> Any:
    if kind == "done":
        return what
    raise what if kind == "refused" else ChildFailed(what)


class _Launch(ForkedPopen):
    """Starts a child without running the parent's main module in it.

    Streamlit puts the page being shown in the place of the main module, so the usual way
    would run a page inside the child.
    """

    _fds: list[int]

    def _launch(self, process_obj: process.BaseProcess) -> None:
        about = spawn.get_preparation_data(process_obj.name)
        about = {key: value for key, value in about.items() if not key.startswith("init_main")}
        about["dir"] = str(ROOT)
        order = io.BytesIO()
        context.set_spawning_popen(self)
        try:
            reduction.dump(about, order)
            reduction.dump(process_obj, order)
        finally:
            context.set_spawning_popen(None)
        self.sentinel, writer = forkserver.connect_to_new_process(self._fds)
        # The child sees the parent's death when the last copy of this end is closed.
        self.finalizer = Finalize(self, _close, (os.dup(writer), self.sentinel))
        with open(writer, "wb") as file:  # noqa: PTH123 - a file descriptor
            file.write(order.getbuffer())
        self.pid = forkserver.read_signed(self.sentinel)


def _close(*handles: int) -> None:
    for handle in handles:
        os.close(handle)


class _Child(process.BaseProcess):
    _start_method = "forkserver"

    @staticmethod
    def _Popen(process_obj: process.BaseProcess) -> _Launch:  # noqa: N802 - multiprocessing's name
        return _Launch(process_obj)


@dataclass(frozen=True)
class _House:
    """What this process has chosen: a child is a copy of a server that started earlier."""

    settings: dict[str, Any]
    environment: dict[str, str]

    def move_in(self) -> None:
        settings.__dict__.update(self.settings)
        for name, value in self.environment.items():
            os.putenv(name, value)  # for libraries that read keys of stores from it


def _house() -> _House:
    return _House(dict(settings.__dict__), environment())


def _serve(
    work: Callable[..., Any], arguments: tuple[Any, ...], speak: Connection, house: _House
) -> None:
    """The child's side: do the work and say how it ended."""
    house.move_in()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold the file's rows
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, whose death is ours
    Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    with ThreadPoolExecutor(max_workers=1) as pool:
        doing = pool.submit(work, *arguments, lambda news: speak.send(("told", news)))
    error = doing.exception()
    if error is None:
        speak.send(("done", doing.result()))
    elif isinstance(error, TouchstoneError):
        speak.send(("refused", error))
    elif type(error).__name__ in OUT_OF_MEMORY:
        speak.send(("refused", _out_of_memory("more memory than it may use")))
    else:
        speak.send(("failed", _where(error)))


def _die_with_parent() -> None:
    parent = process.parent_process()
    if parent is not None:
        connections.wait([parent.sentinel])
        os._exit(1)


def _where(error: BaseException) -> str:
    """Name an error and its place. Its message is left out: it may quote the file."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT / "backend")]
    place = (ours or frames)[-1]
    return f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
