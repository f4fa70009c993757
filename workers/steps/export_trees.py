"""Boosted trees as ONNX. Written by hand, see decisions/0015: converters give no logit."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, checker, helper, save

from workers.steps.export import IR, OPSET

TREES_DOMAIN, TREES_OPSET = "ai.onnx.ml", 3
BRANCH, LEAF = "BRANCH_LEQ", "LEAF"

Tree = dict[str, Any]  # as LightGBM's `dump_model` tells it


def export_trees(trees: Sequence[Tree], places: int, path: Path) -> None:
    """Write boosted trees as ONNX: vector (rows, places) -> logit (rows, 1), the sum of leaves.

    `trees` are the `tree_info` of a LightGBM model grown on float32 numbers of which none is
    missing. Raises ValueError at a split of another kind than "at most".
    """
    node = helper.make_node(
        "TreeEnsembleRegressor",
        ["vector"],
        ["logit"],
        domain=TREES_DOMAIN,
        n_targets=1,
        **_columns(trees),
    )
    graph = helper.make_graph(
        [node],
        "trees",
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["rows", places])],
        [helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["rows", 1])],
    )
    spoken = [helper.make_opsetid("", OPSET), helper.make_opsetid(TREES_DOMAIN, TREES_OPSET)]
    model = helper.make_model(graph, opset_imports=spoken, ir_version=IR)
    checker.check_model(model)
    save(model, str(path))


def _columns(trees: Sequence[Tree]) -> dict[str, Any]:
    """Return the operator's attributes: one entry per node, and one per leaf."""
    nodes = [
        {"treeids": number, **node}
        for number, tree in enumerate(trees)
        for node in _laid_out(tree["tree_structure"])
    ]
    leaves = [node for node in nodes if node["modes"] == LEAF]
    return {
        **{f"nodes_{key}": [node[key] for node in nodes] for key in nodes[0]},
        "target_treeids": [leaf["treeids"] for leaf in leaves],
        "target_nodeids": [leaf["nodeids"] for leaf in leaves],
        "target_ids": [0] * len(leaves),
        "target_weights": [leaf["values"] for leaf in leaves],
    }


def _laid_out(root: Tree) -> Iterator[dict[str, Any]]:
    """Yield the nodes of one tree by level, numbered from 0, each naming its children."""
    ordered = [root]
    for number, node in enumerate(ordered):  # it grows while it is walked
        if "split_feature" not in node:
            yield _node(number, LEAF, 0, float(np.float32(node["leaf_value"])), 0)
            continue
        if (node["decision_type"], node["missing_type"]) != ("<=", "None"):
            raise ValueError(f"A split is {node['decision_type']!r} with {node['missing_type']!r}")
        edge = _at_most(node["threshold"])
        yield _node(number, BRANCH, node["split_feature"], edge, len(ordered))
        ordered += [node["left_child"], node["right_child"]]


def _node(number: int, mode: str, feature: int, value: float, left: int) -> dict[str, Any]:
    return {
        "nodeids": number,
        "modes": mode,
        "featureids": feature,
        "values": value,
        "truenodeids": left,
        "falsenodeids": left + 1 if left else 0,
    }


def _at_most(threshold: float) -> float:
    """Return the largest float32 not above the threshold: it parts float32 numbers alike."""
    near = np.float32(threshold)
    # As Python floats: beside a float32 the threshold itself would be rounded to one.
    return float(near if float(near) <= threshold else np.nextafter(near, np.float32(-np.inf)))
