"""A trainer uses the cards it was given and no other, and its children see no more."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workers import device

DRIVER = """#!/bin/sh
# Stands in for NVIDIA's tool on a machine with two cards.
for word in "$@"; do case $word in
    --query-gpu=*) what=${word#--query-gpu=} ;;
    [0-9]*) which=$word ;;
esac; done
for card in $(echo "${which:-0,1}" | tr , ' '); do case $what in
    index) echo "$card" ;;
    name) echo "NVIDIA H100" ;;
    uuid) echo "GPU-of-card-$card" ;;
esac; done
"""


@pytest.fixture
def two_cards(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "nvidia-smi").write_text(DRIVER)
    (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv(device.VISIBLE, raising=False)
    forget()
    yield
    forget()


def forget() -> None:
    device.all_cards.cache_clear()
    device.identities.cache_clear()


def test_the_first_card_is_used_when_nothing_else_is_said(two_cards) -> None:
    assert device.all_cards() == ("0", "1")
    assert (device.cards(), device.kind(), device.devices()) == (("0",), "gpu", 1)
    assert device.identities() == ("GPU-of-card-0",)
    assert device.describe() == "NVIDIA H100"


def test_several_cards_can_be_given_to_one_trainer(two_cards, change) -> None:
    change(device="0,1")
    assert (device.cards(), device.devices()) == (("0", "1"), 2)
    assert device.describe() == "NVIDIA H100, NVIDIA H100"
    assert device.pinned(1)[device.VISIBLE] == "0"
    assert device.pinned(2)[device.VISIBLE] == "0,1"


def test_a_trainer_on_the_processor_shows_its_children_no_card(two_cards, change) -> None:
    change(device="cpu", trainer_threads=3)
    assert (device.cards(), device.kind(), device.devices()) == ((), "cpu", 3)
    assert device.describe() == "3 processor cores"
    assert device.pinned(1)[device.VISIBLE] == ""
    assert device.identities() == ()


@pytest.mark.parametrize(("seen", "cards"), [("1", ("1",)), ("", ()), ("-1", ())])
def test_what_a_machine_hides_is_not_used(two_cards, monkeypatch, seen, cards) -> None:
    monkeypatch.setenv(device.VISIBLE, seen)
    assert device.all_cards() == cards


def test_a_machine_without_a_driver_has_no_cards(monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    monkeypatch.delenv(device.VISIBLE, raising=False)
    forget()
    assert device.all_cards() == ()
    forget()


def test_a_child_ends_with_its_parent() -> None:
    line = "import os; from workers.device import die_with; die_with(os.getppid() + 1)"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "supervisor ended" in done.stderr
