"""The proxy breaks connections in every way it says it can, and mends when told."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from tests.chaos.proxy import Mode, Proxy, proxy_before
from tests.workers.acted import until


class _Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(1024):
            self.request.sendall(data)


@pytest.fixture
def echo() -> Iterator[tuple[int, Proxy]]:
    """The port of a proxy in front of a server that says back what it hears."""
    socketserver.ThreadingTCPServer.daemon_threads = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Echo) as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        with proxy_before(f"tcp://127.0.0.1:{server.server_address[1]}/0") as (_, proxy):
            yield proxy.port, proxy
        server.shutdown()


def called(port: int, timeout: float = 5.0) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout)


def said_back(client: socket.socket, words: bytes = b"hello") -> bytes:
    client.sendall(words)
    return client.recv(1024)


def is_cut(client: socket.socket) -> bool:
    """True when the connection ended, by RST or in order."""
    try:
        return said_back(client) == b""
    except ConnectionError:
        return True


def is_refused(port: int) -> bool:
    """True when a new connection ends, before or after it was heard that it stands."""
    try:
        with closing(called(port)) as client:
            return is_cut(client)
    except ConnectionError:
        return True


def test_what_is_said_arrives_and_comes_back(echo) -> None:
    with closing(called(echo[0])) as client:
        assert said_back(client) == b"hello"


def test_down_resets_what_is_open_and_what_comes(echo) -> None:
    port, proxy = echo
    with closing(called(port)) as client:
        assert said_back(client) == b"hello"
        proxy.set(Mode.DOWN)
        assert any(is_cut(client) for _ in range(100))  # the proxy is told, not waited for
    assert is_refused(port)
    proxy.set(Mode.OPEN)
    with closing(called(port)) as client:
        assert said_back(client) == b"hello"


def test_a_blackhole_says_nothing_until_it_is_lifted(echo) -> None:
    port, proxy = echo
    with closing(called(port, timeout=0.3)) as client:
        proxy.set(Mode.BLACKHOLE)
        with pytest.raises(TimeoutError):
            said_back(client)
        proxy.set(Mode.OPEN)
        client.settimeout(5)
        assert client.recv(1024) == b"hello"


def test_a_half_closed_connection_hears_no_more(echo) -> None:
    port, proxy = echo
    with closing(called(port)) as client:
        assert said_back(client) == b"hello"
        proxy.set(Mode.HALF_CLOSED)
        assert client.recv(1024) == b""
        client.sendall(b"still spoken")


def test_a_commit_that_was_cut_was_committed(postgres_database: str) -> None:
    url = postgres_database.replace("+psycopg", "")
    with proxy_before(url) as (through, proxy), psycopg.connect(through) as client:
        client.execute("CREATE TABLE kept (n int)")
        client.commit()
        proxy.set(Mode.CUT_AFTER_COMMIT)
        client.execute("INSERT INTO kept VALUES (1)")
        with pytest.raises(psycopg.OperationalError):
            client.commit()
        assert proxy.cuts == 1
    with psycopg.connect(url, autocommit=True) as direct:
        until(lambda: direct.execute("SELECT count(*) FROM kept").fetchone() == (1,), 30)
