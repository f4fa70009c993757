"""What is to be answered of each row, which rows count for more, and what cannot be learned."""

import numpy as np
import pandas as pd
import pytest

from backend.errors import NotTrainable
from tests.workers import learning
from workers.steps import read, targets
from workers.steps.aims import Aim
from workers.steps.losses import CROSS_ENTROPY, FOCAL, KINDS, SQUARED_ERROR

ROWS = 600


def table(folder, **changes):
    frame = learning.simulated(ROWS, share=0.12).assign(**changes)
    frame.to_parquet(folder / "rows.parquet")
    return read.open_table(folder / "rows.parquet", learning.COLUMNS, folder / "scratch"), frame


def kinds(names=("theft", "takeover")) -> list[str]:
    return [names[place % len(names)] for place in range(ROWS)]


def test_fraud_is_the_label_and_learns_by_the_loss_that_was_chosen(tmp_path):
    rows, _ = table(tmp_path)
    _, part = read.divide(rows, 3.0)
    aim = Aim.of(part["train"], "fraud", FOCAL)
    assert (aim.loss, aim.answers, aim.wanted(part["train"])) == (FOCAL, 1, None)
    assert np.array_equal(aim.marked(part["train"]), part["train"].label)
    assert aim.weight(aim.marked(part["train"]), 0.1) == (None, 0.1)


def test_kinds_are_places_and_never_a_feature(tmp_path):
    rows, frame = table(tmp_path, _kind=kinds())
    _, part = read.divide(rows, 3.0, learn="kind")
    train = part["train"]
    aim = Aim.of(train, "kind", CROSS_ENTROPY)
    assert (aim.loss, aim.answers, sorted(aim.kinds.names)) == (KINDS, 3, ["takeover", "theft"])
    wanted = aim.wanted(train)
    assert ((wanted == 0) == (train.label == 0)).all()
    named = np.array(["", *aim.kinds.names])[wanted.astype(int)]
    said = frame["_kind"].to_numpy()[train.rows]
    assert (named[train.label == 1] == said[train.label == 1]).all()


def test_an_amount_at_risk_counts_in_the_real_mix(tmp_path):
    rows, _ = table(tmp_path)
    _, part = read.divide(rows, 3.0, learn="amount")
    train = part["train"]
    aim = Aim.of(train, "amount", CROSS_ENTROPY)
    value = targets.amounts(train)
    assert (aim.loss, aim.answers) == (SQUARED_ERROR, 1)
    assert np.allclose(aim.wanted(train) * aim.spread + aim.middle, value)
    marked = aim.marked(train)
    assert np.array_equal(marked, value > 0)
    weight, left = aim.weight(marked, 0.25)
    assert left == 1.0 and weight.mean() == pytest.approx(1)
    assert weight[marked == 0] == pytest.approx(4 * weight[marked == 1][0])


def test_where_most_rows_are_worth_something_all_are_seen(tmp_path):
    rows, _ = table(tmp_path, _target=np.arange(float(ROWS)))
    _, part = read.divide(rows, 3.0, learn="amount")
    aim = Aim.of(part["train"], "amount", CROSS_ENTROPY)
    assert aim.marked(part["train"]).all()


def test_rows_without_label_or_number_teach_no_amount(tmp_path):
    label = pd.array([pd.NA] * 100 + [0, 1] * 250, dtype="Int8")
    rows, _ = table(tmp_path, _label=label)
    assert np.isnan(targets.labels(rows, "amount")[:100]).all()
    number = np.where(np.arange(ROWS) % 3 == 0, np.nan, 7.5)
    more, _ = table(tmp_path, _label=label, _target=number)
    known = ~np.isnan(targets.labels(more, "amount"))
    assert np.array_equal(known, ~np.isnan(number))


@pytest.mark.parametrize(
    ("changes", "learn", "why"),
    [
        ({"_kind": kinds(("theft",))}, "kind", "holds 1 kind"),
        ({"_target": 5.0}, "amount", "the same in all"),
    ],
)
def test_nothing_is_learned_from_what_is_all_the_same(tmp_path, changes, learn, why):
    rows, _ = table(tmp_path, **changes)
    _, part = read.divide(rows, 3.0, learn=learn)
    with pytest.raises(NotTrainable, match=why):
        Aim.of(part["train"], learn, CROSS_ENTROPY)


def test_kinds_need_a_column_that_tells_them(tmp_path):
    rows, _ = table(tmp_path)
    _, part = read.divide(rows, 3.0)
    with pytest.raises(NotTrainable, match="of which kind a fraud is"):
        targets.check(rows, part, "kind")
    targets.check(rows, part, "fraud")
