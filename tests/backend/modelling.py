"""A finished run with a model made by hand: a scoring needs one, and no test needs it trained."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from backend import attempts, files, runs
from backend.reader import Reader
from backend.scorer import MODEL
from backend.steps.columns import to_plain
from backend.steps.encode import Encoder
from db import Dataset, Piece, transaction
from settings import settings
from tests.backend.launching import add_dataset, launch, offer
from tests.workers.learning import COLUMNS, simulated

ROWS, GROUP = 600, 100


def finished() -> int:
    """Return a finished run, of a dataset of 600 rows in 6 row groups, whose model answers."""
    offer()
    dataset_id = add_dataset(rows=ROWS)
    with transaction() as session:
        dataset = session.get_one(Dataset, dataset_id)
        dataset.columns = to_plain(COLUMNS)
        path = settings.data / "datasets" / dataset.content_hash / "rows.parquet"
    path.parent.mkdir(parents=True)
    simulated(ROWS).to_parquet(path, row_group_size=GROUP)
    attempt = attempts.claim(launch("key", dataset_id), "worker-1")
    folder = files.run_folder(attempt.run_id, attempt.number)
    folder.mkdir(parents=True)
    encoder = Encoder.fit(simulated(200), COLUMNS, "date")
    _write_model(folder, encoder.apply(simulated(1)).shape[1])
    Reader("vector", encoder.profile, COLUMNS, 1.0).write(folder)
    files.seal(folder)
    artefact = str(folder.relative_to(settings.data))
    attempts.succeed(attempt.run_id, attempt.number, artefact=artefact)
    return attempt.run_id


def launched(run_id: int, key: str = "all") -> int:
    """Launch the scoring of a finished run's dataset, in pieces of one row group each."""
    scoring = runs.launch_scoring(run_id, key)
    with transaction() as session:
        for number in range(ROWS // GROUP):
            share = {"first_group": number, "groups": 1, "rows": GROUP}
            session.add(Piece(run_id=scoring, number=number, state="queued", **share))
    return scoring


def _write_model(folder, width: int) -> None:
    places = [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["rows", width])]
    logit = [helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["rows", 1])]
    drawn = np.random.default_rng(0).normal(0, 0.1, (width, 1)).astype(np.float32)
    weight = numpy_helper.from_array(drawn, "weight")
    product = helper.make_node("MatMul", ["vector", "weight"], ["logit"])
    graph = helper.make_graph([product], "linear", places, logit, [weight])
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), folder / MODEL)
