"""What is read of processes is true of real ones; a kill reaches all that a process started."""

import os
import signal
import subprocess
import sys

from tests.workers.acted import until
from workers import processes

FAMILY = (  # a child in a session of its own, whose own child leads another
    "import subprocess, sys, time\n"
    "subprocess.Popen(['sleep', '1003'], start_new_session=True)\n"
    "subprocess.Popen(['sleep', '1003'])\n"
    "print('ready', flush=True)\n"
    "time.sleep(1003)\n"
)


def test_a_process_knows_itself() -> None:
    me = processes.look(os.getpid())
    assert (me.parent, me.session) == (os.getppid(), os.getsid(0))
    assert me.cpu_seconds > 0 and me in [*processes.running(), me]
    assert processes.arguments(os.getpid())
    assert processes.sees_us_alike(os.getpid())


def test_who_would_hear_a_signal_and_who_would_end_by_it() -> None:
    deaf = [sys.executable, "-c", "print('ready', flush=True); input()"]
    hears = [*deaf[:2], f"import signal; signal.signal(10, lambda *_: 0); {deaf[2]}"]
    for command, expected in ((deaf, False), (hears, True)):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, **pipes) as process:
            process.stdout.readline()
            assert processes.catches(process.pid, signal.SIGUSR1) is expected
            process.communicate(b"\n")
    assert not processes.catches(process.pid, signal.SIGUSR1)


def test_of_a_process_that_ended_nothing_is_told() -> None:
    with subprocess.Popen(["true"]) as ended:
        until(lambda: processes.look(ended.pid) is None)  # not yet waited for
    assert processes.look(ended.pid) is None
    assert processes.arguments(ended.pid) == []
    assert not processes.sees_us_alike(ended.pid)
    assert processes.below(ended.pid) == []


def test_a_kill_reaches_every_session() -> None:
    command = [sys.executable, "-c", FAMILY]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as first:
        assert first.stdout.readline() == "ready\n"
        family = processes.below(first.pid)
        assert len(family) == 3
        assert len({process.session for process in family}) == 2
        first.kill()
        first.wait()
        processes.kill(family)
    assert [process for process in processes.running() if process in family] == []
