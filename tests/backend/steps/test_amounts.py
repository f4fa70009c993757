"""Amounts by class: bins of a tenth of a decade, refunds and zeros apart."""

import numpy as np
import pandas as pd
import pytest

from backend.steps import amounts
from tests.backend.steps.drawn import drawn, table_of

LABELLED = "_label TINYINT, _amount DOUBLE"


def test_by_hand():
    given = (
        "(1, 1), (0, 1.25), (0, 1.26), (1, 1000), (0, 0), (0, -5), (1, -0.01), (NULL, 9), (1, NULL)"
    )
    found = amounts.count(table_of(LABELLED, given))
    assert found.to_numpy().tolist() == [
        [-1, 0, 1, 1],
        [0, 0, 0, 1],
        [1, 0, 1, 1],  # 1 and 1.25: below 10^0.1 = 1.2589
        [1, 1, 0, 1],
        [1, 30, 1, 0],
    ]


@pytest.mark.parametrize("seed", range(3))
def test_as_pandas_counts(seed):
    table, frame = drawn(seed)
    known = frame.dropna(subset=["_label", "_amount"])
    amount = known["_amount"].to_numpy(float)
    positive = amount > 0
    bins = np.where(positive, np.floor(np.log10(np.where(positive, amount, 1)) * 10), 0)
    by = [pd.Series(np.sign(amount).astype(int)), pd.Series(bins.astype(int))]
    fraud = pd.Series(known["_label"].to_numpy(int))
    wanted = pd.DataFrame({"frauds": fraud, "legitimate": 1 - fraud}).groupby(by).sum()
    found = amounts.count(table).set_index(["sign", "bin"])
    assert found.to_numpy().tolist() == wanted.to_numpy().tolist()
    assert found.index.tolist() == wanted.index.tolist()


def test_without_amounts_there_is_nothing():
    assert amounts.count(table_of(LABELLED, "(1, NULL), (NULL, 3)")).empty


class TestMedian:
    def test_lies_near_the_true_one(self):
        table, frame = drawn(7, 20_000)
        sums = amounts.count(table)
        sums = sums[sums["sign"] == 1]
        for who, label in (("frauds", 1), ("legitimate", 0)):
            known = frame[(frame["_label"] == label) & (frame["_amount"] > 0)]["_amount"]
            found = amounts.median(sums, who)
            assert found.value == pytest.approx(known.median(), rel=0.03)
            assert found.low < known.median() < found.high

    def test_of_one_row(self):
        found = amounts.median(amounts.count(table_of(LABELLED, "(1, 100)")), "frauds")
        assert 100 <= found.low <= found.value <= found.high <= 126

    def test_is_not_told_of_refunds_or_of_nobody(self):
        sums = amounts.count(table_of(LABELLED, "(1, -3), (1, 0), (1, 5)"))
        assert amounts.median(sums, "frauds") is None
        assert amounts.median(sums, "legitimate") is None
