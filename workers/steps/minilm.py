"""The packaged sentence encoder, MiniLM-L6, written as ONNX beside a model that reads text.

The network is written down operation by operation and filled with the weights of the package:
no torch, under a second. Matrices are kept as whole numbers of 8 bits, 64 of which share a scale,
and become float32 when the file is opened: a quarter of the size, and the same numbers on every
processor, alone as in bulk; see decisions/0018-sentence-encoder.md.
Source: Reimers and Gurevych, "Sentence-BERT", 2019, for the mean over tokens; Wang et al.,
"MiniLM: Deep Self-Attention Distillation", 2020, for the network.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper, numpy_helper, save
from safetensors.numpy import load_file

from backend.errors import FileDamaged
from backend.files import sha256
from backend.steps.columns import Role, named
from backend.steps.sentences import FOLDER, MODEL, TOKENISER, WIDTH
from workers.family import Lesson
from workers.steps import package
from workers.steps.export import IR, OPSET

WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # their SHA-256
LAYERS, HEADS = 6, 12
SHARE = 64  # weights of one row that share a scale
HIGHEST = 127  # of a weight as a whole number
FUSED = "com.microsoft"  # operations of ONNX Runtime's own

Values = NDArray[np.float32]


def write_encoder(folder: Path) -> Path:
    """Write the packaged encoder into `folder`, 24 MB, and return the folder.

    Raises OptionsRefused when the package is not installed, FileDamaged when its weights are
    not those that this network was written for.
    """
    weights = package.folder() / "model.safetensors"
    if sha256(weights) != WEIGHTS:
        raise FileDamaged("The weights of the sentence encoder differ from the pinned ones.")
    folder.mkdir(parents=True, exist_ok=True)
    model = _network(load_file(weights))
    checker.check_model(model)
    save(model, str(folder / MODEL))
    shutil.copyfile(package.folder() / "tokenizer.json", folder / TOKENISER)
    return folder


def beside(lesson: Lesson) -> Path | None:
    """Return the folder of the encoder beside the lesson's model, written when first asked for.

    None where no column is text, and where the package is not installed: texts are then read by
    their words alone. Raises FileDamaged as `write_encoder` does.
    """
    if not (named(lesson.columns, Role.TEXT) and package.is_installed()):
        return None
    folder = lesson.order.folder / FOLDER
    return folder if (folder / MODEL).is_file() else write_encoder(folder)


@dataclass
class _Graph:
    """An ONNX graph in the making: operations in order, and the numbers they use."""

    weights: dict[str, Values]  # of the package, by name
    nodes: list[Any] = field(default_factory=list)
    held: list[Any] = field(default_factory=list)

    def hold(self, values: NDArray[Any]) -> str:
        """Keep an array with the graph and return its name."""
        name = f"held_{len(self.held)}"
        self.held.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def ints(self, *values: int) -> str:
        """Keep whole numbers with the graph and return their name."""
        return self.hold(np.array(values, dtype=np.int64))

    def many(self, outputs: int, kind: str, *given: str, **how: Any) -> list[str]:
        """Add an operation and return the names of what it gives."""
        names = [f"{kind}_{len(self.nodes)}_{place}" for place in range(outputs)]
        self.nodes.append(helper.make_node(kind, given, names, **how))
        return names

    def one(self, kind: str, *given: str, **how: Any) -> str:
        """Add an operation that gives one array and return its name."""
        return self.many(1, kind, *given, **how)[0]

    def linear(self, rows: str, *names: str) -> str:
        """Add linear layers side by side: (rows, tokens, in) -> (rows, tokens, sum of out)."""
        weight = np.concatenate([self.weights[f"{name}.weight"] for name in names])
        bias = np.concatenate([self.weights[f"{name}.bias"] for name in names])
        groups = weight.T.reshape(-1, SHARE, len(weight))  # (in / 64, 64, out)
        whole, scale = _as_whole_numbers(groups, axis=1)
        found = self.one("Mul", self.floats(self.hold(whole)), self.hold(scale))
        matrix = self.one("Reshape", found, self.ints(*weight.T.shape))
        return self.one("Add", self.one("MatMul", rows, matrix), self.hold(bias))

    def normal(self, rows: str, name: str) -> str:
        """Add the layer normalisation of this name."""
        gain, bias = (self.hold(self.weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.one("LayerNormalization", rows, gain, bias, axis=-1, epsilon=1e-12)

    def floats(self, values: str) -> str:
        """Add a cast to float32."""
        return self.one("Cast", values, to=TensorProto.FLOAT)


def _network(weights: dict[str, Values]) -> Any:
    """Return the encoder: input_ids and attention_mask (rows, tokens) -> vector (rows, 384)."""
    graph = _Graph(weights)
    mask = graph.one("Cast", "attention_mask", to=TensorProto.INT32)
    rows = _embedded(graph)
    for layer in range(LAYERS):
        rows = _layer(graph, rows, mask, f"encoder.layer.{layer}")
    _mean(graph, rows)
    given = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["rows", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    answer = helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["rows", WIDTH])
    body = helper.make_graph(graph.nodes, "sentences", given, [answer], graph.held)
    sets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(body, opset_imports=sets, ir_version=IR)


def _embedded(graph: _Graph) -> str:
    """Add what each token is, and where it stands."""
    whole, scale = _as_whole_numbers(graph.weights["embeddings.word_embeddings.weight"], axis=1)
    picked = [graph.one("Gather", graph.hold(each), "input_ids") for each in (whole, scale)]
    word = graph.one("Mul", graph.floats(picked[0]), picked[1])
    kind = graph.weights["embeddings.token_type_embeddings.weight"][0]  # one sentence: the first
    place = graph.hold(graph.weights["embeddings.position_embeddings.weight"] + kind)
    length = graph.one("Shape", "input_ids", start=1, end=2)
    place = graph.one("Slice", place, graph.ints(0), length, graph.ints(0))
    return graph.normal(graph.one("Add", word, place), "embeddings.LayerNorm")


def _layer(graph: _Graph, rows: str, mask: str, name: str) -> str:
    """Add attention among tokens, and what each token makes of it."""
    own = f"{name}.attention.self"
    asked = graph.linear(rows, f"{own}.query", f"{own}.key", f"{own}.value")
    sides = graph.many(3, "Split", asked, graph.ints(WIDTH, WIDTH, WIDTH), axis=-1)
    found = graph.one("MultiHeadAttention", *sides, "", mask, domain=FUSED, num_heads=HEADS)
    found = graph.linear(found, f"{name}.attention.output.dense")
    rows = graph.normal(graph.one("Add", rows, found), f"{name}.attention.output.LayerNorm")
    inner = graph.one("Gelu", graph.linear(rows, f"{name}.intermediate.dense"), domain=FUSED)
    found = graph.linear(inner, f"{name}.output.dense")
    return graph.normal(graph.one("Add", rows, found), f"{name}.output.LayerNorm")


def _mean(graph: _Graph, rows: str) -> None:
    """Add the mean over a text's tokens, brought to unit length."""
    there = graph.one("Unsqueeze", graph.floats("attention_mask"), graph.ints(2))
    tokens = graph.ints(1)
    total = graph.one("ReduceSum", graph.one("Mul", rows, there), tokens, keepdims=0)
    count = graph.one("ReduceSum", there, tokens, keepdims=0)
    mean = graph.one("Div", total, count)
    graph.nodes.append(helper.make_node("LpNormalization", [mean], ["vector"], axis=-1, p=2))


def _as_whole_numbers(weight: Values, axis: int) -> tuple[NDArray[np.int8], Values]:
    """Return weights as whole numbers -127 to 127 and the scale of each run along `axis`."""
    most = np.abs(weight).max(axis=axis, keepdims=True)
    scale = np.maximum(most, np.finfo(np.float32).tiny) / HIGHEST
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)
