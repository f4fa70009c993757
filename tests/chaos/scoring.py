"""The model of a schedule that scores, made by hand, and the scores it gives undisturbed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.chaos.house import House
from tests.chaos.inside import disk

LINEAR = """
<ir_version: 10, opset_import: ["": 17]>
linear (float[rows, {width}] vector) => (float[rows, 1] logit) <float[{width}, 1] weight>
{{ logit = MatMul(vector, weight) }}
"""


@dataclass(frozen=True)
class Model:
    """A finished run that nothing disturbed."""

    run_id: int
    scores: dict[int, float]  # of every row of its dataset


def finished(house: House, dataset_id: int, seed: int) -> Model:
    """Return a finished run of a dataset, whose model is drawn from a seed and has not scored."""
    from backend import datasets, files

    run_id = _add_run(dataset_id)
    folder = files.run_folder(run_id, 1)
    folder.mkdir(parents=True)
    _write(folder, dataset_id, seed)
    files.seal(folder)
    for path in folder.iterdir():
        disk.note(path.stat(), house.control)  # it is no part of what a power cut may take
    return Model(run_id, _scores(folder, datasets.parquet_path(dataset_id)))


def _add_run(dataset_id: int) -> int:
    from backend.states import RunState
    from db import Run, transaction

    with transaction() as session:
        run = Run(
            kind="train",
            name="By hand",
            dataset_id=dataset_id,
            family="chaos",
            preset="Quick check",
            idem_key=uuid4().hex,
            state=RunState.SUCCEEDED,
            attempt=1,
            created_at=datetime.now(UTC),
        )
        session.add(run)
        session.flush()
        run.artefact = f"runs/{run.id}/1"
        return run.id


def _write(folder: Path, dataset_id: int, seed: int) -> None:
    import onnx

    from backend import datasets
    from backend.reader import Reader
    from backend.scorer import MODEL
    from backend.steps.encode import Encoder

    dataset = datasets.get(dataset_id)
    frame = _frame(datasets.parquet_path(dataset_id), 0)
    encoder = Encoder.fit(frame, dataset.columns, dataset.clock)
    onnx.save(_drawn(encoder.apply(frame).shape[1], seed), folder / MODEL)
    Reader("vector", encoder.profile, dataset.columns, 1.0).write(folder)


def _drawn(width: int, seed: int) -> Any:
    import numpy as np
    from onnx import numpy_helper, parser

    model = parser.parse_model(LINEAR.format(width=width))
    weight = np.random.default_rng(seed).normal(0, 0.1, (width, 1)).astype(np.float32)
    model.graph.initializer.append(numpy_helper.from_array(weight, "weight"))
    return model


def _scores(folder: Path, dataset: Path) -> dict[int, float]:
    """Score every row group alone, as a piece of its own is scored."""
    import pyarrow.parquet as pq

    from backend.scorer import open_scorer

    scorer, found = open_scorer(folder), {}
    for group in range(pq.read_metadata(dataset).num_row_groups):
        frame = _frame(dataset, group)
        found.update(zip(frame["_row"].tolist(), scorer.score(frame).tolist(), strict=True))
    return found


def _frame(dataset: Path, group: int) -> Any:
    from workers.steps.predict import stored_frames

    (frame,) = stored_frames(dataset, None, range(group, group + 1))
    return frame
