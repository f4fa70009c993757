"""What must hold after every schedule, whatever went wrong in it: the invariants I1 to I11.

They are read from the database around its proxy, from the ledger of its triggers, from the files,
and from what the processes told of their operations. There is no I7 yet: it is for the chain of
the audit, and the product keeps no audit so far.
"""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests import folders
from tests.chaos import cards, history, ledger, pieced
from tests.chaos.evidence import Evidence, Found
from tests.chaos.house import CRASH_LIMIT
from tests.chaos.inside.learner import result_of
from tests.chaos.inside.record import BEGINS, GIVES_BACK
from tests.chaos.schedule import Asked

LEGAL = {
    ("", "queued"),
    ("queued", "running"),
    ("queued", "cancelled"),
    ("paused_disk", "queued"),
    ("paused_disk", "running"),
    ("paused_disk", "cancelled"),
    *(("running", state) for state in ("queued", "succeeded", "failed", "failed_diverged",
                                       "cancelled", "quarantined", "paused_disk")),
}  # fmt: skip
MEANT = {"broken": {"failed"}, "nan": {"failed_diverged"}, "disk_fail": {"succeeded", "failed"}}


@dataclass(frozen=True)
class Violation:
    """Something that must never be."""

    invariant: str  # I1 to I11
    words: str


def check(seen: Evidence, rows_scored: int) -> list[Violation]:
    """Return every violation a played schedule shows; empty when all held."""
    checks = (
        _nothing_is_lost(seen),
        _ends_as_it_must(seen),
        _one_artefact(seen),
        _old_holders_write_nothing(seen),
        _curves_are_whole(seen),
        _moves_are_legal(seen),
        _scores_are_counted(seen, rows_scored),
        pieced.every_row_has_its_score(seen),
        pieced.every_piece_is_done_once(seen),
        pieced.old_holders_publish_nothing(seen),
        _nobody_is_forgotten(seen),
        _no_draft_is_left(seen),
        pieced.nothing_of_pieces_is_left(seen),
        _one_at_a_time(seen),
        _faults_explain_errors(seen),
        _no_card_is_told(seen),
    )
    return [Violation(*one) for each in checks for one in each]


def _nothing_is_lost(seen: Evidence) -> Found:
    """I1: what was submitted is there, once, and has ended."""
    for asked in seen.played.asked:
        if len(set(asked.heard)) != 1:
            yield "I1", f"a double click became the runs {sorted(set(asked.heard))}"
        if asked.run_id not in seen.rows:
            yield "I1", f"run {asked.run_id} was acknowledged and is not there"
    for words in seen.played.unsettled:
        yield "I1", f"{words} {_told(seen, int(words.split()[1]))}"


def _ends_as_it_must(seen: Evidence) -> Found:
    """I1: every run ends as its own trouble and its client say, not as the faults would."""
    for asked in seen.played.asked:
        row = seen.rows.get(asked.run_id)
        if row is None or row["state"] in ("queued", "running", "paused_disk"):
            continue
        if row["state"] not in _expected(asked, row):
            yield "I1", f"run {asked.run_id} ended {row['state']} {_told(seen, asked.run_id)}"
    for asked, row in seen.succeeded(scores=False):
        told = row["metrics"]
        digest = (json.loads(told) if isinstance(told, str) else told)["digest"]
        if digest != result_of(asked.job.seed, asked.job.steps):
            yield "I2", f"run {asked.run_id} learned something else {_told(seen, asked.run_id)}"


def _expected(asked: Asked, row: dict[str, Any]) -> set[str]:
    meant = MEANT.get(asked.job.trouble, {"succeeded"})
    if asked.job.cancel_after is not None:
        meant = meant | {"cancelled"}
    if row["crashes"] >= CRASH_LIMIT or asked.job.troubled_attempts == 0:
        meant = meant | {"quarantined"}
    return meant


def _one_artefact(seen: Evidence) -> Found:
    """I2: at most one artefact is published, by the newest attempt, and it is whole."""
    from backend import files
    from backend.errors import FileDamaged

    for run_id in seen.rows:
        if seen.states(run_id).count("succeeded") > 1:
            yield "I2", f"run {run_id} succeeded more than once"
    for asked, row in seen.succeeded(scores=False):
        run_id = asked.run_id
        expected = Path("runs", str(run_id), str(row["attempt"]))
        if row["artefact"] is None or Path(row["artefact"]) != expected:
            yield "I2", f"run {run_id} published {row['artefact']}, its attempt is {expected}"
            continue
        try:
            files.verify(seen.house.data / expected)
        except FileDamaged as error:
            yield "I2", f"run {run_id}: {error}"


def _old_holders_write_nothing(seen: Evidence) -> Found:
    """I3: attempts only grow, and nobody but the newest one writes."""
    for run_id, moves in seen.moves.items():
        numbers = [move.new_attempt for move in moves if move.new_state == "running"]
        if numbers != sorted(set(numbers)):
            yield "I3", f"run {run_id} was held by the attempts {numbers}"
    for row in ledger.stale(seen.engine):
        if row["run_id"] in seen.rows:
            yield "I3", f"a row of {row['what']} was written by nobody who held it: {row}"
    for one in seen.operations:
        if one["op"] in history.FENCED and history.landed(one):
            for newer in seen.claimed_before(one):
                yield "I3", f"{one['op']} of attempt {one['attempt']} landed after {newer} began"


