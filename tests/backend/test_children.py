"""Work in a child process: heard, ended beyond its limits, gone with its parent."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from backend.children import ChildFailed, Limits, run
from backend.errors import FileRefused, QuestionAsked, Stopped
from backend.steps.checkup import Question
from settings import ROOT, settings


def double(number, tell):
    tell("doubling")
    tell(os.getpid())
    return number * 2


def refuse(_tell):
    raise FileRefused("Line 3 is odd.")


def ask(_tell):
    raise QuestionAsked(Question("encoding", "Which one?", ()))


def break_over(cell, _tell):
    raise ValueError(f"cannot read {cell}")


def kill_itself(_tell):
    os.kill(os.getpid(), signal.SIGSEGV)


def grow(tell):
    held = []
    while True:
        held.append(bytearray(os.urandom(1 << 20) * 20))
        tell(len(held))


def wait_for_ever(tell):
    tell(os.getpid())
    threading.Event().wait()


def tell_for_ever(folder, tell):
    (folder / "begun").touch()
    while True:
        tell(os.getpid())
        time.sleep(0.01)


def chosen(_tell):
    return settings.data, os.popen("echo $TOUCHSTONE_SEEN").read().strip()


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_result_comes_back_and_what_was_told_on_the_way() -> None:
    told: list[object] = []

    assert run(double, 21, tell=told.append) == 42
    assert told[0] == "doubling"
    assert told[1] != os.getpid()
    assert not is_there(told[1])


@pytest.mark.parametrize(
    ("work", "error", "says"), [(refuse, FileRefused, "Line 3"), (ask, QuestionAsked, "Which one")]
)
def test_what_an_analyst_can_mend_comes_back_as_it_was(work, error, says: str) -> None:
    with pytest.raises(error, match=says):
        run(work)


def test_a_question_comes_back_whole() -> None:
    with pytest.raises(QuestionAsked) as asked:
        run(ask)
    assert asked.value.question == Question("encoding", "Which one?", ())


def test_any_other_error_names_its_place_and_nothing_of_the_file() -> None:
    with pytest.raises(ChildFailed, match=r"ValueError at \w+.py:\d+") as failed:
        run(break_over, "4111111111111111")
    assert "4111" not in str(failed.value)


def test_a_child_that_dies_is_told_of() -> None:
    with pytest.raises(FileRefused, match=r"ended by itself \(SIGSEGV\)"):
        run(kill_itself)


def test_a_child_over_its_memory_is_ended() -> None:
    with pytest.raises(FileRefused, match="more than 300 MB of memory"):
        run(grow, limits=Limits(memory_mb=300))


def test_a_silent_child_is_ended() -> None:
    told: list[int] = []

    with pytest.raises(FileRefused, match="nothing moved for"):
        run(wait_for_ever, tell=told.append, limits=Limits(silence_s=10.0))
    assert not is_there(told[0])


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="took more than"):
        run(tell_for_ever, tmp_path, limits=Limits(seconds=0.5))


def test_a_cancelled_child_is_gone(tmp_path: Path) -> None:
    told: list[int] = []

    with pytest.raises(Stopped, match="Nothing of the file was kept"):
        run(tell_for_ever, tmp_path, tell=told.append, stopped=lambda: len(told) > 3)
    assert not is_there(told[0])


def test_several_children_work_at_once() -> None:
    results: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(run(double, n))) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [0, 2, 4, 6]


def test_a_child_knows_the_settings_of_its_parent(change, monkeypatch, tmp_path: Path) -> None:
    run(double, 1)  # the server that children are copied from is running now
    change(data=tmp_path)
    monkeypatch.setenv("TOUCHSTONE_SEEN", "yes")

    assert run(chosen) == (tmp_path, "yes")


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from backend.children import run; "
        "from tests.backend.test_children import tell_for_ever; "
        f"run(tell_for_ever, Path({str(tmp_path)!r}), tell=lambda pid: print(pid, flush=True))"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()

    deadline = time.monotonic() + 60
    while is_there(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_there(child)
