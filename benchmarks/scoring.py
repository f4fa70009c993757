"""Scoring a whole dataset over one worker and over two, each with one thread.

The workers are trainers as `make up` starts them, with the embedded broker and SQLite between them.
The model is a network made by hand that takes as much arithmetic a row as a Balanced transaction
transformer: what is measured is how the work is shared.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
import onnx
import pandas as pd
from onnx import TensorProto, helper, numpy_helper
from sqlalchemy import func, select

from backend import attempts, datasets, drafts, files, imports, offers, predictions, runs, simulator
from backend.dataset_view import Dataset
from backend.predictions import Filters
from backend.reader import Reader
from backend.scorer import MODEL
from backend.steps.duck import GROUP
from backend.steps.encode import Encoder
from benchmarks import report
from benchmarks.house import temporary_house
from db import Piece, Prediction, Run, transaction
from settings import ROOT, environment, settings

ROWS = 6 * GROUP  # in as many pieces
WIDTH, LAYERS = 2048, 4  # 34 million operations a row
WORKERS = (1, 2)
ROUNDS = 3
TRAINER = ("celery", "--quiet", "-A", "workers.queue", "worker", "--loglevel=error")


def main() -> None:
    """Write the table of workers, seconds, rows a second and how many times as fast."""
    with temporary_house():
        model = _finished(_imported())
        with _process("workers.broker"):
            taken = [(count, _scored(model, count)) for _ in range(ROUNDS) for count in WORKERS]
    seconds = {count: median(took for each, took in taken if each == count) for count in WORKERS}
    rows = [
        {
            "workers": count,
            "threads each": 1,
            "seconds": seconds[count],
            "rows a second": ROWS / seconds[count],
            "times one worker": seconds[1] / seconds[count],
        }
        for count in WORKERS
    ]
    note = (
        f"{ROWS:,} rows in {ROWS // GROUP} pieces, from the launch to the last score in the "
        f"database. Medians of {ROUNDS} rounds; load of the machine while it ran: "
        f"{os.getloadavg()[2]:.1f} on {os.cpu_count()} cores."
    )
    report.write("scoring", "A dataset scored over workers", rows, note)


def _imported() -> Dataset:
    path = settings.data / "bench.csv"
    simulator.write_csv(path, ROWS, seed=5)
    with path.open("rb") as file:
        return drafts.accept(imports.receive(file, path.name).id)


def _finished(dataset: Dataset) -> int:
    """Return a finished run on a dataset, whose model is the network made by hand."""
    with transaction() as session:
        run = Run(
            kind="train", name="bench", dataset_id=dataset.id, family="logistic", preset="",
            idem_key="bench", state="queued", created_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(run)
        session.flush()
        run_id = run.id
    attempt = attempts.claim(run_id, "bench")
    assert attempt is not None
    folder = files.run_folder(run_id, attempt.number)
    folder.mkdir(parents=True)
    sample = pd.read_parquet(datasets.parquet_path(dataset.id)).head(5_000)
    encoder = Encoder.fit(sample, dataset.columns, dataset.clock)
    _write_network(folder / MODEL, encoder.apply(sample.head(1)).shape[1])
    Reader("vector", encoder.profile, dataset.columns, 1.0).write(folder)
    files.seal(folder)
    artefact = str(folder.relative_to(settings.data))
    attempts.succeed(run_id, attempt.number, artefact=artefact)
    return run_id


def _write_network(path: Any, width: int) -> None:
    draw = np.random.default_rng(0)
    sizes = [width, *[WIDTH] * LAYERS, 1]
    nodes, weights, last = [], [], "vector"
    for layer, shape in enumerate(pairwise(sizes)):
        drawn = draw.normal(0, shape[0] ** -0.5, shape).astype(np.float32)
        weights.append(numpy_helper.from_array(drawn, f"weight{layer}"))
        is_last = layer == LAYERS
        product = "logit" if is_last else f"product{layer}"
        nodes.append(helper.make_node("MatMul", [last, f"weight{layer}"], [product]))
        if not is_last:
            last = f"hidden{layer}"
            nodes.append(helper.make_node("Relu", [product], [last]))
    given = [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["rows", width])]
    answer = [helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["rows", 1])]
    graph = helper.make_graph(nodes, "network", given, answer, weights)
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), path)


def _scored(model: int, workers: int) -> float:
    """Return the seconds that so many workers, who wait for it already, took to score it all."""
    with ExitStack() as trainers:
        for _ in range(workers):
            trainers.enter_context(_process(*TRAINER))
        while len(offers.workers()) < workers:
            time.sleep(0.2)
        began = time.monotonic()
        scoring = runs.launch_scoring(model, f"{workers} {began}")
        while runs.get(scoring).is_live:
            time.sleep(0.1)
        took = time.monotonic() - began
    run = runs.get(scoring)
    assert run.scored_rows == predictions.count(model, Filters(part="all")) == ROWS, run.reason
    print(f"{workers} workers: {took:.1f} s, pieces of each: {_shares(scoring)}", flush=True)
    _forget(model)
    return took


def _shares(scoring: int) -> list[int]:
    with transaction(reading=True) as session:
        each = select(func.count()).where(Piece.run_id == scoring).group_by(Piece.worker)
        return list(session.scalars(each))


def _forget(model: int) -> None:
    """Delete the scores, so that the next round stores as many."""
    with transaction() as session:
        session.query(Prediction).where(Prediction.run_id == model).delete()


@contextmanager
def _process(*module: str) -> Iterator[None]:
    """A process of the house, ended as `make up` ends it."""
    named = {"TOUCHSTONE_DATA": str(settings.data), "TOUCHSTONE_TRAINER_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", *module],
        cwd=ROOT,
        env=environment(**named, OMP_WAIT_POLICY="PASSIVE"),
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
