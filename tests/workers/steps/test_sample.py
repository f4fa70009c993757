"""Every fraud is kept, and the share of the rest is told."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workers.steps import sample


@given(
    label=st.lists(st.integers(0, 1), max_size=200),
    per_fraud=st.floats(0, 20),
    seed=st.integers(0, 9),
)
def test_keeps_every_fraud_and_tells_the_share_kept(label, per_fraud, seed):
    truth = np.array(label, dtype=np.int64)
    rows, share = sample.draw(truth, per_fraud, seed)
    assert truth[rows].sum() == truth.sum()
    assert len(set(rows.tolist())) == len(rows)
    legitimate = int((truth == 0).sum())
    if legitimate:
        assert share == (truth[rows] == 0).sum() / legitimate


def test_draws_as_many_negatives_as_asked():
    label = np.zeros(10_000, dtype=np.int64)
    label[:50] = 1
    rows, share = sample.draw(label, 10, 0)
    assert len(rows) == 550
    assert share == 500 / 9_950


def test_every_epoch_draws_its_own_negatives_and_all_the_frauds():
    label = np.zeros(1_000, dtype=np.int64)
    label[::50] = 1
    rounds, share = sample.rounds(label, 10, 4, 0)
    assert [label[rows].sum() for rows in rounds] == [20] * 4
    assert share == 200 / 980
    negatives = np.concatenate([rows[label[rows] == 0] for rows in rounds])
    assert len(set(negatives.tolist())) == len(negatives) == 800


def test_epochs_that_need_more_negatives_than_there_are_begin_again():
    label = np.array([1] * 5 + [0] * 20, dtype=np.int64)
    for per_fraud in (0, 4, 100):
        rounds, share = sample.rounds(label, per_fraud, 3, 0)
        assert share == 1
        assert all(rows.tolist() == list(range(25)) for rows in rounds)


@given(
    label=st.lists(st.integers(0, 1), min_size=1, max_size=200),
    frauds=st.integers(0, 30),
    per_fraud=st.floats(0.1, 20),
    seed=st.integers(0, 9),
)
def test_few_keeps_no_more_frauds_than_asked_and_tells_the_share(label, frauds, per_fraud, seed):
    truth = np.array([*label, 0, 1], dtype=np.int64)
    rows, share = sample.few(truth, frauds, per_fraud, seed)
    there, kept = truth.sum(), truth[rows].sum()
    assert kept == min(frauds or there, there)
    assert len(set(rows.tolist())) == len(rows) > kept
    assert 0 < share <= 1


def test_a_few_of_many_correct_as_their_shares_ask():
    """8 of 80 frauds are a tenth, 16 of 920 legitimate rows 1.74%: 0.174 times as many."""
    label = np.array([1] * 80 + [0] * 920, dtype=np.int64)
    rows, share = sample.few(label, 8, 2, 0)
    assert label[rows].sum() == 8
    assert len(rows) == 24
    assert np.isclose(share, (16 / 920) / (8 / 80))


def test_the_look_stands_for_all_rows():
    label = np.zeros(10_000, dtype=np.int64)
    label[:500] = 1
    rows, weight = sample.look(label, 100, 1_000, 0)
    assert len(rows) == 1_100
    assert np.isclose(weight[label[rows] == 1].sum(), 500)
    assert np.isclose(weight[label[rows] == 0].sum(), 9_500)
    assert np.array_equal(rows, sample.look(label, 100, 1_000, 0)[0])


def test_nothing_to_look_at():
    rows, weight = sample.look(np.zeros(0, dtype=np.int64), 10, 10, 0)
    assert len(rows) == len(weight) == 0
