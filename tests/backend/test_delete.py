"""A deleted dataset is gone: no file and no page of the database holds a cell or a name of it."""

import io
import sqlite3
from pathlib import Path

import pytest

from backend import datasets, drafts, imports, uploads
from backend.dataset_view import Dataset
from backend.steps.recipe import Fix, Kind
from tests.backend.importing import wait

NAME = "traceable_quartz"
CELLS = ("Zanzibar Lantern", "pelican@lagoon.example", "Ottoline")
TEXT = "time,amount,merchant,mail,first,is_fraud\n" + "".join(
    f"2024-01-{1 + n % 28:02d} 10:00:00,{n % 90}.50,{CELLS[0]} {n % 7},{CELLS[1]},{CELLS[2]},"
    f"{int(n % 50 == 0)}\n"
    for n in range(400)
)


def traces(house: Path, dataset: Dataset) -> list[str]:
    """Where anything of the dataset still stands below the data folder: file and what."""
    wanted = [NAME, *CELLS, dataset.content_hash, dataset.sealed_as]
    found = []
    for path in house.rglob("*"):
        held = path.read_bytes() if path.is_file() else b""
        found += [
            f"{path.relative_to(house)}: {text}"
            for text in filter(None, wanted)
            if text.encode() in held or text in str(path)
        ]
    return found


@pytest.fixture
def draft(house) -> Dataset:
    import_id = imports.start(io.BytesIO(TEXT.encode()), f"{NAME}.csv")
    return datasets.get(wait(import_id).dataset_id)


@pytest.mark.parametrize("accepted", [False, True], ids=["draft", "accepted"])
def test_no_trace_is_left_below_the_data_folder(house, draft, accepted):
    if accepted:
        drafts.accept(draft.id)
    assert traces(house, draft)
    datasets.delete(draft.id)
    assert traces(house, draft) == []
    assert not uploads.folder_of(draft.content_hash).exists()


def test_what_was_decided_about_other_files_of_its_kind_stays(house, draft):
    drafts.fix(draft.id, [Fix(Kind.ROLE, "mail", "ignore")])
    datasets.delete(draft.id)
    assert traces(house, draft) == []
    again = imports.receive(io.BytesIO(TEXT.encode()), "again.csv")
    assert next(column for column in again.columns if column.name == "mail").role == "ignore"


def test_its_import_is_forgotten_with_it(house, draft):
    datasets.delete(draft.id)
    with sqlite3.connect(house / "touchstone.db") as database:
        assert database.execute("SELECT count(*) FROM imports").fetchone() == (0,)
