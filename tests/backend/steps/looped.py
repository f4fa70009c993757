"""Features of the past by plain loops over plain rows: what `past` must equal, and data for it."""

import math
from statistics import mean, stdev

import numpy as np
import pandas as pd

from backend.steps.columns import Column, Role
from backend.steps.features import DAY, WINDOWS, Plan

STRENGTH = 20
EARTH = 6371.0
COLUMNS = (
    Column("fraud", Role.LABEL, ""),
    Column("paid", Role.AMOUNT, ""),
    Column("when", Role.TIME, ""),
    Column("card", Role.ENTITY, ""),
    Column("shop", Role.COUNTERPARTY, ""),
    Column("trade", Role.CATEGORY, ""),
    Column("lat", Role.NUMBER, ""),
    Column("long", Role.NUMBER, ""),
    Column("home_lat", Role.NUMBER, ""),
    Column("home_long", Role.NUMBER, ""),
)


def drawn(rows: int, seed: int = 0, days: float = 20) -> pd.DataFrame:
    """Return transactions with equal times, missing values and copies, in no order."""
    draw = np.random.default_rng(seed)

    def some(values: list, missing: float) -> np.ndarray:
        found = np.array(draw.choice(values, rows), dtype=object)
        found[draw.random(rows) < missing] = None
        return found

    def numbers(values: np.ndarray, missing: float) -> np.ndarray:
        return np.where(draw.random(rows) < missing, np.nan, values)

    home = draw.choice([-50.0, 0.0, 60.0], (2, rows))
    return pd.DataFrame({
        "_row": np.arange(rows) + 3,
        "_label": pd.array(some([0, 0, 1], 0.2), dtype="Int8"),
        "_amount": numbers(draw.choice([0.1, 0.1, 10, 33.33, 1e5, -5], rows), 0.1),
        "_time": numbers(draw.integers(0, int(days * 48), rows) * 1800.0 + 1.6e9, 0.05),
        "_entity": pd.array(some(["a", "b", "c"], 0.1), dtype="str"),
        "_counterparty": pd.array(some(["x", "y", "z", "w"], 0.1), dtype="str"),
        "trade": pd.array(some(["food", "fuel", "toys"], 0.1), dtype="str"),
        "lat": numbers(draw.integers(-3, 3, rows).astype(float), 0.1),
        "long": numbers(draw.integers(-9, 9, rows).astype(float), 0.1),
        "home_lat": home[0],
        "home_long": home[1],
    })  # fmt: skip


def looped(plan: Plan, frame: pd.DataFrame) -> pd.DataFrame:
    """Return every feature of the plan for every row, computed one row at a time."""
    rows = [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]
    for row in rows:
        inside = any(start <= (row["_time"] or -1) < end for start, end in plan.uncovered)
        row["_label"] = None if inside else row["_label"]
    found = [_of_one(plan, rows, row) for row in rows]
    return pd.DataFrame(found, index=frame.index, columns=list(plan.words), dtype=float)


def _of_one(plan: Plan, rows: list[dict], row: dict) -> dict:
    found = {"_past_row_distance": _km(row, "lat", "long", row, "home_lat", "home_long")}
    if row["_time"] is None:
        return found

    def earlier(*keys: str) -> list[dict] | None:
        if any(row[key] is None for key in keys):
            return None
        same = [each for each in rows if all(each[key] == row[key] for key in keys)]
        past = [each for each in same if each["_time"] is not None]
        return [each for each in past if each["_time"] < row["_time"]]

    own, theirs = earlier("_entity"), earlier("_counterparty")
    pair, trade = earlier("_entity", "_counterparty"), earlier("trade")
    if own is not None:
        found |= _velocity(plan, "entity", own, row) | _distinct(plan, "entity", own, row)
        found |= {"_past_entity_hours_off": _hours_off(own, row)} | _travel(own, row)
        found |= {} if trade is None else {"_past_new_trade": not earlier("_entity", "trade")}
    if pair is not None:
        found |= _velocity(plan, "pair", pair, row)
    if theirs is not None:
        found |= _velocity(plan, "counterparty", theirs, row)
        found |= _distinct(plan, "counterparty", theirs, row, "_entity")
        for window in (None, *(window for window in plan.windows if window >= DAY)):
            found |= _risk(plan, "counterparty", theirs, row, window)
    return found if trade is None else found | _risk(plan, "trade", trade, row, None)


