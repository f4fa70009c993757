"""What a finished run is worth: the judgement its worker left, and the money it comes to."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from backend import judged, store
from backend.errors import ModelNotReady, RunNotFound
from backend.judged import Arrays
from backend.states import RunState
from backend.steps import costs
from backend.steps.costs import Costs
from db import Run, transaction
from settings import settings

KEPT = 128  # judgements held in memory: some 20 kB each
KEPT_ARRAYS = 24  # runs whose replicates are held: some 4 MB each
SCORES = ["row", "score", "label", "amount", "time"]


@dataclass(frozen=True)
class Judgement:
    """The judgement of one run's scores on its test part, as `steps/judgement` tells it."""

    run_id: int
    told: dict[str, Any]  # empty for a run of before judgements were kept

    @property
    def is_judged(self) -> bool:
        """False for a run of before judgements were kept, which has its headline figures only."""
        return bool(self.told)

    @property
    def learned(self) -> str:
        """What the run was taught to say: fraud, kind or amount."""
        return str(self.told.get("learned", "fraud"))

    @property
    def is_rank(self) -> bool:
        """True when its scores rank amounts, and are no probabilities of fraud."""
        return self.learned == "amount"

    @property
    def judges_amounts_only(self) -> bool:
        """True when it predicts amounts, and no test row says what is fraud."""
        return self.is_rank and not self.told["frauds"]

    @property
    def test_key(self) -> str:
        """Two runs may be ranked only when both carry the same; "" when nothing was judged."""
        return str(self.told.get("test_key", ""))

    def value(self, metric: str) -> float | None:
        """Return a metric of the test part; None when it cannot be had."""
        found: float | None = self.told.get("metrics", {}).get(metric, {}).get("value")
        return found

    def interval(self, metric: str) -> tuple[float, float] | None:
        """Return the 95% interval of a metric; None when it cannot be had."""
        found = self.told.get("metrics", {}).get(metric, {})
        return (found["low"], found["high"]) if found.get("low") is not None else None


def of(run_id: int) -> Judgement:
    """Return the judgement of a finished run.

    Raises RunNotFound, and ModelNotReady while the run has no finished model.
    """
    return Judgement(run_id, _told(_folder(run_id)))


def replicates(run_id: int) -> Arrays:
    """Return the arrays of `steps/replicates` by name; empty when there are none.

    Raises as `of` does.
    """
    return _replicates(_folder(run_id))


def money(run_id: int, chosen: Costs) -> pd.DataFrame:
    """Return what every threshold would cost on the test part, as `costs.curve` says.

    Empty when nothing was judged. Raises as `of` does.
    """
    told, grid = of(run_id).told, replicates(run_id)
    if "alerts" not in grid:
        return pd.DataFrame()
    return costs.curve(grid, chosen, told["prevalence"], told["days"])


def test_scores(run_id: int) -> pd.DataFrame:
    """Return the scored test rows: row, score, label (NaN unlabelled), amount, time, by row.

    Raises as `of` does.
    """
    stored = pq.read_table(
        _folder(run_id) / "predictions.parquet", columns=SCORES, filters=[("part", "=", "test")]
    )
    scores: pd.DataFrame = stored.to_pandas().sort_values("row", ignore_index=True)
    return scores


def _folder(run_id: int) -> Path:
    with transaction(reading=True) as session:
        run = session.get(Run, run_id)
        if run is None:
            raise RunNotFound(run_id)
        if run.state != RunState.SUCCEEDED or run.artefact is None:
            raise ModelNotReady("This run has no finished model, so nothing was judged. Choose "
                                "another, or train it again.")  # fmt: skip
        folder = settings.data / run.artefact
    return store.fetched(folder)


@lru_cache(maxsize=KEPT)
def _told(folder: Path) -> dict[str, Any]:
    return judged.read_told(folder)


@lru_cache(maxsize=KEPT_ARRAYS)
def _replicates(folder: Path) -> Arrays:
    return judged.read_replicates(folder)
