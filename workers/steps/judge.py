"""What the scores of a run are worth: calibrated on validation, judged on test, kept for pages."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from backend import judged
from backend.reader import Reader
from backend.steps import calibration, drift, metrics, resample
from backend.steps.calibration import Calibrator
from backend.steps.columns import Column, Role, named
from backend.steps.judgement import Circumstances
from backend.steps.judgement import judge as judge_scores
from backend.steps.known_frauds import KnownFrauds, compromised
from backend.steps.scored import DAY, Scored, from_frame
from workers.order import Order
from workers.steps.foretell import judge_targets
from workers.steps.predict import FILE, SCHEMA

if TYPE_CHECKING:  # to score a dataset neither is needed, and loading them takes seconds
    import datasets

    from workers.steps.read import Part

PARTS = ("validation", "test")
MOST_GROUPS = 20  # values a column may have for its groups to be held against each other
MOST_DRIFTS = 30
DRIFT_ROWS = 100_000  # of each part, drawn with a fixed seed

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """What is known of every row of the dataset beside its score; all (N,), in file order."""

    number: Ints  # `_row`, rising
    entity: Ints  # a code, -1 where unknown
    day: NDArray[np.float64] | None  # None without a clock
    label: NDArray[np.float64]

    @classmethod
    def read(cls, table: "datasets.Dataset", clock: str) -> "Rows":
        """Return the rows of the dataset as `read.open_table` opened it."""
        own = table.select_columns(["_row", "_label", "_time", "_entity"]).with_format("pandas")[:]
        time = own["_time"].to_numpy(dtype=np.float64, na_value=np.nan)
        return cls(
            number=own["_row"].to_numpy(dtype=np.int64),
            entity=pd.factorize(own["_entity"])[0].astype(np.int64),
            day=None if clock == "none" else np.floor(time / DAY),
            label=own["_label"].to_numpy(dtype=np.float64, na_value=np.nan),
        )

    def scored(self, predictions: pd.DataFrame, clock: str) -> Scored:
        """Return predictions beside the entities of their rows."""
        places = np.searchsorted(self.number, predictions["row"].to_numpy(dtype=np.int64))
        return from_frame(predictions, self.entity[places], clock)


def judge(
    order: Order, table: "datasets.Dataset", part: Mapping[str, "Part"], reader: Reader
) -> dict[str, Any]:
    """Calibrate and judge what `predictions.parquet` of the order's folder holds.

    Its scores become calibrated ones; `judgement.json`, `replicates.npz` and `reader.json` are
    written. Returns the headline figures of both parts, JSON-ready, by part.
    """
    rows = Rows.read(table, order.clock)
    raw = pq.read_table(order.folder / FILE).to_pandas()
    checked = raw[raw["part"] == "validation"]
    calibrator = (
        _fit(rows.scored(checked, order.clock))
        if reader.is_probability
        else calibration.rank(checked["score"])
    )
    predictions = raw.assign(score=calibrator.apply(raw["score"].to_numpy()))
    pq.write_table(
        pa.Table.from_pandas(predictions, SCHEMA, preserve_index=False),
        order.folder / FILE,
        compression="zstd",
    )
    validation, test = (
        rows.scored(predictions[predictions["part"] == name], order.clock) for name in PARTS
    )
    every = predictions.loc[predictions["part"] == "test", "score"].to_numpy()
    calibrated = reader.calibrated(calibrator)
    calibrated.judged(validation.score, validation.label == 0, every).write(order.folder)
    known = {**part, "test": _labelled(part["test"])}
    about = Circumstances(
        validation=validation,
        calibrator=calibrator.method,
        seen=_seen(rows, part["train"], test),
        known=_known(rows, known, order) if test.has_entities else None,
        groups=_groups(order.columns, known["test"]),
        drift=tuple(_drift(order.columns, part, validation, test)),
    )
    told, arrays = judge_scores(test, about)
    told["learned"] = reader.learned
    told |= judge_targets(order.folder, reader, predictions, part)
    judged.write(order.folder, told, arrays)
    scored = dict(zip(PARTS, (validation, test), strict=True))
    return {name: metrics.judge(s.label, s.score).to_plain() for name, s in scored.items()}


def write(folder: Path, name: str, told: dict[str, Any]) -> None:
    """Write what pages read of a run as JSON."""
    (folder / name).write_text(json.dumps(told, allow_nan=False))


def _fit(validation: Scored) -> Calibrator:
    # By customers, whose rows resemble each other: single rows would keep what does not help.
    cluster, _ = resample.clusters(validation)
    return calibration.fit(validation.label, validation.score, cluster)


def _seen(rows: Rows, train: "Part", test: Scored) -> NDArray[np.bool_] | None:
    return np.isin(test.entity, rows.entity[train.rows]) if test.has_entities else None


def _known(rows: Rows, part: Mapping[str, "Part"], order: Order) -> KnownFrauds:
    masks = {name: np.zeros(len(rows.number), dtype=bool) for name in ("train", "test")}
    for name, mask in masks.items():
        mask[part[name].rows] = True
    days = order.label_delay_days
    return compromised(rows.entity, rows.day, rows.label, masks["train"], masks["test"], days)


def _labelled(part: "Part") -> "Part":
    """Return the rows that say whether they are fraud: one may predict an amount of others too."""
    return part.some(np.flatnonzero(part.columns(["_label"])["_label"].notna()))


def _groups(columns: tuple[Column, ...], test: "Part") -> dict[str, NDArray[Any]]:
    few = [c.name for c in columns if c.role is Role.CATEGORY and 2 <= c.distinct <= MOST_GROUPS]
    frame = test.columns(few)
    return {name: frame[name].to_numpy() for name in few}


def _drift(
    columns: tuple[Column, ...], part: Mapping[str, "Part"], validation: Scored, test: Scored
) -> list[dict[str, Any]]:
    """Tell how far the score moved since validation, and columns since training; most first."""
    found = {"score": drift.compare(validation.score, test.score)}
    names = ["_amount", *(c.name for c in columns if c.role in (Role.NUMBER, Role.CATEGORY))]
    before, after = (part[name].drawn(DRIFT_ROWS).columns(names) for name in ("train", "test"))
    for name in names:
        found[_shown(name, columns)] = drift.compare(before[name], after[name])
    told = [{"what": what, **asdict(moved)} for what, moved in found.items() if moved]
    return sorted(told, key=lambda one: -one["psi"])[:MOST_DRIFTS]


def _shown(name: str, columns: tuple[Column, ...]) -> str:
    """Return the file's own header of the amount; every other name is one already."""
    headers = named(columns, Role.AMOUNT)
    return headers[0] if name == "_amount" and headers else name
