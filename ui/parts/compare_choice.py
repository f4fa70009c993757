"""Which runs stand side by side: the address says it, so that a new run changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from backend import contenders, runs
from backend.run_view import Run
from ui.charts.run_lines import MOST, RunLine, cues
from ui.page import id_in_address

# Names in the address.
DATASET, RUNS, BASELINE, CANDIDATE, ALSO = "dataset", "runs", "baseline", "run", "also"
LETTERS = "ABCD"


@dataclass(frozen=True)
class Choice:
    """The runs that are compared; the baseline is A, the candidate B."""

    offered: tuple[Run, ...]  # all runs of the dataset, newest first
    chosen: tuple[Run, ...]  # newest first, baseline and candidate among them
    baseline: Run
    candidate: Run
    also: tuple[Run, ...]  # further runs in colour
    champion: int | None  # of the dataset
    gone: tuple[int, ...]  # numbers in the address that are no run

    @property
    def coloured(self) -> tuple[Run, ...]:
        """The runs that have a letter, a colour and a band, in the order of their letters."""
        return (self.baseline, self.candidate, *self.also)

    def lines(self, shown: Sequence[Run]) -> list[RunLine]:
        """Return how each of `shown` is drawn: coloured ones first, the others grey."""
        given = cues([run.slot for run in self.coloured])
        lettered = {
            run.id: RunLine(run.id, run.name, letter, cue)
            for run, letter, cue in zip(self.coloured, LETTERS, given, strict=False)
        }
        lines = [lettered.get(run.id, RunLine(run.id, run.name)) for run in shown]
        return sorted(lines, key=lambda line: line.letter or "Z")


def pick() -> Choice | None:
    """Return what the address chooses, the usual where it says nothing, and write that into it.

    None while no dataset has two finished runs. Raises RunNotFound when the address names a
    baseline or a candidate that does not exist.
    """
    named = {name: _named(name) for name in (BASELINE, CANDIDATE)}
    listed = contenders.named(numbers(RUNS))
    gone = [number for number in numbers(RUNS) if number not in [run.id for run in listed]]
    dataset_id = _dataset([run for run in [*listed, *named.values()] if run is not None])
    offered = contenders.offered(dataset_id) if dataset_id is not None else []
    baseline = named[BASELINE] or contenders.usual_baseline(listed or offered)
    candidate = named[CANDIDATE] or contenders.usual_candidate(listed or offered, baseline)
    if baseline is None or candidate is None:
        return None
    if candidate.id == baseline.id:
        candidate = contenders.usual_candidate(listed or offered, baseline) or candidate
    chosen = {run.id: run for run in [*(listed or contenders.usual(offered)), baseline, candidate]}
    in_order = sorted(chosen.values(), key=lambda run: -run.id)
    also = [chosen[number] for number in numbers(ALSO) if number in chosen]
    others = [run for run in also if run.id not in (baseline.id, candidate.id)][: MOST - 2]
    best = contenders.champion_of(baseline.dataset_id)
    choice = Choice(
        tuple(offered), tuple(in_order), baseline, candidate, tuple(others), best, tuple(gone)
    )
    _write(choice)
    return choice


def numbers(name: str) -> list[int]:
    """Return the numbers under `name` in the address, "9,8,7", without what is none."""
    parts = st.query_params.get(name, "").split(",")
    found = [int(part) for part in parts if part.isdecimal() and len(part) < 10]
    return list(dict.fromkeys(found))[: contenders.MOST]


def write(name: str, run_ids: Sequence[int]) -> None:
    """Put numbers into the address; none of them takes the name out of it."""
    if run_ids:
        st.query_params[name] = ",".join(str(run_id) for run_id in run_ids)
    else:
        st.query_params.pop(name, None)


def _named(name: str) -> Run | None:
    number = id_in_address(name)
    if number is None:
        return None
    run = runs.get(number)
    if not run.answers:  # a pre-training has no scores to compare
        return None
    return runs.get(run.of_run_id) if run.of_run_id is not None else run


def _dataset(named: Sequence[Run]) -> int | None:
    """The dataset of the runs named, else the one named, else the newest that can be compared."""
    if named:
        return named[0].dataset_id
    finished = contenders.datasets_with_runs()
    asked = id_in_address(DATASET)
    if asked in finished:
        return asked
    return next((dataset_id for dataset_id, many in finished.items() if many >= 2), None)


def _write(choice: Choice) -> None:
    wanted = {
        RUNS: [run.id for run in choice.chosen],
        BASELINE: [choice.baseline.id],
        CANDIDATE: [choice.candidate.id],
    }
    for name, run_ids in wanted.items():
        if numbers(name) != run_ids:
            write(name, run_ids)
