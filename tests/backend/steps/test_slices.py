"""Slices share out the rows, and each is judged like a part of its own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.steps import metrics
from backend.steps.interval import wilson
from backend.steps.scored import DAY, Scored
from backend.steps.slices import AMOUNT, COLUMNS, LEGIBLE, MONTH, SEEN, WEEK, round_edges, table

JULY = 1_530_403_200.0  # 2018-07-01 UTC, a Sunday


def drawn(rows=4_000, clock="date", days=90, **other):
    draw = np.random.default_rng(0)
    label = (draw.random(rows) < 0.05).astype(np.int64)
    values = {
        "row": np.arange(rows),
        "label": label,
        "score": np.round(draw.random(rows) * 0.6 + label * 0.3, 2),
        "amount": np.round(draw.lognormal(3, 1, rows), 2),
        "time": JULY * (clock == "date") + np.sort(draw.random(rows)) * days * DAY,
        "entity": draw.integers(0, 50, rows),
    }
    return Scored(**{**values, "clock": clock, **other})


def test_each_kind_shares_out_all_rows():
    scored = drawn()
    told = table(scored, 0.6, scored.entity < 30)
    assert list(told.columns) == COLUMNS and told["kind"].unique().tolist() == [SEEN, AMOUNT, MONTH]
    sums = told.groupby("kind")[["rows", "frauds"]].sum()
    assert (sums["rows"] == 4_000).all() and (sums["frauds"] == scored.label.sum()).all()


def test_a_slice_is_judged_like_a_part_of_its_own():
    scored = drawn()
    mask = scored.entity < 30
    told = table(scored, 0.6, mask).set_index("name").loc["seen in training"]
    part = scored.some(mask)
    alert, frauds = part.score >= 0.6, part.label.sum()
    assert told["ap"] == pytest.approx(metrics.average_precision(part.label, part.score))
    assert told["recall"] == pytest.approx(alert[part.label == 1].mean())
    assert told["value"] == metrics.value_detection_rate(part.label, part.amount, alert)
    ends = np.ravel(wilson(part.label[alert].sum(), frauds))
    assert told[["low", "high"]].tolist() == pytest.approx(ends.tolist())


def test_months_of_dates_and_weeks_of_an_elapsed_clock():
    months = table(drawn(), 0.6)
    assert months[months["kind"] == MONTH]["name"].tolist() == ["2018-07", "2018-08", "2018-09"]
    elapsed = table(drawn(clock="elapsed", days=20), 0.6)
    weeks = elapsed[elapsed["kind"] == WEEK]["name"].tolist()
    assert weeks == ["week 1", "week 2", "week 3"]


def test_dates_of_one_month_are_told_week_by_week_from_monday():
    told = table(drawn(days=10), 0.6)
    weeks = told[told["kind"] == WEEK]["name"].tolist()
    assert weeks == ["from 2018-06-25", "from 2018-07-02", "from 2018-07-09"]


def test_more_weeks_than_a_person_reads_are_put_together():
    told = table(drawn(clock="elapsed", days=7 * 150), 0.6)
    weeks = told[told["kind"] == WEEK]
    assert len(weeks) == 50 <= LEGIBLE and weeks["rows"].sum() == 4_000
    assert weeks["name"].iloc[[0, -1]].tolist() == ["week 1 to week 3", "week 148 to week 150"]


def test_without_times_customers_or_several_slices_of_a_kind_it_is_left_out():
    assert set(table(drawn(clock="none"), 0.6)["kind"]) == {AMOUNT}
    assert set(table(drawn(days=5), 0.6, np.ones(4_000, dtype=bool))["kind"]) == {AMOUNT, WEEK}
    assert table(drawn(clock="none", amount=np.full(4_000, np.nan)), 0.6).empty


def test_few_frauds_have_no_ap_and_none_have_no_recall():
    scored = drawn(200, label=np.append(np.ones(9, dtype=np.int64), np.zeros(191, dtype=np.int64)))
    told = table(scored, 0.6, np.arange(200) < 100).set_index("name")
    assert told.loc["seen in training", ["rows", "frauds"]].tolist() == [100, 9]
    assert np.isnan(told.loc["seen in training", "ap"])
    assert told.loc["new", ["ap", "recall", "low", "high", "value"]].isna().all()


def test_a_slice_of_frauds_alone_has_no_ap():
    scored = drawn(100, label=np.append(np.ones(50, dtype=np.int64), np.zeros(50, dtype=np.int64)))
    told = table(scored, 0.0, np.arange(100) < 50).set_index("name")
    assert (
        np.isnan(told.loc["seen in training", "ap"]) and told.loc["seen in training", "value"] == 1
    )


def test_unknown_amounts_are_a_slice_and_refunds_lie_below_the_lowest_edge():
    amount = np.concatenate([[np.nan, -5.0, 0.0], np.geomspace(1, 1_000, 97)])
    told = table(drawn(100, clock="none", amount=amount), 0.6).set_index("name")
    assert told.index.tolist() == [
        "under 5", "5 to 20", "20 to 200", "200 to 1,000", "1,000 and more", "unknown",
    ]  # fmt: skip
    assert told.loc["unknown", "rows"] == 1
    assert told.loc["under 5", "rows"] == 2 + (amount[3:] < 5).sum()


@pytest.mark.parametrize(
    ("amount", "edges"),
    [
        (np.arange(1, 101), [20, 50, 100]),  # quarters 26, 50, 75 and 95: .75 is nearer to 100
        (np.full(9, 0.0123), [0.01]),
        (np.array([4_900_000.0]), [5_000_000]),
        (np.array([-3.0, 0, np.nan]), []),
        (np.array([]), []),
    ],
)
def test_amounts_are_cut_at_round_numbers(amount, edges):
    assert round_edges(np.asarray(amount, dtype=np.float64)) == edges


@given(st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=40))
def test_round_edges_rise_and_lie_near_the_amounts(amounts):
    edges = round_edges(np.array(amounts))
    assert edges == sorted(set(edges))
    assert all(min(amounts) / 1.6 <= edge <= max(amounts) * 1.6 for edge in edges)


def test_without_rows_there_are_no_slices():
    none = drawn().some(np.zeros(4_000, dtype=bool))
    assert table(none, 0.5, np.zeros(0, dtype=bool)).empty
    assert list(table(none, 0.5).columns) == COLUMNS
