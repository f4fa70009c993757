"""All there is to know of a played schedule, which the checks read."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from tests.chaos import history, ledger
from tests.chaos.house import House
from tests.chaos.ledger import Move, PieceMove
from tests.chaos.schedule import Asked, Played

RUNS = "SELECT id, idem_key, state, attempt, crashes, artefact, metrics, scored_rows, reason"
TIDIED_WITHIN = 10.0  # seconds after its run has ended, in which a supervisor tidies up
CLAIMS = ("claim", "claim_next", "piece_claim")

Found = Iterator[tuple[str, str]]  # (invariant, words)


@dataclass(frozen=True)
class Evidence:
    """What was asked for, and what came of it."""

    house: House
    played: Played
    engine: Engine
    rows: dict[int, dict[str, Any]]  # of `runs`, by number
    moves: dict[int, list[Move]]
    pieces: dict[tuple[int, int], list[PieceMove]]  # by run and number of the piece
    operations: list[dict[str, Any]]  # of every process, by time

    def states(self, run_id: int) -> list[str]:
        """Return the states a run went through."""
        return [move.new_state for move in self.moves.get(run_id, [])]

    def succeeded(self, scores: bool) -> Iterator[tuple[Asked, dict[str, Any]]]:
        """Yield every training that succeeded, or every scoring, with its row."""
        for asked in self.played.asked:
            row = self.rows.get(asked.run_id)
            if asked.job.scores is scores and row is not None and row["state"] == "succeeded":
                yield asked, row

    def left_behind(self, look: Callable[[], list[Path]]) -> Found:
        """I9: yield what is found of files that somebody had to tidy up, and had time to."""
        end = time.monotonic() + TIDIED_WITHIN
        while (left := look()) and time.monotonic() < end:
            time.sleep(0.1)
        for path in left:
            yield "I9", f"{path.relative_to(self.house.data)} was left behind"

    def claimed_before(self, one: dict[str, Any]) -> list[int]:
        """Return the newer attempts that began before an operation on the same run, or piece, did.

        Whatever the operation wrote, it must not have landed then.
        """
        return [
            claim["attempt"]
            for claim in self.operations
            if claim["op"] in CLAIMS
            and (claim["run"], claim.get("piece")) == (one["run"], one.get("piece"))
            and (claim["attempt"] or 0) > one["attempt"]
            and claim["at"] < one["began"]
        ]


def gather(house: House, played: Played, engine: Engine) -> Evidence:
    """Return what is known of a played schedule."""
    operations = [one for one in history.read(house.control) if one["at"] >= played.began]
    numbers = {number for asked in played.asked for number in asked.heard}
    moves: dict[int, list[Move]] = {}
    for move in ledger.moves(engine):
        if move.run_id in numbers:
            moves.setdefault(move.run_id, []).append(move)
    pieces: dict[tuple[int, int], list[PieceMove]] = {}
    for of_piece in ledger.piece_moves(engine):
        if of_piece.run_id in numbers:
            pieces.setdefault((of_piece.run_id, of_piece.number), []).append(of_piece)
    with engine.connect() as connection:
        found = connection.execute(text(f"{RUNS} FROM runs")).mappings()
        rows = {row["id"]: dict(row) for row in found if row["id"] in numbers}
    return Evidence(house, played, engine, rows, moves, pieces, operations)
