"""Boosted trees answer in ONNX as LightGBM answers, on the edges of their splits too."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.steps.session import open_session
from workers.steps import openmp
from workers.steps.export_trees import export_trees

openmp.lend()
import lightgbm as lgb  # noqa: E402


def grown(rounds=60, leaves=12):
    """Trees over numbers that repeat, so that many rows lie on the edge of a split."""
    draw = np.random.default_rng(0)
    vectors = np.round(draw.normal(size=(2_000, 6)), 1).astype(np.float32)
    label = (vectors[:, 0] + vectors[:, 1] * vectors[:, 2] > 1).astype(int)
    known = {"objective": "binary", "num_leaves": leaves, "verbose": -1, "num_threads": 1}
    return lgb.train(known, lgb.Dataset(vectors, label), rounds), vectors


def answers(booster, vectors, folder):
    export_trees(booster.dump_model()["tree_info"], vectors.shape[1], folder / "model.onnx")
    found = open_session(folder / "model.onnx").run(["logit"], {"vector": vectors})[0]
    assert found.shape == (len(vectors), 1)
    return found.ravel()


def test_every_row_gets_the_sum_of_its_leaves(tmp_path):
    booster, vectors = grown()
    trained = booster.predict(vectors, raw_score=True)
    assert np.abs(answers(booster, vectors, tmp_path) - trained).max() < 1e-5


@settings(max_examples=20)
@given(st.lists(st.floats(-4, 4, width=32), min_size=6, max_size=6))
def test_rows_never_seen_get_it_too(tmp_path_factory, row):
    booster, _ = GROWN
    vectors = np.array([row], dtype=np.float32)
    found = answers(booster, vectors, tmp_path_factory.mktemp("trees"))
    assert found == pytest.approx(booster.predict(vectors, raw_score=True), abs=1e-5)


GROWN = grown()


def splits(tree):
    if "split_feature" in tree:
        yield tree["split_feature"], tree["threshold"]
        yield from splits(tree["left_child"])
        yield from splits(tree["right_child"])


def test_the_numbers_nearest_to_each_split_go_the_same_way(tmp_path):
    """A threshold lies between two float32 numbers; rounded to one, it would let it pass.

    Those about zero stand at 1e-35, up to which LightGBM takes every number for zero.
    """
    booster, seen = GROWN
    rows = []
    for tree in booster.dump_model()["tree_info"]:
        for feature, threshold in splits(tree["tree_structure"]):
            near = np.float32(threshold)
            if abs(near) < 1e-30:
                continue
            for value in (np.nextafter(near, -np.inf), near, np.nextafter(near, np.inf)):
                rows.append(seen[len(rows)].copy() if len(rows) < len(seen) else seen[0].copy())
                rows[-1][feature] = value
    vectors = np.array(rows, dtype=np.float32)
    trained = booster.predict(vectors, raw_score=True)
    assert np.abs(answers(booster, vectors, tmp_path) - trained).max() < 1e-5


def test_a_tree_without_a_split_is_a_constant(tmp_path):
    vectors = np.zeros((50, 2), dtype=np.float32)
    known = {"objective": "binary", "verbose": -1, "num_threads": 1}
    booster = lgb.train(known, lgb.Dataset(vectors, np.arange(50) % 5 == 0), 3)
    found = answers(booster, vectors, tmp_path)
    assert found == pytest.approx(np.full(50, np.log(0.2 / 0.8)), abs=1e-5)


def test_a_split_of_another_kind_is_refused(tmp_path):
    draw = np.random.default_rng(0)
    vectors = draw.integers(0, 9, (500, 1)).astype(np.float64)
    known = {"objective": "binary", "verbose": -1, "num_threads": 1, "min_data_per_group": 1}
    data = lgb.Dataset(vectors, vectors[:, 0] % 2, categorical_feature=[0])
    with pytest.raises(ValueError, match="=="):
        answers(lgb.train(known, data, 3), vectors, tmp_path)
