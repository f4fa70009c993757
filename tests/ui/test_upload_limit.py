"""C26 at the door: how large a file may be is counted, whatever the request says about itself."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from settings import ROOT, environment
from tests.servers import free_port

MEBIBYTE = 1024**2
BOUNDARY = "between"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="cards.csv"\r\n'
    "Content-Type: text/csv\r\n\r\n"
).encode()
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of the pages' server, which takes files of up to 1 MiB."""
    port, data = free_port(), tmp_path_factory.mktemp("ts")
    env = environment(
        TOUCHSTONE_UPLOAD_LIMIT_MB="1", TOUCHSTONE_DATA=str(data), TOUCHSTONE_PORT=str(port)
    )
    migrate = [sys.executable, "-c", "from db import migrate; migrate.upgrade()"]
    subprocess.run(migrate, env=env, cwd=ROOT, check=True)
    command = [sys.executable, "-m", "uvicorn", "ui.server:app", "--port", str(port)]
    server = subprocess.Popen([*command, "--log-level", "critical"], env=env, cwd=ROOT)
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def put(door: int):
    """Return a function that sends a request with a file in it and returns the answer's status."""
    with connect(
        f"ws://127.0.0.1:{door}/_stcore/stream",
        origin=f"http://127.0.0.1:{door}",
        open_timeout=60,
    ) as socket:
        begin = BackMsg()
        begin.rerun_script.query_string = ""
        socket.send(begin.SerializeToString())
        session = _session(socket)
        pass_word = _pass_word(door)
        path = f"/_stcore/upload_file/{session}/a-file"

        def send(size: int, length: str | None) -> int:
            connection = http.client.HTTPConnection("127.0.0.1", door, timeout=30)
            connection.putrequest("PUT", path)
            connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
            connection.putheader("Cookie", f"_streamlit_xsrf={pass_word}")
            connection.putheader("X-Xsrftoken", pass_word)
            named = "Transfer-Encoding" if length is None else "Content-Length"
            connection.putheader(named, length or "chunked")
            connection.endheaders()
            try:
                for part in (HEAD, *[b"x" * 4096] * (size // 4096), b"x" * (size % 4096), TAIL):
                    connection.send(_chunk(part) if length is None else part)
                if length is None:
                    connection.send(b"0\r\n\r\n")
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has heard enough; what it answered can still be read
            try:
                return connection.getresponse().status
            except (http.client.RemoteDisconnected, ConnectionResetError):
                return 0
            finally:
                connection.close()

        yield send


def _chunk(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part) if part else b""


def _session(socket) -> str:
    while True:
        told = ForwardMsg.FromString(socket.recv(timeout=60))
        if told.WhichOneof("type") == "new_session":
            return told.new_session.initialize.session_id


def _ask(port: int) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/_stcore/health")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def _pass_word(port: int) -> str:
    """Return what a browser sends back to show that its request comes from our page."""
    return _ask(port).getheader("Set-Cookie", "").split(";")[0].partition("=")[2]


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            _ask(port)
            return
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def full(size: int) -> str:
    return str(len(HEAD) + size + len(TAIL))


def test_a_file_of_exactly_the_limit_passes(put):
    assert put(MEBIBYTE, full(MEBIBYTE)) == 204
    assert put(MEBIBYTE, None) == 204


def test_a_length_over_the_limit_is_refused_before_the_file_comes(put):
    assert put(0, full(3 * MEBIBYTE)) == 413


def test_a_file_over_the_limit_without_a_length_is_cut_off(put):
    assert put(16 * MEBIBYTE, None) in (413, 0)


def test_a_false_length_takes_nothing_in(put, door):
    assert put(3 * MEBIBYTE, "200") in (400, 0)
    assert _ask(door).status == 200
