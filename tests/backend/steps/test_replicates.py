"""Fast replicates equal explicitly repeated rows; intervals cover what is true."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from backend.steps.metrics import RATES, recall_at_fpr
from backend.steps.paired import interval
from backend.steps.replicates import METRICS, MONEY, Replicates, alert_grid, replicate
from backend.steps.resample import Resamples
from backend.steps.scored import UNKNOWN, Scored


def scored(label, score, amount=None) -> Scored:
    rows = len(label)
    unknown = np.full(rows, np.nan)
    return Scored(
        row=np.arange(rows),
        label=np.asarray(label, dtype=np.int64),
        score=np.asarray(score, dtype=np.float64),
        amount=unknown if amount is None else np.asarray(amount, dtype=np.float64),
        time=unknown,
        entity=np.full(rows, UNKNOWN),
    )


def judged(label, score, cluster=None, amount=None, times=100, seed=0) -> Replicates:
    cluster = np.arange(len(label)) if cluster is None else np.asarray(cluster)
    of = scored(label, score, amount)
    return replicate(of, Resamples(of.label, cluster, times, seed))


def precision_where_recall_reaches(label: np.ndarray, score: np.ndarray, percent: int) -> float:
    for threshold in np.unique(score)[::-1]:
        alerted = label[score >= threshold]
        if 100 * alerted.sum() >= percent * label.sum():
            return alerted.mean()
    raise AssertionError("every fraud is found at the lowest score")


# The Fraud Detection Handbook's toy example, with the amounts of the cost example.
TOY = (
    [1, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    [0.9, 0.35, 0.45, 0.4, 0.2, 0.2, 0.2, 0.1, 0.1, 0.0],
    None,
    [100, 300, 20, 50, 10, 10, 10, 5, 5, 5],
)


def test_the_point_values_of_the_handbook_toy() -> None:
    found = judged(*TOY)
    assert found.point["ap"] == pytest.approx(0.75)
    assert found.point["auroc"] == pytest.approx(0.875)
    assert [found.point[name] for name in RATES] == [0.5, 0.5, 0.5]
    curve = found.arrays
    assert curve["pr_recall"][[0, 49, 50, 99]].tolist() == [0.01, 0.5, 0.51, 1.0]
    assert curve["pr_precision"][[0, 49, 50, 99]].tolist() == [1.0, 1.0, 0.5, 0.5]
    assert curve["alerts"].tolist() == [1, 2, 3, 4, 7, 9, 10]
    assert curve["threshold"].tolist() == [0.9, 0.45, 0.4, 0.35, 0.2, 0.1, 0.0]
    assert curve["missed_amount"].tolist() == [300, 300, 300, 0, 0, 0, 0]
    assert curve["missed"].tolist() == [1, 1, 1, 0, 0, 0, 0]
    assert curve["tp"].tolist() == [1, 1, 1, 2, 2, 2, 2]
    assert curve["fp"].tolist() == [0, 1, 2, 2, 5, 7, 8]
    assert curve["fraud_amount"] == 400


def test_a_constant_score_has_the_prevalence_in_every_resample() -> None:
    found = judged([1, 0, 0, 0, 0], [0.5] * 5)
    assert found.point["ap"] == pytest.approx(0.2)
    assert (found.arrays["auroc"] == 0.5).all()
    assert found.arrays["alerts"].tolist() == [5] and found.arrays["missed"].tolist() == [0]
    assert (found.arrays["recall_at_5_fpr"] == 0).all()


ROWS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 12), st.integers(0, 5), st.integers(0, 50)),
    min_size=3,
    max_size=60,
)


@settings(max_examples=60)
@given(ROWS, st.integers(0, 9))
def test_fast_equals_rows_repeated(rows: list[tuple[int, int, int, int]], seed: int) -> None:
    label, score, cluster, amount = np.array(rows).T
    if label.min() == label.max():
        return
    cluster = np.unique(cluster, return_inverse=True)[1]
    found = judged(label, score, cluster, amount, times=5, seed=seed).arrays
    precision = []
    for number, one in enumerate(Resamples(label, cluster, times=5, seed=seed)):
        again = np.repeat(np.arange(len(label)), one.weight[cluster])
        y, s, money = label[again], score[again], amount[again]
        assert found["ap"][number] == pytest.approx(average_precision_score(y, s))
        assert found["auroc"][number] == pytest.approx(roc_auc_score(y, s))
        for name, rate in RATES.items():
            assert found[name][number] == pytest.approx(recall_at_fpr(y, s, rate))
        precision.append([precision_where_recall_reaches(y, s, n) for n in range(1, 101)])
        assert found["fraud_amount_resampled"][number] == (money * y).sum()
        for place, threshold in enumerate(found["threshold"]):
            low, alert = (y == 1) & (s < threshold), s >= threshold
            slow = money[low].sum(), low.sum(), y[alert].sum(), (1 - y[alert]).sum()
            assert [found[f"{name}_resampled"][number, place] for name in MONEY] == [*slow]
    low, high = np.quantile(precision, (0.025, 0.975), axis=0)
    assert found["pr_low"] == pytest.approx(low) and found["pr_high"] == pytest.approx(high)


def many(seed: int = 7, rows: int = 600, clusters: int = 40) -> tuple[np.ndarray, ...]:
    draw = np.random.default_rng(seed)
    label = (draw.random(rows) < 0.1).astype(int)
    cluster = np.unique(draw.integers(0, clusters, rows), return_inverse=True)[1]
    return label, np.round(draw.normal(label, 1), 1), cluster, draw.gamma(2, 30, rows)


def test_figures_ignore_any_rising_rescaling_of_the_scores() -> None:
    label, score, cluster, amount = many()
    plain = judged(label, score, cluster, amount).arrays
    risen = judged(label, np.exp(3 * score) - 7, cluster, amount).arrays
    assert all(np.array_equal(plain[name], risen[name]) for name in plain if name != "threshold")


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_figures_ignore_the_order_of_rows_within_clusters(seed: int) -> None:
    label, score, cluster, amount = many()
    order = np.random.default_rng(seed).permutation(len(label))
    plain, mixed = (
        judged(label[at], score[at], cluster[at], amount[at], times=10).arrays
        for at in (np.arange(len(label)), order)
    )
    for name, values in plain.items():
        assert mixed[name] == pytest.approx(values)


def test_rows_repeated_within_their_customer_add_no_certainty() -> None:
    label, score, cluster, amount = many()
    once = judged(label, score, cluster, amount).arrays
    tenfold = judged(*(np.repeat(each, 10) for each in (label, score, cluster, amount))).arrays
    assert tenfold["ap"] == pytest.approx(once["ap"])
    alone = judged(np.repeat(label, 10), np.repeat(score, 10), None, np.repeat(amount, 10)).arrays
    assert alone["ap"].std() < once["ap"].std() / 2


def test_two_runs_meet_the_same_resamples() -> None:
    label, score, cluster, amount = many()
    one, other = (judged(label, s, cluster, amount).arrays for s in (score, -score))
    # In each resample the reversed ranking has exactly the opposite AUROC.
    assert one["auroc"] + other["auroc"] == pytest.approx(np.ones(100))
    assert one["fraud_amount_resampled"] == pytest.approx(other["fraud_amount_resampled"])


def test_money_of_unknown_amount_counts_as_nothing() -> None:
    found = judged([1, 1, 0], [0.9, 0.5, 0.1], None, [np.nan, 40, 9]).arrays
    assert found["missed_amount"].tolist() == [40, 0, 0] and found["fraud_amount"] == 40


def test_resamples_of_other_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="other rows"):
        replicate(scored([1, 0], [0.1, 0.2]), Resamples(np.array([0, 1]), np.arange(2)))


def test_redrawn_resamples_are_counted() -> None:
    found = judged([1] + [0] * 99, np.arange(100), times=300)
    assert 100 < found.redrawn < 260  # .577 of 300 expected
    assert judged(*many()).redrawn == 0


@settings(max_examples=50)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=400))
def test_the_grid_alerts_ties_together_and_ends_with_every_row(drawn: list[int]) -> None:
    score = np.array(drawn, dtype=float)
    threshold, alerts = alert_grid(score)
    assert len(alerts) <= 200 and alerts[-1] == len(score)
    assert (np.diff(alerts) > 0).all() and (np.diff(threshold) < 0).all()
    assert alerts.tolist() == [(score >= t).sum() for t in threshold]
    assert threshold[0] == score.max()


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """Scores of two normals one apart: the true AUROC is Φ(1 / √2), .760."""
    truth, covered = NormalDist().cdf(1 / 2**0.5), 0
    for seed in range(100):
        draw = np.random.default_rng(seed)
        label = np.repeat([1, 0], [60, 400])
        found = judged(label, draw.normal(label, 1), times=200, seed=seed)
        low, high = interval(found.arrays["auroc"])
        covered += low <= truth <= high
    assert 87 <= covered <= 99  # 95 are meant; 100 tries know it to within some 4


def test_only_drawing_customers_covers_the_truth_when_their_rows_resemble_each_other() -> None:
    """Each customer's 20 rows share a shift, so 1,200 rows tell little more than 60 would."""
    truth, covered = NormalDist().cdf(1 / 2**0.5), {"customers": 0, "rows": 0}
    for seed in range(50):
        draw = np.random.default_rng(seed)
        customer = np.repeat(np.arange(60), 20)
        label = np.repeat(draw.random(60) < 0.3, 20).astype(int)
        score = label + np.repeat(draw.normal(0, 0.95, 60), 20) + draw.normal(0, 0.312, 1200)
        for name, cluster in (("customers", customer), ("rows", None)):
            found = judged(label, score, cluster, times=150, seed=seed)
            low, high = interval(found.arrays["auroc"])
            covered[name] += low <= truth <= high
    assert covered["customers"] >= 42 and covered["rows"] <= 30


def test_every_figure_named_is_stored() -> None:
    stored = judged(*TOY).arrays
    assert {*METRICS, *MONEY, "pr_recall", "pr_precision", "pr_low", "pr_high"} <= set(stored)
    shapes = {name: stored[f"{name}_resampled"].shape for name in MONEY}
    assert set(shapes.values()) == {(100, len(stored["alerts"]))}
    assert stored["tp_resampled"].dtype == np.float32 and stored["fraud_amount"].shape == ()
