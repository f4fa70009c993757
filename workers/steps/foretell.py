"""How well kinds of fraud, or amounts, are foretold on the test part."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.reader import Reader
from backend.scorer import open_scorer
from backend.steps import kinds, regression
from backend.steps.kinds import Kinds

if TYPE_CHECKING:
    from workers.steps.read import Part

TEST = "test"


def judge_targets(
    folder: Path, reader: Reader, predictions: pd.DataFrame, part: Mapping[str, "Part"]
) -> dict[str, Any]:
    """Return {"kinds": ...} or {"amounts": ...} as `kinds.judge` and `regression.judge` tell it.

    `predictions` as `predict.SCHEMA` says, calibrated. Empty for a model of fraud alone.
    """
    test = predictions[predictions["part"] == TEST]
    if reader.learned == "kind":
        return {"kinds": _kinds(folder, reader, test, part[TEST])}
    if reader.learned == "amount":
        from workers.steps.targets import amounts  # Arrow tables: not needed to score

        predicted = _beside(part[TEST], test["predicted"], test["row"])
        told = regression.judge(amounts(part[TEST]), predicted)
        is_money = "_target" not in part[TEST].table.column_names
        return {"amounts": {**told, "money": is_money}}
    return {}


def _kinds(folder: Path, reader: Reader, test: pd.DataFrame, part: "Part") -> dict[str, Any]:
    told, scorer = Kinds(reader.kinds), open_scorer(folder)
    place = told.places(part.label, part.columns(["_kind"])["_kind"])
    given = [np.zeros((0, len(reader.kinds))), *(scorer.kinds(each) for each in part.frames())]
    score = _beside(part, test["score"], test["row"])
    return kinds.judge(told, place, kinds.shared_out(score, np.vstack(given)))


def _beside(part: "Part", values: pd.Series, row: pd.Series) -> NDArray[np.float64]:
    """Return the value of each row of a part (n,), of values given by the number of their row."""
    ordered = values.set_axis(row).reindex(part.columns(["_row"])["_row"])
    return ordered.to_numpy(dtype=np.float64)
