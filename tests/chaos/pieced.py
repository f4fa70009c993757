"""What must hold of a scoring in pieces: every row once, as undisturbed; every piece done once."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import text

from tests import folders
from tests.chaos import history
from tests.chaos.evidence import Evidence, Found
from tests.chaos.inside.record import PIECE
from tests.chaos.ledger import PieceMove


def every_row_has_its_score(seen: Evidence) -> Found:
    """I2 and I6: every row of the dataset has one score, the one that it has undisturbed."""
    model = seen.played.model
    query = text("SELECT row, score FROM predictions WHERE run_id = :run ORDER BY row")
    for asked, row in seen.succeeded(scores=True):
        assert model is not None, "a scoring has a model"
        with seen.engine.connect() as connection:
            stored = connection.execute(query, {"run": model.run_id}).all()
        if [each.row for each in stored] != sorted(model.scores):
            yield "I6", f"run {asked.run_id} scored {len(stored)} rows of {len(model.scores)}"
        if row["scored_rows"] != len(model.scores):
            yield "I6", f"run {asked.run_id} tells of {row['scored_rows']} scores"
        other = [each.row for each in stored if each.score != model.scores.get(each.row)]
        if other:
            yield "I2", f"run {asked.run_id}: the rows {other[:5]} have other scores"
        if row["artefact"] is not None:
            yield "I2", f"run {asked.run_id} published {row['artefact']}, and scores only"


def every_piece_is_done_once(seen: Evidence) -> Found:
    """I3 and I5: attempts only grow, and the newest one ends a piece, for good."""
    for (run_id, number), moves in seen.pieces.items():
        piece = f"piece {number} of run {run_id}"
        claimed = [move.new_attempt for move in moves if move.new_attempt != move.old_attempt]
        if claimed != list(range(1, len(claimed) + 1)):
            yield "I3", f"{piece} was held by the attempts {claimed}"
        yield from (("I5", f"{piece} {words}") for words in _illegal(moves))
        row = seen.rows.get(run_id, {})
        ends = [move.new_state for move in moves].count("done")
        if row.get("state") == "succeeded" and ends != 1:
            yield "I3", f"{piece} was done {ends} times"


def _illegal(moves: list[PieceMove]) -> Iterator[str]:
    for move in moves:
        if move.old_state == "done":
            yield f"was done and became {move.new_state}"
        if move.old_state == move.new_state == "running" and move.held:
            yield f"was taken from attempt {move.old_attempt}, which held it"


def old_holders_publish_nothing(seen: Evidence) -> Found:
    """I3: nobody but the newest holder of a piece prolongs, ends or gives it back."""
    for one in seen.operations:
        of_holder = one["op"].startswith(PIECE) and one["op"] != "piece_claim"
        if of_holder and history.landed(one):
            for newer in seen.claimed_before(one):
                words = f"{one['op']} of attempt {one['attempt']} of piece {one['piece']}"
                yield "I3", f"{words} landed after {newer} began"


def nothing_of_pieces_is_left(seen: Evidence) -> Found:
    """I9: neither the file of a piece nor the folder of a helper stays behind."""
    return seen.left_behind(partial(_left, seen))


def shares(seen: Evidence) -> dict[str, int]:
    """Return how many pieces of finished scorings each trainer did."""
    last = {piece: moves[-1].new_attempt for piece, moves in seen.pieces.items()}
    return dict(
        Counter(
            one["role"]
            for one in seen.operations
            if one["op"] == "piece_claim"
            and one.get("result") is True  # an error has none
            and last.get((one["run"], one["piece"])) == one["attempt"]
        )
    )


def _left(seen: Evidence) -> list[Path]:
    homes = [
        seen.house.data / "runs" / str(asked.run_id) / "pieces"
        for asked, _ in seen.succeeded(scores=True)
    ]
    return [path for home in homes for path in folders.matching(home)]
