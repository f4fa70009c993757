"""The chaos campaign: hundreds of schedules of faults, twelve planted, and what was violated.

`python -m benchmarks.chaos --schedules 300 --side-by-side 2`, which is `make chaos`. What was
played is kept in the data folder, so that an interrupted campaign goes on where it was; it counts
for the code it was played with. The table is written at the end of every batch.
"""

import argparse
import io
import json
import math
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import report
from settings import ROOT, settings
from tests.chaos.plan import KILLS, PIECES, TIERS
from tests.chaos.planted import TRAPS

BATCH = 10  # schedules that share a house
KILL_PLANS = 10  # of five runs each, one kill at a random step of each
PIECES_PLANS = 20  # of one scoring each, in 15 pieces
CODE = ("backend", "db", "workers", "settings.py", "tests/chaos")
RECLAIM, PLANTED, CLEAN = "reclaim", "planted", "clean"
INVARIANTS = {
    "I1": "nothing submitted is lost, or ends otherwise than it must",
    "I2": "one artefact, of the newest attempt, whole, and what an undisturbed run gives",
    "I3": "no write of an old attempt lands, to a run or to a piece",
    "I4": "every step of a curve once",
    "I5": "legal moves only",
    "I6": "as many scores as rows, each row once",
    "I8": "no process without its supervisor",
    "I9": "no draft, scratch or file of a piece left",
    "I10": "one run per slot",
    "I11": "no card number, name or birthday of the imported file kept or told anywhere",
}
NOTE = """Every schedule draws four to six runs, each submitted twice at once, and two to four
faults (tests/chaos/plan.py), on T0: SQLite and the embedded Valkey; T1: SQLite, Valkey behind a
proxy; T2: PostgreSQL and Valkey, both behind proxies. `resumed` counts attempts that went on from
a checkpoint; the weights of every run that finished were equal to those of an undisturbed one, bit
for bit. Every schedule of `pieces` scores a dataset of 300 rows in 15 pieces over two trainers,
with the scoring of the product and two or three faults, on T0, T1 or T2. The dataset of every house
is imported from a file with a card number, a name and a birthday in every row; after each schedule
they are looked for (I11) in the files and logs, in what the broker holds and in the tables of the
database. Of I7, the chain of the audit, no schedule tells: the product keeps no audit yet."""


@dataclass(frozen=True)
class Batch:
    """Schedules that one process plays."""

    kind: str
    seeds: tuple[int, ...]
    mode: str = ""  # PLANTED or CLEAN for a trap

    def words(self) -> list[str]:
        """Return its command line."""
        if self.kind == RECLAIM:
            return ["tests.chaos.reclaim"]
        seeds = ",".join(map(str, self.seeds))
        planted = ["--planted"] if self.mode == PLANTED else []
        return ["tests.chaos.campaign", self.kind, "--seeds", seeds, *planted]


