"""Kinds of fraud: which are learned, where each row stands, and figures worked out by hand."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, log_loss

from backend.steps import kinds
from backend.steps.kinds import LEGITIMATE, OTHERS, Kinds
from backend.steps.metrics import average_precision

FEW = Kinds(("theft", "takeover"))
PLACE = np.array([0, 0, 0, 1, 1, 2])
CHANCE = np.array(
    [
        [0.8, 0.1, 0.1],
        [0.6, 0.3, 0.1],
        [0.3, 0.3, 0.4],
        [0.2, 0.5, 0.3],
        [0.6, 0.1, 0.3],
        [0.1, 0.3, 0.6],
    ]
)


def test_the_most_frequent_come_first_and_the_rare_ones_together():
    kind = ["theft"] * 12 + ["takeover"] * 20 + ["mule"] * 9 + ["theft"] * 50
    label = [1] * 41 + [0] * 50
    assert Kinds.fit(label, kind).names == ("takeover", "theft", OTHERS)
    assert Kinds.fit(label[:32], kind[:32]).names == ("takeover", "theft")


@pytest.mark.parametrize("nothing", [None, "", "none", "1", "yes", "?", np.nan])
def test_what_says_nothing_names_no_kind(nothing):
    learned = Kinds.fit([1] * 24, ["theft"] * 12 + [nothing] * 12)
    assert learned.names == ("theft", OTHERS)
    assert learned.places([1, 1, 0], [nothing, "theft", "theft"]).tolist() == [2, 1, 0]


def test_a_kind_never_learned_has_no_place_without_others():
    assert FEW.places([1, 1, 0, 1], ["takeover", "new", None, None]).tolist() == [2, -1, 0, -1]


def test_the_chance_of_fraud_is_shared_out_among_the_kinds():
    found = kinds.shared_out([0.5, 0.2], [[0.5, 0.5], [1.0, 0.0]])
    assert np.allclose(found, [[0.5, 0.25, 0.25], [0.8, 0.2, 0.0]])
    assert kinds.likeliest(FEW.names, [[0.4, 0.6], [1.0, 0.0]]).tolist() == ["takeover", "theft"]
    assert kinds.likeliest((), np.zeros((2, 0))).tolist() == [None, None]


def test_figures_worked_out_by_hand():
    told = kinds.judge(FEW, PLACE, CHANCE)
    assert told["names"] == [LEGITIMATE, "theft", "takeover"]
    # likeliest: legitimate legitimate takeover theft legitimate takeover
    assert told["confusion"] == [[2, 0, 1], [1, 1, 0], [0, 0, 1]]
    # F1: 4 of 6, 2 of 3, 2 of 3
    assert told["macro_f1"] == pytest.approx(2 / 3)
    assert told["log_loss"] == pytest.approx(-np.log([0.8, 0.6, 0.3, 0.5, 0.1, 0.6]).mean())
    assert told["right"] == pytest.approx(2 / 3)
    assert [each["frauds"] for each in told["kinds"]] == [2, 1]
    assert [each["ap"] for each in told["kinds"]] == [None, None]
    assert [each["right"] for each in told["kinds"]] == [0.5, 1.0]


def test_figures_are_those_of_scikit_learn():
    draw = np.random.default_rng(0)
    place = draw.integers(0, 3, 400)
    chance = draw.dirichlet(np.ones(3), 400)
    told = kinds.judge(FEW, place, chance)
    assert told["log_loss"] == pytest.approx(log_loss(place, chance))
    assert told["macro_f1"] == pytest.approx(f1_score(place, chance.argmax(1), average="macro"))
    for at in (1, 2):
        alone = average_precision(place == at, chance[:, at])
        assert told["kinds"][at - 1]["ap"] == pytest.approx(alone)


def test_rows_of_a_kind_never_learned_are_counted_and_left_out():
    told = kinds.judge(FEW, [*PLACE, -1], np.vstack([CHANCE, [1.0, 0.0, 0.0]]))
    assert told.pop("unlearned") == 1
    assert told == {k: v for k, v in kinds.judge(FEW, PLACE, CHANCE).items() if k != "unlearned"}


def test_without_a_row_there_are_no_figures():
    told = kinds.judge(FEW, [], np.zeros((0, 3)))
    assert told["rows"] == 0 and told["macro_f1"] is None and told["confusion"] == []
