"""How each fault of a plan is done to a house, and how it is lifted again."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import redis

from tests import folders
from tests.chaos.house import ROLES, TRAINERS, House
from tests.chaos.inside.disk import FULL, cut_power
from tests.chaos.plan import Fault
from tests.chaos.proxy import Mode

Lift = Callable[[], None]
CHILD_WITHIN = 1.5  # seconds that are waited for a trainer to have something to lose
TROUBLE_WITHIN = 10.0  # and for a child to hang
CHECKPOINT_WITHIN = 2.0  # and for a checkpoint to damage


def do(house: House, fault: Fault) -> Lift | None:
    """Do a fault; return what lifts it again, where something does.

    One that names nobody befalls whoever learns.
    """
    if not fault.who:
        fault = replace(fault, who=_who_learns(house))
    verb, _, part = fault.what.partition("_")
    if part in ("pool", "child") or fault.what == "bit_flip":
        _await_child(house, fault.who)
    if fault.who in house.proxies and fault.what != "flush":
        return _break_connections(house, fault)
    if fault.what in SPECIAL:
        return SPECIAL[fault.what](house, fault)
    if verb == "kill":
        if fault.lasts:
            house.hold_back(fault.who, fault.lasts)
        house.signal(fault.who, part, signal.SIGKILL)
        return None
    if verb == "stop":
        house.signal(fault.who, part, signal.SIGSTOP)
        return partial(_go_on, house, fault.who)
    raise ValueError(f"no such fault: {fault}")


def _break_connections(house: House, fault: Fault) -> Lift:
    proxy = house.proxies[fault.who]
    proxy.set(Mode(fault.what))

    def lift() -> None:
        if proxy.mode is Mode.BLACKHOLE:
            proxy.reset()  # a firewall that comes back knows no connection from before
        proxy.set(Mode.OPEN)

    return lift


def _who_learns(house: House) -> str:
    end = time.monotonic() + TROUBLE_WITHIN
    while time.monotonic() < end:
        for role in TRAINERS:
            if house.members(role)["child"]:
                return role
        time.sleep(0.05)
    return TRAINERS[0]


def _await_child(house: House, role: str) -> None:
    end = time.monotonic() + CHILD_WITHIN
    while not house.members(role)["child"] and time.monotonic() < end:
        time.sleep(0.05)


def _go_on(house: House, role: str) -> None:
    house.signal(role, "all", signal.SIGCONT)


def _leave(house: House, fault: Fault) -> None:
    house.signal(fault.who, "main", signal.SIGTERM)


def _forsake(house: House, fault: Fault) -> None:
    """Kill the supervisors of a child that says nothing any more, and would not hear of it."""
    end = time.monotonic() + TROUBLE_WITHIN
    told = house.control / "history"
    while time.monotonic() < end:
        if any('"trouble"' in path.read_text() for path in told.glob(f"{fault.who}-*.jsonl")):
            break
        time.sleep(0.05)
    house.hold_back(fault.who, fault.lasts)
    for part in ("main", "pool"):
        house.signal(fault.who, part, signal.SIGKILL)


def _stop_helper(house: House, _: Fault) -> Lift:
    """Stop the supervisor of a helper that has a piece, but not the child that scores it."""
    role = _who_helps(house)
    house.signal(role, "pool", signal.SIGSTOP)
    return partial(_go_on, house, role)


def _who_helps(house: House) -> str:
    end = time.monotonic() + TROUBLE_WITHIN
    while time.monotonic() < end:
        for role in TRAINERS:
            if _is_helping(house, role):
                return role
        time.sleep(0.05)
    return TRAINERS[0]


def _is_helping(house: House, role: str) -> bool:
    members = house.members(role)
    helps = any(house.folder_of(pid).parent.name == "pieces" for pid in members["child"])
    told = [house.control / "history" / f"{role}-{pid}.jsonl" for pid in members["pool"]]
    return helps and any('"piece_claim"' in path.read_text() for path in told if path.exists())


def _kill_reaper(house: House, _: Fault) -> None:
    house.signal("reaper", "main", signal.SIGKILL)


def _flush(house: House, _: Fault) -> None:
    with redis.Redis.from_url(house.broker_url) as broker:
        broker.flushall()


def _full_disk(house: House, _: Fault) -> Lift:
    path = house.control / FULL
    path.touch()
    return partial(path.unlink, missing_ok=True)


def _power_cut(house: House, _: Fault) -> None:
    house.kill_all()
    cut_power(house.data, house.control)
    for role in ROLES:
        house.hold_back(role, 0.5)


def _bit_flip(house: House, fault: Fault) -> None:
    """End who writes the newest checkpoint of a trainer's run, and damage it."""
    end = time.monotonic() + CHECKPOINT_WITHIN
    while not _checkpoints(written := _written(house, fault.who)) and time.monotonic() < end:
        time.sleep(0.02)
    house.signal(fault.who, "child", signal.SIGKILL)
    if found := _checkpoints(written):  # a newer one may have been finished meanwhile
        with suppress(FileNotFoundError), found[-1].open("r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read(1)
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last[0] ^ 0x40]))


def _written(house: House, role: str) -> list[Path]:
    """Return the folders that a trainer's children write to."""
    return [house.folder_of(pid) for pid in house.members(role)["child"]]


def _checkpoints(written: list[Path]) -> list[Path]:
    """Return the arrays of the checkpoints in such folders, oldest first."""
    arrays = "checkpoints/*/*.safetensors"
    found = (path for folder in written for path in folders.matching(folder, arrays))
    return sorted(path for path in found if path.parent.suffix == "")


SPECIAL: dict[str, Callable[[House, Fault], Lift | None]] = {
    "leave": _leave,
    "forsake": _forsake,
    "stop_helper": _stop_helper,
    "kill_reaper": _kill_reaper,
    "flush": _flush,
    "full_disk": _full_disk,
    "power_cut": _power_cut,
    "bit_flip": _bit_flip,
}
