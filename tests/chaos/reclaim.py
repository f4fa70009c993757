"""How long a run stands still when its worker's whole process tree is killed: one measurement.

`python -m tests.chaos.reclaim` uses the timings of production and prints one JSON line.
"""

import json
import signal
import time

from sqlalchemy import create_engine

from tests.chaos import history, ledger
from tests.chaos.campaign import ready
from tests.chaos.house import TRAINERS, House

CLAIMED_WITHIN = 150.0  # seconds; the promise is 90


def main() -> None:
    """Kill the trainer that learns, keep it away, and wait for the other to go on."""
    with ready("T0", timings={"checkpoint_steps": 5}) as (house, dataset_id):
        run_id = _launch(dataset_id)
        victim = _who_learns(house)
        time.sleep(5.0)  # for some checkpoints
        house.hold_back(victim, CLAIMED_WITHIN)
        house.signal(victim, "all", signal.SIGKILL)
        killed_at = time.time()
        again = _claimed_again(house, run_id, killed_at)
        told = {"seconds": round(again.at - killed_at, 1), "step": _learns_again(house)}
        print(json.dumps(told))


def _launch(dataset_id: int) -> int:
    from backend import runs

    options = {"seed": 1, "steps": 2_000, "pause": 0.1}
    return runs.launch(dataset_id, "chaos", "Quick check", options, "measured")


def _who_learns(house: House) -> str:
    while True:
        for role in TRAINERS:
            if house.members(role)["child"]:
                return role
        time.sleep(0.2)


def _claimed_again(house: House, run_id: int, killed_at: float) -> ledger.Move:
    engine = create_engine(house.direct_url)
    try:
        while time.time() < killed_at + CLAIMED_WITHIN:
            house.keep_up()
            for move in ledger.moves(engine):
                if move.run_id == run_id and move.new_attempt == 2:
                    return move
            time.sleep(0.2)
    finally:
        engine.dispose()
    raise TimeoutError(f"run {run_id} was not claimed again in {CLAIMED_WITHIN} s")


def _learns_again(house: House) -> int:
    """Return the step that the second attempt goes on from, once it does."""
    end = time.monotonic() + CLAIMED_WITHIN
    while time.monotonic() < end:
        for one in history.read(house.control):
            if one["op"] == "learn" and one["attempt"] == 2:
                return int(one["step"])
        time.sleep(0.5)
    raise TimeoutError("the second attempt never learned")


if __name__ == "__main__":
    main()
