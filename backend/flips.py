"""Which transactions two runs decide differently, and which of the two was right."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend import judgements, predictions, runs
from backend.steps.formulas import safe
from settings import settings

COLUMNS = ["row", "change", "right", "amount", "label", "score_a", "score_b", "time"]
CHANGES = {  # (fraud, B alerts) -> what B changed
    (1, True): "caught",
    (1, False): "missed",
    (0, True): "stopped",
    (0, False): "passed",
}
BETTER = {"caught": "B", "missed": "A", "stopped": "A", "passed": "B"}
EXPORT_BATCH = 5_000
KEPT = 16  # pairs of runs whose changed decisions are held


def between(run_a: int, run_b: int, threshold_a: float, threshold_b: float) -> pd.DataFrame:
    """Return the test transactions that one run alerts and the other does not.

    A score equal to a run's threshold raises its alert. Columns: row, change ("caught",
    "missed", "stopped", "passed": what B does and A did not; "" without a label), right ("A"
    or "B", "" without a label), amount, label (1, 0, NaN), score_a, score_b, time. By falling
    amount, those without one last, then by row. Only transactions that both runs scored are
    compared; empty when they agree on all. Raises RunNotFound, and ModelNotReady when a run
    has no finished model.
    """
    found = _between(settings.data, (run_a, threshold_a), (run_b, threshold_b))
    return found.copy()


@lru_cache(maxsize=KEPT)
def _between(_data: Path, one: tuple[int, float], other: tuple[int, float]) -> pd.DataFrame:
    """Compare once: the scores of a finished run never change."""
    (run_a, threshold_a), (run_b, threshold_b) = one, other
    a, score_b = _paired(judgements.test_scores(run_a), judgements.test_scores(run_b))
    alerted = score_b >= threshold_b
    changed = np.flatnonzero((a["score"].to_numpy() >= threshold_a) != alerted)
    flipped = a.take(changed).rename(columns={"score": "score_a"})
    flipped = flipped.assign(score_b=score_b[changed], alerted=alerted[changed])
    flipped["label"] = flipped["label"].astype("float64")
    known = zip(flipped["label"], flipped["alerted"], strict=True)
    flipped["change"] = [CHANGES.get((label, alert), "") for label, alert in known]
    flipped["right"] = [BETTER.get(change, "") for change in flipped["change"]]
    ordered = flipped.sort_values(["amount", "row"], ascending=[False, True], na_position="last")
    found: pd.DataFrame = ordered[COLUMNS].reset_index(drop=True)
    return found


def _paired(a: pd.DataFrame, b: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """The rows of `a` that are in `b` too, and what `b` scored them."""
    if not np.array_equal(a["row"], b["row"]):
        a = a[a["row"].isin(b["row"])]
        b = b[b["row"].isin(a["row"])]
    return a, b["score"].to_numpy(dtype=np.float64)


def counts(flipped: pd.DataFrame) -> dict[str, int]:
    """Return how many transactions changed in each way, every way named, and "" without a label."""
    found = flipped["change"].value_counts()
    return {change: int(found.get(change, 0)) for change in (*BETTER, "")}


def amounts(flipped: pd.DataFrame) -> dict[str, float]:
    """Return the amount of the transactions that changed in each way; unknown amounts are 0."""
    worth = np.nan_to_num(flipped["amount"].to_numpy(dtype=np.float64), nan=0.0)
    found = pd.Series(worth, index=flipped["change"]).groupby(level=0).sum()
    return {change: float(found.get(change, 0.0)) for change in BETTER}


def export_csv(run_b: int, flipped: pd.DataFrame) -> Iterator[bytes]:
    """Give the changed transactions as CSV (UTF-8, CRLF) in chunks, in the order given.

    Columns as `between`, row counted from 1, then the dataset's own columns with customers and
    identifiers masked. No cell can run as a formula. One header line when nothing changed.
    """
    dated = runs.get(run_b).clock == "date"
    for start in range(0, max(len(flipped), 1), EXPORT_BATCH):
        batch = flipped.iloc[start : start + EXPORT_BATCH]
        table = predictions.with_details(run_b, batch)
        table["row"] = table["row"] + 1
        if dated:
            when = pd.to_datetime(table["time"], unit="s", utc=True)
            table["time"] = when.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        text = safe(table).to_csv(index=False, header=start == 0, lineterminator="\r\n")
        yield text.encode()
