"""Why a process ended is read from its exit code, its signal, its last words and the kernel."""

import errno
import signal

import pytest

from backend.errors import FileDamaged, NotTrainable
from backend.states import Failure
from workers import endings, voice
from workers.endings import TRACE, classify, exit_code


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log.txt"


@pytest.mark.parametrize(
    ("code", "killed_for_memory", "words", "failure"),
    [
        (voice.REFUSED, False, "", Failure.BAD_DATA),
        (voice.DIVERGED, False, "", Failure.DIVERGED),
        (voice.GPU_FULL, False, "", Failure.OOM_GPU),
        (voice.DAMAGED, False, "", Failure.DAMAGED),
        (voice.DISK_FULL, False, "", Failure.DISK),
        (voice.MEMORY_FULL, False, "", Failure.OOM_HOST),
        (voice.LEFT, False, "", Failure.KILLED),
        (-signal.SIGKILL, False, "", Failure.KILLED),
        (-signal.SIGKILL, True, "", Failure.OOM_HOST),
        (-signal.SIGTERM, True, "", Failure.KILLED),
        (-signal.SIGSEGV, False, "", Failure.CRASH),
        (-signal.SIGABRT, False, "terminate called: std::bad_alloc", Failure.OOM_HOST),
        (-signal.SIGBUS, False, "No space left on device", Failure.DISK),
        (-signal.SIGXFSZ, False, "", Failure.DISK),
        (1, False, "KeyError: 'a fault of ours'", Failure.FAULT),
        (1, False, "torch.OutOfMemoryError: CUDA out of memory.", Failure.OOM_GPU),
        (1, False, "OSError: [Errno 28] No space left on device", Failure.DISK),
        (1, False, "pyarrow.lib.ArrowMemoryError: malloc of size 64", Failure.OOM_HOST),
        (1, False, "MemoryError" + TRACE * ".", Failure.FAULT),  # long before the end
    ],
)
def test_an_ending_has_one_class(log, code, killed_for_memory, words, failure) -> None:
    log.write_text(words)
    assert classify(code, log, killed_for_memory).failure is failure


def test_what_was_told_explains_the_end_of_one_of_several(log) -> None:
    assert classify(1, log, False, "refused").failure is Failure.BAD_DATA
    assert classify(1, log, False, "diverged").failure is Failure.DIVERGED
    assert classify(voice.DAMAGED, log, False, "refused").failure is Failure.DAMAGED


def test_the_end_of_the_log_is_kept(log) -> None:
    log.write_text("first" + 2 * TRACE * "." + "last")
    trace = classify(1, log, False).trace
    assert len(trace) == TRACE and trace.endswith("last")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FileDamaged("a"), voice.DAMAGED),
        (NotTrainable("a"), None),
        (OSError(errno.ENOSPC, "full"), voice.DISK_FULL),
        (OSError(errno.EDQUOT, "full"), voice.DISK_FULL),
        (OSError(errno.ENOENT, "gone"), None),
        (MemoryError(), voice.MEMORY_FULL),
        (type("OutOfMemoryError", (RuntimeError,), {})(), voice.GPU_FULL),
        (RuntimeError("a shape"), None),
    ],
)
def test_an_error_becomes_the_exit_code_that_says_it(error, code) -> None:
    assert exit_code(error) == code


@pytest.mark.parametrize("version", [1, 2])
def test_a_kill_for_memory_is_counted_in_either_kind_of_control_group(
    version, tmp_path, monkeypatch
) -> None:
    counts = tmp_path / "counts"
    counts.write_text("low 3\noom 4\noom_kill 1\n" if version == 2 else "under_oom 0\noom_kill 1\n")
    monkeypatch.setattr(endings, "_group_files", lambda: [counts, tmp_path / "none"])
    kills = endings.MemoryKills()
    assert not kills.happened()
    counts.write_text(counts.read_text().replace("oom_kill 1", "oom_kill 2"))
    assert kills.happened()
