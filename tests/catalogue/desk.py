"""What becomes of a file that is brought: refused, asked about, or accepted with rows aside."""

import io
import threading
import time

import pyarrow.parquet as pq

from backend import datasets, drafts, imports
from backend.dataset_view import Dataset
from backend.errors import FileRefused
from backend.import_view import ImportState
from backend.steps.checkup import Question
from settings import settings
from tests.backend.bringing import bring
from tests.catalogue.sheets import ROWS, as_bytes

PATIENCE_SECONDS = 300


def refusal(given: str | bytes, name: str = "transactions.csv") -> str:
    """Return the sentence with which a file is refused; nothing of the file is left."""
    before = traces()
    try:
        import_id = imports.start(io.BytesIO(as_bytes(given)), name)
    except FileRefused as refused:
        assert traces() == before
        return str(refused)
    over = ended(import_id)
    assert over.state is ImportState.FAILED, over
    assert over.dataset_id is None
    assert traces() == before
    return over.message


def question(given: str | bytes) -> Question:
    """Return what is asked about a file before it can be read; nothing of it is kept yet."""
    before = traces()
    asked = ended(imports.start(io.BytesIO(as_bytes(given)), "transactions.csv"))
    assert asked.state is ImportState.ASKING, asked
    assert traces() == before
    assert asked.question is not None
    return asked.question


def answered(given: str | bytes, option: int) -> imports.Import:
    """Return how the import of a file ends once its question is answered."""
    import_id = imports.start(io.BytesIO(as_bytes(given)), "transactions.csv")
    assert ended(import_id).state is ImportState.ASKING
    imports.answer(import_id, option)
    return ended(import_id)


def accepted(given: str | bytes, name: str = "transactions.csv", rows: int = ROWS) -> Dataset:
    """Return the dataset a file becomes: every row of it is there or put aside."""
    ready = drafts.accept(bring(given, name).id)
    assert ready.is_ready
    assert ready.rows + ready.quarantined == rows
    assert pq.read_metadata(datasets.parquet_path(ready.id)).num_rows == ready.rows
    assert len(aside(ready)) == ready.quarantined
    assert list((settings.data / "uploads").iterdir()) == []
    return ready


def aside(dataset: Dataset) -> list[tuple[int, str, str | None]]:
    """Return (line, reason, column) of every row that was put aside."""
    found = datasets.quarantine(dataset.id, 10_000, 0)
    columns = (found[name].tolist() for name in ("line", "reason", "column"))
    return [
        (line, reason, column if isinstance(column, str) else None)
        for line, reason, column in zip(*columns, strict=True)
    ]


def column(dataset: Dataset, name: str) -> list[object]:
    """Return one column of the rows that runs read, in file order."""
    found: list[object] = pq.read_table(datasets.parquet_path(dataset.id))[name].to_pylist()
    return found


def traces() -> tuple[list[int], list[str]]:
    """Return the datasets there are, and everything that lies where files are kept."""
    kept = [
        str(path.relative_to(settings.data))
        for place in ("uploads", "datasets")
        for path in (settings.data / place).rglob("*")
    ]
    return [dataset.id for dataset in datasets.list_all()], sorted(kept)


def ended(import_id: int) -> imports.Import:
    """Return how an import ended, or that it asks."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    over = (ImportState.DONE, ImportState.FAILED, ImportState.ASKING, ImportState.CANCELLED)
    while (found := imports.get(import_id)).state not in over:
        assert time.monotonic() < deadline, f"still {found.state}"
        time.sleep(0.02)
    for thread in threading.enumerate():
        if thread.name == f"import-{import_id}":
            thread.join()  # its last look at the table comes after the state changed
    return found
