"""Twelve faults of ours, planted one at a time, to see that the checker would find them."""

import secrets
from collections.abc import Callable
from types import ModuleType
from typing import Any

Plant = Callable[[ModuleType], None]


def _no_fence(hold: ModuleType) -> None:
    """Writes name the run, and not the attempt that writes."""
    from sqlalchemy import select, update

    from backend.states import RunState
    from db import Run

    running = Run.state == RunState.RUNNING

    def holds(session: Any, run_id: int, attempt: int) -> bool:
        return session.scalar(select(Run.id).where(Run.id == run_id, running)) is not None

    hold.held = lambda run_id, attempt: update(Run).where(Run.id == run_id, running)
    hold.holds = holds


def _no_fsync(files: ModuleType) -> None:
    """Files are written, and never seen onto the disk; see `disk.watch`, which counts them."""
    files._sync = lambda path: None


def _ack_before_commit(outages: ModuleType) -> None:
    """What was told counts as stored before the database said so."""
    patiently = outages.patiently

    def at_once(call: Callable[[], Any], leave: Any) -> Any:
        if "_write_alike" not in str(call):
            return patiently(call, leave)
        try:
            return call()
        except outages.AWAY:
            return True

    outages.patiently = at_once


def _age_only(rescue: ModuleType) -> None:
    """A run is taken back for its age, whether its worker is heard or not."""
    from datetime import timedelta

    from sqlalchemy import select, update

    def take_back() -> list[int]:
        run = rescue.Run
        with rescue.transaction() as session:
            long_ago = rescue.now(session) - timedelta(seconds=rescue.settings.lease_seconds)
            old = (run.state == rescue.RunState.RUNNING, run.started_at < long_ago)
            found = session.execute(select(run.id, run.attempt, run.crashes).where(*old)).all()
            for run_id, attempt, crashes in found:
                change = update(run).where(run.id == run_id, run.attempt == attempt, *old)
                rescue.count_crash(session, change, crashes, rescue.Failure.LOST)
        return [each.id for each in found]

    rescue.take_back = take_back


def _no_idem_key(queueing: ModuleType) -> None:
    """Every click is a run of its own."""
    queueing._hashed = lambda kind, key: secrets.token_hex(32)


def _no_manifest_check(checkpoint: ModuleType) -> None:
    """A checkpoint is taken for what it says."""
    checkpoint._checked = lambda path, sums: path.read_bytes()


def _deferred_begin(session: ModuleType) -> None:
    """SQLite's transactions begin without the lock they will need."""
    session._begin_immediate = lambda connection: connection.exec_driver_sql("BEGIN")


def _revoke_only(runs: ModuleType) -> None:
    """Cancelling is a message to workers, which nobody keeps."""
    runs.cancel = lambda run_id: None


def _no_deadline(progress: ModuleType) -> None:
    """A process that lives is taken for one that works."""
    progress.Progress.hangs = lambda self: False


def _no_death_signal(device: ModuleType) -> None:
    """A child does not hear of its parent's end."""
    device.die_with_parent = lambda number: None


def _no_piece_fence(pieces: ModuleType) -> None:
    """A piece is finished by whoever scored it, whether it went to another meanwhile or not."""
    from sqlalchemy import update

    def mine(piece: Any) -> Any:
        row = pieces.Row
        running = row.state == pieces.RUNNING
        return update(row).where(row.run_id == piece.run_id, row.number == piece.number, running)

    pieces._mine = mine


def _no_masking(cards: ModuleType) -> None:
    """A card number in the name of an imported file is stored as it is.

    Those in its rows are hidden by a process of its own, which no fault is planted in.
    """
    cards.replace = lambda text, token_of: text


PLANTED: dict[str, tuple[str, Plant]] = {
    "no_fence": ("backend.hold", _no_fence),
    "no_fsync": ("backend.files", _no_fsync),
    "ack_before_commit": ("backend.outages", _ack_before_commit),
    "age_only": ("backend.rescue", _age_only),
    "no_idem_key": ("backend.queueing", _no_idem_key),
    "no_manifest_check": ("workers.steps.checkpoint", _no_manifest_check),
    "deferred_begin": ("db.session", _deferred_begin),
    "revoke_only": ("backend.runs", _revoke_only),
    "no_deadline": ("workers.progress", _no_deadline),
    "no_death_signal": ("workers.device", _no_death_signal),
    "no_piece_fence": ("backend.pieces", _no_piece_fence),
    "no_masking": ("backend.steps.cards", _no_masking),
}
OF_PAGES = ("no_idem_key", "revoke_only", "no_masking")  # planted where runs are asked for, too
