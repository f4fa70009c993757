"""Trees stop where validation stops gaining, by average precision or by loss."""

import math

import numpy as np
import pytest

from backend.steps import metrics
from workers.steps.grow import AP, LOSS, Ground, Rows, grow
from workers.steps.regress import losses
from workers.steps.tune import USUAL


def rows(count, seed, frauds=0.2):
    draw = np.random.default_rng(seed)
    vectors = draw.normal(size=(count, 5)).astype(np.float32)
    edge = np.quantile(vectors[:, 0] * vectors[:, 1], 1 - frauds)
    noise = draw.random(count) < 0.1
    noise &= frauds > 0
    label = ((vectors[:, 0] * vectors[:, 1] > edge) ^ noise).astype(np.int64)
    return Rows(vectors, label, np.ones(count))


def ground(check, kept_share=1.0):
    return Ground.prepare(rows(1_500, 0), check, kept_share, threads=1, seed=0)


def never(_round):
    return False


@pytest.mark.parametrize(("count", "metric"), [(1_000, AP), (250, LOSS)])
def test_the_best_round_is_the_best_of_all_rounds(count, metric):
    check = rows(count, 1)
    land = ground(check)
    assert land.metric == metric
    trees = grow(land, USUAL[1], never)
    longer = grow(land, USUAL[1], never, rounds=trees.rounds + 50).booster
    figures = []
    for used in range(1, trees.rounds + 51):
        logit = longer.predict(check.vectors, raw_score=True, num_iteration=used)
        judged = metrics.average_precision(check.label, logit)
        figures.append(judged if metric == AP else -losses(check.label, logit).mean())
    assert trees.rounds == 1 + int(np.argmax(np.round(figures, 12)))
    assert abs(trees.figure) == pytest.approx(abs(max(figures)), abs=1e-6)
    assert np.array_equal(
        trees.logits(check.vectors),
        longer.predict(check.vectors, raw_score=True, num_iteration=trees.rounds),
    )


def test_a_row_that_stands_for_several_weighs_as_much():
    check = rows(1_000, 1)
    twice = Rows(
        np.concatenate([check.vectors, check.vectors[check.label == 0]]),
        np.concatenate([check.label, check.label[check.label == 0]]),
        np.ones(len(check) + int((check.label == 0).sum())),
    )
    weighed = Rows(check.vectors, check.label, np.where(check.label == 0, 2.0, 1.0))
    one, other = (grow(ground(each), USUAL[1], never) for each in (twice, weighed))
    assert one.rounds == other.rounds
    assert one.figure == pytest.approx(other.figure)


def test_growing_ends_when_told_and_keeps_what_was_best():
    land = ground(rows(1_000, 1))
    asked = []
    trees = grow(land, USUAL[0], lambda number: asked.append(number) or number == 4)
    assert asked == [0, 1, 2, 3, 4] and 1 <= trees.rounds <= 5


def test_a_given_number_of_rounds_is_grown_whatever_validation_says():
    trees = grow(ground(rows(1_000, 1)), USUAL[1], never, rounds=321)
    assert trees.rounds == 321 and math.isnan(trees.figure)


def test_no_row_has_no_logit():
    trees = grow(ground(rows(1_000, 1)), USUAL[1], never, rounds=2)
    assert trees.logits(np.zeros((0, 5), dtype=np.float32)).shape == (0,)
    assert trees.leaves == sum(tree["num_leaves"] for tree in trees.dumped()) <= 62
