"""Many schedules in one house: `python -m tests.chaos.campaign T1 --seeds 1-10`.

Prints one JSON line per schedule, as soon as it has been checked, and ends with status 1 when one
showed a violation. A house that did is not used again. `no_fence`, or another trap's name, plays
that trap, with `--planted` on the fault it is made for.
"""

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from tests.chaos import cards, ledger, pieced, scoring
from tests.chaos.checker import check
from tests.chaos.evidence import gather
from tests.chaos.house import ROLES, SCALED, House, Settings, standing
from tests.chaos.inside.bugs import OF_PAGES, PLANTED
from tests.chaos.plan import KILLS, PIECES, TIERS, Plan, of_kills, of_pieces, of_seed
from tests.chaos.planted import BY_NAME
from tests.chaos.schedule import play
from workers.device import die_with_parent

ROWS = 40  # that every run of the family scores
READY_WITHIN = 180.0


def run(plans: list[Plan], bug: str = "", keep: Path | None = None) -> Iterator[dict[str, Any]]:
    """Play plans one after the other, neighbours in one house; yield what came of each.

    What a house with a violation wrote is copied into the folder `keep`.
    """
    left = list(plans)
    while left:
        with ready(left[0].tier, bug, left[0].skewed) as (house, dataset_id):
            while left and (left[0].tier, left[0].skewed) == (house.tier, house.skewed):
                told = _one(house, dataset_id, left.pop(0))
                yield told
                if told["violations"]:
                    _keep(house, keep)
                    break


@contextmanager
def ready(
    tier: str, bug: str = "", skewed: float = 0.0, timings: Settings = SCALED
) -> Iterator[tuple[House, int]]:
    """Stand a house up, with its tables, a ledger, a dataset and its trainers ready."""
    with standing(tier, bug, skewed, timings) as house:
        from db import engine, migrate

        if bug in OF_PAGES:
            module, plant = PLANTED[bug]
            plant(import_module(module))
        migrate.upgrade()
        direct = create_engine(house.direct_url)
        ledger.install(direct)
        direct.dispose()
        for role in ROLES:
            house.start(role)
        dataset_id = _bring(house)
        _wait_for_trainers(house)
        try:
            yield house, dataset_id
        finally:
            house.kill_all()
            engine().dispose()


def _one(house: House, dataset_id: int, plan: Plan) -> dict[str, Any]:
    scores = any(job.scores for job in plan.jobs)
    model = scoring.finished(house, dataset_id, plan.seed) if scores else None
    played = play(house, dataset_id, plan, model)
    direct = create_engine(house.direct_url)
    try:
        seen = gather(house, played, direct)
        found = check(seen, ROWS)
    finally:
        direct.dispose()
    states = [state for run_id in seen.moves for state in seen.states(run_id)]
    return {
        "kind": plan.kind,
        "seed": plan.seed,
        "runs": len(plan.jobs),
        "faults": [fault.what for fault in plan.faults],
        "attempts": states.count("running"),
        "resumed": sum(one["op"] == "learn" and one["step"] > 0 for one in seen.operations),
        "pieces": pieced.shares(seen),
        "operations": len(seen.operations),
        "seconds": round(played.seconds, 1),
        "violations": [asdict(one) for one in found],
    }


def _bring(house: House) -> int:
    """Import a dataset, and store what every training will have scored."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "row": pa.array(range(ROWS), pa.int64()),
            "part": ["test"] * ROWS,
            "score": [row / ROWS for row in range(ROWS)],
            "label": pa.array([row % 2 for row in range(ROWS)], pa.int8()),
            "amount": [1.0] * ROWS,
            "time": [0.0] * ROWS,
            "kind": pa.nulls(ROWS, pa.string()),
            "predicted": pa.nulls(ROWS, pa.float64()),
        }
    )
    pq.write_table(table, house.control / "scores.parquet")
    return cards.bring()


def _wait_for_trainers(house: House) -> None:
    from backend import offers

    end = time.monotonic() + READY_WITHIN
    while len({worker.name for worker in offers.workers()}) < 2:
        house.keep_up()
        logs = "\n".join(path.read_text()[-2000:] for path in (house.control / "logs").iterdir())
        assert time.monotonic() < end, f"the trainers did not start:\n{logs}"
        time.sleep(0.1)


def _keep(house: House, folder: Path | None) -> None:
    if folder is not None:
        target = Path(tempfile.mkdtemp(prefix=f"{house.tier}-", dir=folder))
        shutil.copytree(house.control, target / "control", dirs_exist_ok=True)
        shutil.copytree(house.data, target / "data", dirs_exist_ok=True)


def replay(told: dict[str, Any]) -> str:
    """Return the command that plays a schedule again."""
    return f"python -m tests.chaos.campaign {told['kind']} --seeds {told['seed']}"


def plans_of(kind: str, seeds: list[int]) -> list[Plan]:
    """Return the plans of a kind, in an order that lets houses be shared."""
    if kind in BY_NAME:
        return [BY_NAME[kind].plan]
    draw = {KILLS: of_kills, PIECES: of_pieces}.get(kind, partial(of_seed, tier=kind))
    return sorted(map(draw, seeds), key=lambda plan: (plan.tier, plan.skewed))


def main() -> int:
    """Play what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=(*TIERS, KILLS, PIECES, *BY_NAME))
    parser.add_argument("--seeds", default="1-10", help="as 1-10 or 3,7")
    parser.add_argument("--planted", action="store_true", help="with the fault a trap is made for")
    parser.add_argument("--keep", type=Path, help="folder for what a violation left behind")
    chosen = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):  # in the background SIGINT would be ignored
        signal.signal(number, signal.default_int_handler)
    die_with_parent(signal.SIGINT)  # which ends the house as well
    bug = chosen.kind if chosen.planted and chosen.kind in BY_NAME else ""
    failed = 0
    for told in run(plans_of(chosen.kind, _seeds(chosen.seeds)), bug, chosen.keep):
        print(json.dumps(told), flush=True)
        if told["violations"]:
            failed += 1
            print(f"again: {replay(told)}", file=sys.stderr, flush=True)
    return int(failed > 0)


def _seeds(words: str) -> list[int]:
    found: list[int] = []
    for word in words.split(","):
        first, _, last = word.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found


if __name__ == "__main__":
    sys.exit(main())
