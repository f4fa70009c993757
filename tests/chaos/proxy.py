"""A TCP proxy that a test can break: in front of Valkey or PostgreSQL, without root."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

CHUNK = 65_536
SLOW_BYTES_A_SECOND = 1_024
LATENCY_SECONDS = 2.0
COMMIT = b"COMMIT\x00"  # PostgreSQL's simple query, as psycopg ends a transaction
COMMITTED_WITHIN = 0.5  # seconds PostgreSQL gets to do what it will not be thanked for
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: the next close sends RST


class Mode(StrEnum):
    """How the proxy treats what passes through it."""

    OPEN = "open"
    DOWN = "down"  # every connection is reset, new ones at once
    BLACKHOLE = "blackhole"  # accepts, keeps open, and passes nothing on
    LATENCY = "latency"  # 2 s later, either way
    SLOW = "slow"  # 1 kB/s
    HALF_CLOSED = "half_closed"  # the server's side falls silent for good, the client's stays
    CUT_AFTER_COMMIT = "cut_after_commit"  # the next COMMIT arrives, its answer does not


@dataclass(eq=False)
class Proxy:
    """One listening port; `mode` may be changed from any thread at any time."""

    target: tuple[str, int]
    mode: Mode = Mode.OPEN
    port: int = 0
    cuts: int = 0  # answers to a COMMIT that were thrown away
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = field(default_factory=set)
    silent: set[asyncio.StreamWriter] = field(default_factory=set)  # to clients that hear no more

    def set(self, mode: Mode) -> None:
        """Change how the proxy behaves; connections end where the mode says so."""
        self.mode = mode
        if mode is Mode.DOWN:
            self.reset()
        elif mode is Mode.HALF_CLOSED:
            self.loop.call_soon_threadsafe(self._half_close)

    def reset(self) -> None:
        """Reset every connection there is now; new ones are served as the mode says."""
        self.loop.call_soon_threadsafe(self._reset_all)

    async def serve(self, started: threading.Event) -> None:
        """Accept connections until cancelled."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        try:
            async with server:
                await server.serve_forever()
        finally:
            self._reset_all()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.mode is Mode.DOWN:
                raise ConnectionResetError
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            _cut(writer)
            return
        pair = (writer, far_writer)
        self.pairs.add(pair)
        passing = (
            self._pass_on(reader, far_writer, pair, asking=True),
            self._pass_on(far_reader, writer, pair, asking=False),
        )
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(*passing)
        self.pairs.discard(pair)
        self.silent.discard(writer)
        for end in pair:
            end.close()

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
        asking: bool,
    ) -> None:
        while data := await reader.read(CHUNK):
            await self._hold_up(len(data))
            if writer in self.silent:
                continue
            cut = asking and self.mode is Mode.CUT_AFTER_COMMIT and COMMIT in data
            if cut:
                self.silent.add(pair[0])  # before the server could answer
            writer.write(data)
            await writer.drain()
            if cut:
                await self._keep_the_answer(pair)
        if writer not in self.silent and writer.can_write_eof():
            writer.write_eof()

    async def _hold_up(self, size: int) -> None:
        """Let data of a size wait as long as the mode says."""
        while self.mode is Mode.BLACKHOLE:
            await asyncio.sleep(0.02)
        if self.mode is Mode.LATENCY:
            await asyncio.sleep(LATENCY_SECONDS)
        elif self.mode is Mode.SLOW:
            await asyncio.sleep(size / SLOW_BYTES_A_SECOND)

    async def _keep_the_answer(
        self, pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    ) -> None:
        self.mode = Mode.OPEN  # one cut at a time
        self.cuts += 1
        await asyncio.sleep(COMMITTED_WITHIN)
        _cut(pair[0])
        pair[1].close()

    def _half_close(self) -> None:
        for near, _ in self.pairs:
            if near not in self.silent and near.can_write_eof():
                self.silent.add(near)
                near.write_eof()

    def _reset_all(self) -> None:
        for near, far in list(self.pairs):
            _cut(near)
            _cut(far)
        self.pairs.clear()


@contextmanager
def proxy_before(url: str) -> Iterator[tuple[str, Proxy]]:
    """Run a proxy in front of a server's URL; yield the URL that leads through it, and it."""
    parts = urlsplit(url)
    assert parts.hostname and parts.port, f"a URL with host and port is needed, got {url}"
    proxy, started = Proxy((parts.hostname, parts.port)), threading.Event()
    thread = threading.Thread(target=_run, args=[proxy, started], name="proxy", daemon=True)
    thread.start()
    assert started.wait(10), "the proxy did not start"
    user = f"{parts.username}@" if parts.username else ""
    through = parts._replace(netloc=f"{user}{parts.hostname}:{proxy.port}")
    try:
        yield urlunsplit(through), proxy
    finally:
        proxy.loop.call_soon_threadsafe(_stop, proxy.loop)
        thread.join(10)


def _run(proxy: Proxy, started: threading.Event) -> None:
    asyncio.set_event_loop(proxy.loop)
    with contextlib.suppress(asyncio.CancelledError):
        proxy.loop.run_until_complete(proxy.serve(started))
    proxy.loop.run_until_complete(proxy.loop.shutdown_asyncgens())
    proxy.loop.close()


def _stop(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()


def _cut(writer: asyncio.StreamWriter) -> None:
    """End a connection as a crashed machine or a firewall does: with RST."""
    socket_of = writer.get_extra_info("socket")
    if socket_of is not None:
        with contextlib.suppress(OSError):
            socket_of.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