class Campaign:
    """What has been played so far, on disk and in memory."""

    def __init__(self, path: Path) -> None:
        self.path, self.code, self.lock = path, _code(), threading.Lock()
        self.told: list[dict[str, Any]] = []
        if path.exists():
            lines = (json.loads(line) for line in path.read_text().splitlines())
            self.told = [line for line in lines if line["code"] == self.code]

    def left(self, wanted: list[Batch]) -> list[Batch]:
        """Return what has not been played."""
        done = {(one["kind"], one["mode"], one["seed"]) for one in self.told}
        rest = [
            Batch(
                batch.kind,
                tuple(seed for seed in batch.seeds if (batch.kind, batch.mode, seed) not in done),
                batch.mode,
            )
            for batch in wanted
        ]
        return [batch for batch in rest if batch.seeds]

    def play(self, batch: Batch) -> None:
        """Play a batch, keep each line as it comes, and write the table."""
        command = [sys.executable, "-m", *batch.words()]
        with (
            tempfile.TemporaryFile("w+") as said,
            subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.PIPE, stderr=said, text=True
            ) as process,
        ):
            assert process.stdout is not None
            for line in process.stdout:
                self._keep({"seed": 0, "violations": [], **json.loads(line)}, batch)
            if process.wait() and batch.mode != PLANTED:  # what is planted ends in a violation
                said.seek(0)
                print(f"{batch.kind}: the batch broke off\n{said.read()}", flush=True)
        with self.lock, redirect_stdout(io.StringIO()):  # whoever waits wants to see the verdicts
            report.write("chaos", "What survives", self.rows(), self.note())

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per kind of schedule, then one per planted fault."""
        kinds = [(kind, "") for kind in (*TIERS, KILLS, PIECES)]
        kinds += [(trap.bug, mode) for mode in (CLEAN, PLANTED) for trap in TRAPS]
        return [row for kind, mode in kinds if (row := self._row(kind, mode))]

    def note(self) -> str:
        """Return what the table does not say: what was violated how often, and more."""
        played = [one for one in self.told if one["mode"] != PLANTED and one["kind"] != RECLAIM]
        found = [each["invariant"] for one in played for each in one["violations"]]
        counts = "; ".join(f"{name} {found.count(name)} ({w})" for name, w in INVARIANTS.items())
        clear = sum(not one["violations"] for one in played)
        bound = f"{clear} of {len(played)} schedules without a violation"
        if played and clear == len(played):
            share = min(3 / len(played), 1.0)  # the rule of three
            bound += f": at most {share:.1%} violate one, with 95 % confidence"
        caught = sum(_is_caught(one) for one in self.told if one["mode"] == PLANTED)
        words = [
            f"{bound}. By invariant: {counts}.",
            f"{caught} of {len(TRAPS)} planted faults were",
        ]
        words.append("caught by the trap made for each.")
        words += self._shares()
        for one in self.told:
            if one["kind"] == RECLAIM:
                words.append(
                    f"With the timings of production a run whose worker's whole process tree was "
                    f"killed was claimed again {one['seconds']} s later, from step {one['step']}."
                )
        return "\n".join([NOTE, "", " ".join(words)])

    def _shares(self) -> list[str]:
        """Return in one sentence how trainers shared the pieces of scorings; none before any."""
        shares = [sorted(one["pieces"].values()) for one in self.told if one["kind"] == PIECES]
        if not shares:
            return []
        both = sum(len(share) > 1 for share in shares)
        less = sum(share[0] for share in shares if len(share) > 1) / sum(map(sum, shares))
        return [
            f"In {both} of {len(shares)} scorings both trainers did pieces; the one that did "
            f"fewer did {less:.0%} of all."
        ]

    def _keep(self, told: dict[str, Any], batch: Batch) -> None:
        line = {**told, "kind": batch.kind, "mode": batch.mode, "code": self.code}
        with self.lock:
            self.told.append(line)
            with self.path.open("a") as file:
                file.write(json.dumps(line) + "\n")
            words = ", ".join(sorted({each["invariant"] for each in told["violations"]})) or "held"
            print(f"{batch.kind} {batch.mode or told['seed']}: {words}", flush=True)

    def _row(self, kind: str, mode: str) -> dict[str, Any]:
        played = [one for one in self.told if (one["kind"], one["mode"]) == (kind, mode)]
        if not played:
            return {}
        violated = sorted({each["invariant"] for one in played for each in one["violations"]})
        caught = all(map(_is_caught, played)) if mode == PLANTED else not violated
        meant = {PLANTED: ("caught", "MISSED")}.get(mode, ("held", "VIOLATED"))
        return {
            "schedule": f"{kind} {mode}".strip(),
            "played": len(played),
            "runs": sum(one["runs"] for one in played),
            "faults": sum(len(one["faults"]) for one in played) + _own_kills(kind, played),
            "attempts": sum(one["attempts"] for one in played),
            "resumed": sum(one["resumed"] for one in played),
            "operations": sum(one["operations"] for one in played),
            "seconds each": round(sum(one["seconds"] for one in played) / len(played), 1),
            "violated": " ".join(violated) or "none",
            "verdict": meant[0] if caught else meant[1],
        }


def batches(schedules: int) -> list[Batch]:
    """Return what a campaign consists of, the traps and the kills first."""
    found = [Batch(trap.bug, (0,), mode) for trap in TRAPS for mode in (PLANTED, CLEAN)]
    found += [Batch(RECLAIM, (0,)), Batch(KILLS, tuple(range(1, KILL_PLANS + 1)))]
    for first in range(1, len(TIERS) + 1):  # those of one tier share a house
        found.append(Batch(PIECES, tuple(range(first, PIECES_PLANS + 1, len(TIERS)))))
    each = math.ceil(schedules / len(TIERS))
    for first in range(1, each + 1, BATCH):
        seeds = tuple(range(first, min(first + BATCH, each + 1)))
        found += [Batch(tier, seeds) for tier in TIERS]
    return found


def main() -> None:
    """Play what is left of a campaign, and write its table after every batch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=300)
    parser.add_argument("--side-by-side", type=int, default=2)
    chosen = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    folder = settings.data / "chaos"
    folder.mkdir(parents=True, exist_ok=True)
    campaign = Campaign(folder / "played.jsonl")
    left = campaign.left(batches(chosen.schedules))
    print(f"{len(campaign.told)} schedules are played, {sum(_sizes(left))} are left", flush=True)
    with ThreadPoolExecutor(chosen.side_by_side) as pool:
        try:
            list(pool.map(campaign.play, left))
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            print("Interrupted. The same command goes on where it was.", flush=True)


def _sizes(left: list[Batch]) -> Iterator[int]:
    return (len(batch.seeds) for batch in left)


def _is_caught(told: dict[str, Any]) -> bool:
    trap = next(trap for trap in TRAPS if trap.bug == told["kind"])
    return bool({each["invariant"] for each in told["violations"]} & trap.caught_by)


def _own_kills(kind: str, played: list[dict[str, Any]]) -> int:
    """Return the kills that runs of the kind KILLS carry themselves, one each."""
    return sum(one["runs"] for one in played) if kind == KILLS else 0


def _code() -> str:
    """Return what names the code that is played with: git's names of its folders."""
    names = [f"HEAD:{name}" for name in CODE]
    found = subprocess.run(
        ["git", "rev-parse", *names], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return " ".join(name[:12] for name in found.stdout.split())


if __name__ == "__main__":
    main()
