"""Groups with high fraud rates: counted as pandas counts them, and luck is not called a finding."""

import numpy as np
import pandas as pd
import pytest

from backend.steps import groups
from backend.steps.duck import quoted
from backend.steps.interval import wilson
from tests.backend.steps.drawn import as_table, drawn, table_of


def test_by_hand():
    rows = ["('a', 1)"] * 20 + ["('a', 0)"] * 20 + ["('b', 1)"] * 1 + ["('b', 0)"] * 199
    rows += ["('few', 1)"] * 29 + ["('clean', 0)"] * 500 + ["('a', NULL)"] * 50 + ["(NULL, 1)"] * 40
    found = groups.rank(table_of("shop VARCHAR, _label TINYINT", ", ".join(rows)), {"shop": "shop"})
    assert found[["column", "value", "rows", "frauds", "stands_out"]].to_numpy().tolist() == [
        ["shop", "a", 40, 20, True],
        ["shop", "b", 200, 1, False],
    ]
    assert found["rate"].tolist() == [0.5, 0.005]
    assert found["low"][0] == pytest.approx(0.3520, abs=1e-4)
    assert found["high"][0] == pytest.approx(0.6480, abs=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_as_pandas_counts(seed):
    table, frame = drawn(seed)
    known = frame.dropna(subset=["_label"]).assign(fraud=lambda rows: rows["_label"].astype(int))
    parts = []
    for name in ("shop", "city"):
        sums = known.groupby(name)["fraud"].agg(["size", "sum"]).reset_index(names="value")
        parts.append(sums.assign(column=name))
    wanted = pd.concat(parts)
    wanted = wanted[(wanted["size"] >= 30) & (wanted["sum"] >= 1)]
    wanted["low"] = wilson(wanted["sum"], wanted["size"])[0]
    wanted = wanted.sort_values(["low", "column", "value"], ascending=[False, True, True]).head(10)
    found = groups.rank(table, {name: quoted(name) for name in ("shop", "city")})
    assert not found["stands_out"].any()
    for mine, theirs in (
        ("column", "column"),
        ("value", "value"),
        ("rows", "size"),
        ("frauds", "sum"),
    ):
        assert found[mine].tolist() == wanted[theirs].tolist()
    assert found["low"].to_numpy() == pytest.approx(wanted["low"].to_numpy())


def test_the_luckiest_of_many_does_not_stand_out_but_a_bad_one_does():
    draw = np.random.default_rng(0)
    shop, fraud = draw.integers(0, 2_000, 100_000), draw.random(100_000) < 0.01
    frame = pd.DataFrame({"shop": [f"s{n}" for n in shop], "_label": fraud.astype("int8")})
    alike = groups.rank(as_table(frame), {"shop": "shop"})
    assert len(alike) == groups.MOST
    assert not alike["stands_out"].any()
    frame.loc[frame["shop"] == "s7", "_label"] = 1
    bad = groups.rank(as_table(frame), {"shop": "shop"})
    assert bad.loc[bad["stands_out"], "value"].tolist() == ["s7"]


@pytest.mark.parametrize("labels", ["('a', NULL)", "('a', 0)", "('a', 1)"])
def test_one_class_or_none_is_no_fault(labels):
    rows = ", ".join([labels] * 50)
    found = groups.rank(table_of("shop VARCHAR, _label TINYINT", rows), {"shop": "shop"})
    assert not found["stands_out"].any()
    assert groups.rank(table_of("shop VARCHAR, _label TINYINT", rows), {}).empty
