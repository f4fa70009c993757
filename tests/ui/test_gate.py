"""The gate, asked with real requests and sockets: who gets in, and who is turned away first."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from settings import ROOT, environment, settings
from tests.servers import free_port
from ui.gate import HEADERS, refusal_of

EVERY_ROUTE = [
    "/",
    "/upload",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/media/a.png",
    "/component/a/b",
    "/static/js/a.js",
]


@pytest.fixture(scope="module")
def server(migrated_sqlite) -> Iterator[int]:
    """Port of the real application, started as `make up` starts it."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "ui.server:app", "--port", str(port)]
    data = environment(TOUCHSTONE_DATA=str(migrated_sqlite.parent))
    process = subprocess.Popen(command, cwd=ROOT, env=data)
    try:
        wait_until_it_answers(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(60)


def wait_until_it_answers(process: subprocess.Popen, port: int) -> None:
    for _ in range(1200):
        assert process.poll() is None, "the server ended before it answered"
        try:
            if ask(port, "GET", "/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer within two minutes")


def ask(port: int, method: str, path: str, body: bytes = b"", **headers: str):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode(errors="replace")


def open_socket(port: int, origin: str | None):
    return connect(f"ws://127.0.0.1:{port}/_stcore/stream", origin=origin, open_timeout=20)


class TestLocalVisitor:
    def test_reads_a_page_with_headers_that_keep_everything_inside(self, server):
        status, headers, page = ask(server, "GET", "/")
        assert status == 200
        assert "<html" in page
        for name, value in HEADERS.items():
            assert headers[name.lower()] == value

    @pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
    def test_may_call_this_machine_by_each_of_its_names(self, server, name):
        assert ask(server, "GET", "/", Host=f"{name}:{server}")[0] == 200

    def test_opens_the_socket_from_the_page(self, server):
        with open_socket(server, f"http://127.0.0.1:{server}") as live:
            assert live.protocol.state.name == "OPEN"

    def test_posts_without_an_origin_as_a_script_does(self, server):
        status, _, answer = ask(server, "POST", "/score", b"not json")
        assert status == 400
        assert "JSON" in answer

    def test_reaches_the_page_that_shares_its_address_with_the_route(self, server):
        assert "<html" in ask(server, "GET", "/score")[2]

    def test_is_told_when_a_transaction_is_too_large(self, server):
        assert ask(server, "POST", "/score", b"x" * 70_000)[0] == 413


class TestForeignHost:
    @pytest.mark.parametrize("path", EVERY_ROUTE)
    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil"])
    def test_is_refused_on_every_route(self, server, path, host):
        assert ask(server, "GET", path, Host=host)[0] == 403

    def test_gets_the_health_line_and_nothing_else(self, server):
        assert ask(server, "GET", "/healthz", Host="probe.internal")[::2] == (200, "ok")


class TestForeignOrigin:
    @pytest.mark.parametrize(
        "origin",
        [
            None,
            "null",
            "https://evil.example",
            "http://127.0.0.1.evil.example",
            "http://localhost:1",
            "file://127.0.0.1",
        ],
    )
    def test_never_gets_a_socket(self, server, origin):
        with pytest.raises(InvalidStatus) as refused:
            open_socket(server, origin)
        assert refused.value.response.status_code == 403

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    def test_changes_nothing(self, server, method):
        path = "/_stcore/upload_file/some-session/some-file"
        assert ask(server, method, path, Origin="https://evil.example")[0] == 403

    def test_is_known_by_its_fetch_site_where_no_origin_is_named(self, server):
        assert ask(server, "POST", "/score", Sec_Fetch_Site="cross-site")[0] == 403


class TestVisitorFromAnotherMachine:
    def test_is_refused(self):
        assert refusal_of(scope_of("10.0.0.7"))[0] == 401

    def test_cannot_pass_without_an_address(self):
        assert refusal_of(scope_of(None))[0] == 401
        assert refusal_of(scope_of("unix-socket"))[0] == 401

    @pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
    def test_is_not_this_machine_under_another_notation(self, peer):
        assert refusal_of(scope_of(peer)) is None

    def test_passes_where_a_proxy_has_signed_them_in(self, monkeypatch):
        monkeypatch.setitem(settings.__dict__, "trust_network", True)
        assert refusal_of(scope_of("10.0.0.7")) is None

    def test_may_use_the_public_name_and_its_origin(self, monkeypatch):
        monkeypatch.setitem(settings.__dict__, "trust_network", True)
        monkeypatch.setitem(settings.__dict__, "public_host", "fraud.bank.example")
        from_proxy = scope_of("10.0.0.7", "fraud.bank.example", "https://fraud.bank.example")
        assert refusal_of({**from_proxy, "type": "websocket"}) is None

    def test_is_refused_when_it_asks_for_anything_but_a_page_or_a_socket(self):
        assert refusal_of({"type": "webtransport"}) == (
            403,
            "This kind of connection is not served.",
        )

    def test_is_refused_when_it_names_two_hosts(self):
        twice = scope_of("127.0.0.1")
        twice["headers"].append((b"host", b"localhost"))
        assert refusal_of(twice)[0] == 403

    def test_is_refused_through_a_local_proxy_that_says_where_it_comes_from(self, server):
        assert ask(server, "GET", "/", X_Forwarded_For="203.0.113.9")[0] == 401


def scope_of(peer: str | None, host: str = "localhost:8501", origin: str = "") -> dict:
    headers = [(b"host", host.encode())]
    if origin:
        headers.append((b"origin", origin.encode()))
    client = (peer, 40_000) if peer else None
    return {"type": "http", "method": "GET", "path": "/", "headers": headers, "client": client}