def _curves_are_whole(seen: Evidence) -> Found:
    """I4: the curve of a finished run holds every step once."""
    told = text(
        "SELECT step FROM points WHERE run_id = :run AND attempt = :attempt AND part = 'train'"
    )
    with seen.engine.connect() as connection:
        for asked, row in seen.succeeded(scores=False):
            holder = {"run": asked.run_id, "attempt": row["attempt"]}
            steps = sorted(connection.scalars(told, holder))
            wanted = list(range(1, asked.job.steps + 1))
            if steps != wanted:
                lacking = sorted(set(wanted) - set(steps))
                words = f"run {asked.run_id} has {len(steps)} steps, not {lacking}"
                yield "I4", f"{words} {_told(seen, asked.run_id)}"


def _moves_are_legal(seen: Evidence) -> Found:
    """I5: every move is one of the drawn life, and a run is taken back for a reason."""
    for run_id, moves in seen.moves.items():
        for move in moves:
            if (move.old_state, move.new_state) not in LEGAL:
                yield "I5", f"run {run_id} went from {move.old_state} to {move.new_state}"
            back = move.old_state == "running" and move.new_state in ("queued", "quarantined")
            if back and move.held and not _given_back(seen, run_id, move.old_attempt):
                yield (
                    "I5",
                    f"run {run_id} was taken from attempt {move.old_attempt} while it held it",
                )
    for asked in seen.played.asked:
        for move in seen.moves.get(asked.run_id, []):
            late = asked.cancelled_at and move.at > asked.cancelled_at + 0.2
            if late and move.new_state == "running":
                yield "I5", f"run {asked.run_id} was started after it was cancelled"


def _given_back(seen: Evidence, run_id: int, attempt: int) -> bool:
    begun = {name + BEGINS for name in GIVES_BACK}
    return any(
        one["op"] in begun and one["run"] == run_id and one["attempt"] == attempt
        for one in seen.operations
    )


def _scores_are_counted(seen: Evidence, rows_scored: int) -> Found:
    """I6: as many scores of a training are stored as rows were scored."""
    with seen.engine.connect() as connection:
        for asked, row in seen.succeeded(scores=False):
            query = text("SELECT count(*) FROM predictions WHERE run_id = :run")
            stored = connection.execute(query, {"run": asked.run_id}).scalar_one()
            if not stored == row["scored_rows"] == rows_scored:
                words = f"{stored} scores are stored, and {row['scored_rows']} are told"
                yield "I6", f"run {asked.run_id}: {words}, of {rows_scored}"


def _nobody_is_forgotten(seen: Evidence) -> Found:
    """I8: no process learns on without its supervisor."""
    for words in seen.played.orphans.values():
        yield "I8", words


def _no_draft_is_left(seen: Evidence) -> Found:
    """I9: a finished attempt leaves no draft, no scratch and no checkpoint behind."""
    return seen.left_behind(partial(_drafts, seen))


def _drafts(seen: Evidence) -> list[Path]:
    """Return what lies in the folders of successful attempts and does not belong there."""
    homes = [
        seen.house.data / "runs" / str(run_id) / str(row["attempt"])
        for run_id, row in seen.rows.items()
        if row["state"] == "succeeded"
    ]
    return [
        path
        for home in homes
        for path in folders.matching(home)
        if path.name in ("scratch", "checkpoints") or path.suffix == ".draft"
    ]


def _one_at_a_time(seen: Evidence) -> Found:
    """I10: a trainer learns one run at a time."""
    for one in seen.operations:
        if one["op"] == "slot_taken":
            yield "I10", f"run {one['run']} learned in the slot of {one['role']}, which was taken"


def _faults_explain_errors(seen: Evidence) -> Found:
    """I3: no operation fails because of how we ask the database, as opposed to its absence."""
    for one in seen.operations:
        said = " ".join(one.get("said") or [])
        if (
            "database is locked" in said
            or "deadlock" in said
            or "Integrity" in one.get("error", "")
        ):
            yield "I3", f"{one['op']} failed: {said}"


def _no_card_is_told(seen: Evidence) -> Found:
    """I11: nothing of the card numbers, names and birthdays in the dataset's file is kept."""
    for words in cards.told(seen.house, seen.engine):
        yield "I11", words


def _told(seen: Evidence, run_id: int) -> str:
    """Return the life of a run in one line, to understand a violation by."""
    moves = [
        f"{m.new_state}({m.new_attempt}{'*' if m.held else ''})" for m in seen.moves.get(run_id, [])
    ]
    job = next(asked.job for asked in seen.played.asked if run_id in asked.heard)
    reason = (seen.rows.get(run_id) or {}).get("reason") or ""
    return f"[{' '.join(moves)}; {job}; {reason}]"
