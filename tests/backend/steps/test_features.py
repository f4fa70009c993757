"""A plan names what can be computed of a dataset, in words, and says why the rest cannot."""

import json
from dataclasses import replace

import numpy as np
import pytest

from backend.steps.columns import Column, Role
from backend.steps.features import DAY, HOUR, Plan
from tests.backend.steps.looped import COLUMNS, drawn

FRAME = drawn(200)
PLAN = Plan.fit(FRAME, COLUMNS, delay=DAY)


def without(**columns) -> Plan:
    return Plan.fit(FRAME.assign(**columns), COLUMNS, delay=DAY)


def test_everything_is_computed_where_everything_is_there() -> None:
    assert PLAN.left_out == {}
    assert PLAN.windows == (HOUR, DAY, 7 * DAY, 30 * DAY)
    assert (PLAN.entity, PLAN.counterparty, PLAN.amount) == ("card", "shop", "paid")
    assert PLAN.categories == ("trade",)
    assert PLAN.place == ("lat", "long") and PLAN.home == ("home_lat", "home_long")
    assert PLAN.prior == pytest.approx(FRAME["_label"].mean())


def test_words_say_it_in_the_names_of_the_file() -> None:
    words = PLAN.words
    assert words["_past_entity_sum_7d"] == "Sum of paid of the same card in the 7 days before"
    assert words["_past_pair_new"] == "First transaction of the same card and shop together"
    assert words["_past_entity_distinct_1h"] == "Different shop of the same card in the hour before"
    assert words["_past_new_trade"] == "First time that the same card has this trade"
    assert words["_past_row_distance"] == "Kilometres from lat and long to home_lat and home_long"
    assert words["_past_known_counterparty_7d"] == (
        "Whether there were transactions of the same shop whose outcome was known "
        "in the 7 days before them"
    )


@pytest.mark.parametrize(
    ("gone", "subject", "why", "marks"),
    [
        ("_entity", "entity", "No column says whose transaction it is.",
         ("_entity_", "_pair_", "_new_", "_distinct_")),
        ("_counterparty", "counterparty", "No column says with whom.",
         ("_counterparty_", "_risk_counterparty", "_known_counterparty", "_pair_", "_distinct_")),
        ("_amount", "amount", "No column says how much.",
         ("_sum_", "_mean_", "_max_", "_std_", "_ratio", "_unusual")),
        ("_label", "risk", "The training part has no labels.", ("_risk_", "_known_")),
    ],
)  # fmt: skip
def test_what_a_file_lacks_is_left_out_with_a_reason(
    gone: str, subject: str, why: str, marks: tuple[str, ...]
) -> None:
    plan = without(**{gone: np.nan if gone == "_amount" else None})
    assert plan.left_out == {subject: why}
    lost = set(PLAN.words) - set(plan.words)
    own = {"_past_counterparty_new"} if gone == "_entity" else set()  # of the shop alone
    assert lost == {name for name in PLAN.words if any(mark in name for mark in marks)} - own


def test_without_a_time_nothing_is_earlier() -> None:
    plan = without(_time=np.nan)
    assert list(plan.left_out) == ["past"]
    assert list(plan.words) == ["_past_row_distance"]


@pytest.mark.parametrize(
    ("tick", "windows", "hours"),
    [
        (HOUR, (HOUR, DAY, 7 * DAY, 30 * DAY), True),
        (DAY, (DAY, 7 * DAY, 30 * DAY), False),
        (7 * DAY, (7 * DAY, 30 * DAY), False),
        (30.4375 * DAY, (), False),
    ],
)
def test_a_coarse_clock_leaves_what_it_can_tell(tick: float, windows: tuple, hours: bool) -> None:
    plan = without(_time=np.arange(200) % 20 * tick)
    assert plan.windows == windows and plan.hours is hours
    assert "_past_entity_since" in plan.words and "_past_entity_ratio" in plan.words
    assert ("windows" in plan.left_out) == (len(windows) < 4)


def test_columns_that_name_the_card_are_not_followed() -> None:
    frame = FRAME.assign(town="town of " + FRAME["_entity"], same="always", free=FRAME["trade"])
    columns = (*COLUMNS, *(Column(name, Role.CATEGORY, "") for name in ("same", "free")))
    assert Plan.fit(frame, columns, DAY).categories == ("trade", "free")


def test_six_columns_are_followed_those_that_say_most() -> None:
    draw = np.random.default_rng(0)
    names = [f"c{number}" for number in range(8)]
    frame = FRAME.assign(**{name: draw.choice(["p", "q"], 200) for name in names})
    frame["c7"] = np.where(frame["_label"].fillna(0) == 1, "bad", "good")
    columns = (*COLUMNS, *(Column(name, Role.CATEGORY, "") for name in names))
    found = Plan.fit(frame, columns, DAY).categories
    assert (
        len(found) == 6
        and found[-1] == "c7"
        and list(found) == sorted(found, key=["trade", *names].index)
    )


def test_labels_of_uncovered_periods_are_no_prior() -> None:
    start, end = FRAME["_time"].min(), FRAME["_time"].median()
    plan = Plan.fit(FRAME, COLUMNS, DAY, [(start, end)])
    late = FRAME[~((FRAME["_time"] >= start) & (FRAME["_time"] < end))]
    assert plan.prior == pytest.approx(late["_label"].mean())


def test_a_plan_survives_json() -> None:
    for plan in (PLAN, without(_time=np.nan), replace(PLAN, uncovered=((1.0, 2.0),))):
        assert Plan.from_plain(json.loads(json.dumps(plan.to_plain()))) == plan


def test_no_rows_no_plan() -> None:
    with pytest.raises(ValueError, match="at least one training row"):
        Plan.fit(FRAME[:0], COLUMNS, DAY)