def _velocity(plan: Plan, subject: str, past: list[dict], row: dict) -> dict:
    name = f"_past_{subject}_"
    found = {f"{name}new": not past}
    if past:
        found[f"{name}since"] = row["_time"] - max(each["_time"] for each in past)
    for window in plan.windows:
        inside = [each for each in past if each["_time"] >= row["_time"] - window]
        amounts = [each["_amount"] for each in inside if each["_amount"] is not None]
        said = WINDOWS[window]
        found |= {f"{name}count_{said}": len(inside), f"{name}sum_{said}": sum(amounts)}
        if amounts:
            found |= {f"{name}mean_{said}": mean(amounts), f"{name}max_{said}": max(amounts)}
        if len(amounts) > 1:
            found[f"{name}std_{said}"] = stdev(amounts)
    amounts = [each["_amount"] for each in past if each["_amount"] is not None]
    if row["_amount"] is not None and amounts and mean(amounts) > 0:
        found[f"{name}ratio"] = row["_amount"] / mean(amounts)
    sizes = [_size(amount) for amount in amounts]
    if row["_amount"] is not None and len(sizes) > 1:
        found[f"{name}unusual"] = (_size(row["_amount"]) - mean(sizes)) / max(stdev(sizes), 0.05)
    return found


def _size(amount: float) -> float:
    return math.copysign(math.log1p(abs(amount)), amount)


def _distinct(
    plan: Plan, subject: str, past: list[dict], row: dict, other: str = "_counterparty"
) -> dict:
    return {
        f"_past_{subject}_distinct_{WINDOWS[window]}": len({
            each[other]
            for each in past
            if each["_time"] >= row["_time"] - window and each[other] is not None
        })
        for window in plan.windows
    }  # fmt: skip


def _risk(plan: Plan, subject: str, past: list[dict], row: dict, window: int | None) -> dict:
    until = row["_time"] - plan.delay
    start = -math.inf if window is None else until - window
    labels = [each["_label"] for each in past if start <= each["_time"] < until]
    labels = [label for label in labels if label is not None]
    ending = f"{subject}_{WINDOWS[window]}" if window else subject
    rate = (sum(labels) + STRENGTH * plan.prior) / (len(labels) + STRENGTH)
    return {f"_past_risk_{ending}": rate, f"_past_known_{ending}": bool(labels)}


def _hours_off(past: list[dict], row: dict) -> float:
    hands = [each["_time"] % 86400 / 86400 * 2 * math.pi for each in past]
    across, up = sum(map(math.cos, hands)), sum(map(math.sin, hands))
    if not past or math.hypot(across, up) / len(past) < 1e-6:
        return math.nan
    apart = abs(row["_time"] % 86400 / 3600 - math.atan2(up, across) * 12 / math.pi) % 24
    return min(apart, 24 - apart)


def _travel(past: list[dict], row: dict) -> dict:
    placed = [each for each in past if each["lat"] is not None and each["long"] is not None]
    if not placed:
        return {}
    # Among equal times the largest amount counts as the last one, an unknown one as largest.
    last = max(
        placed,
        key=lambda each: (
            each["_time"],
            math.inf if each["_amount"] is None else each["_amount"],
            each["long"],
            each["lat"],
        ),
    )
    moved = _km(last, "lat", "long", row, "lat", "long")
    hours = (row["_time"] - last["_time"]) / 3600
    return {"_past_entity_moved": moved, "_past_entity_speed": moved / hours}


def _km(one: dict, lat: str, long: str, two: dict, to_lat: str, to_long: str) -> float:
    ends = (one[lat], one[long], two[to_lat], two[to_long])
    if any(value is None for value in ends):
        return math.nan
    # The angle between two vectors: another formula than the haversine.
    a, b = (
        np.array([math.cos(u) * math.cos(v), math.cos(u) * math.sin(v), math.sin(u)])
        for u, v in (map(math.radians, ends[:2]), map(math.radians, ends[2:]))
    )
    return EARTH * math.atan2(np.linalg.norm(np.cross(a, b)), a @ b)
