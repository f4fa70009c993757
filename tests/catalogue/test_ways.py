"""Ways in: twice, at once, cut off, replaced meanwhile, into a model made of other columns."""

import io
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend import datasets, imports
from backend.errors import TouchstoneError
from backend.import_view import ImportState
from settings import settings
from tests.backend.bringing import bring
from tests.catalogue.desk import accepted, ended, traces
from tests.catalogue.sheets import ROWS, good


def test_c49_the_same_file_again_is_the_same_dataset(house) -> None:
    first = accepted(good(), "first.csv")
    before = traces()
    assert bring(good(), "second.csv") == first
    assert traces() == before


def test_c63_a_file_cut_off_midway_leaves_nothing(house) -> None:
    class Cut(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 0:
                raise ConnectionError("the browser went away")
            return super().read(100)

    before = traces()
    with pytest.raises(ConnectionError):
        imports.receive(Cut(good().encode()), "cut.csv")
    assert traces() == before


def test_c63_what_a_killed_process_left_goes_within_the_hour(house) -> None:
    left = settings.data / "uploads" / "copying-abc"
    left.mkdir(parents=True)
    (left / "text.parquet").write_bytes(b"half")
    old = time.time() - 3_700
    os.utime(left, (old, old))
    import_id = imports.start(io.BytesIO(good().encode()), "next.csv")
    assert not left.exists()
    assert ended(import_id).state is ImportState.DONE


def test_c64_two_files_at_once_do_not_mix(house) -> None:
    files = [good(40 + at) for at in range(4)]
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = list(pool.map(bring, files))
    assert [dataset.rows for dataset in found] == [40, 41, 42, 43]
    assert len({dataset.id for dataset in found}) == 4


def test_c65_a_file_replaced_while_it_is_read_is_not_kept(house, tmp_path, change) -> None:
    path = tmp_path / "big.csv"
    path.write_text(good(200_000))
    change(import_roots=str(tmp_path))
    import_id = imports.start_address(str(path))
    (tmp_path / "new.csv").write_text(good(10))
    (tmp_path / "new.csv").replace(path)
    found = ended(import_id)
    assert found.state is ImportState.FAILED
    assert found.message == (
        "The file changed while it was being read, so nothing of it was kept. Wait until whoever "
        "writes it has finished, then import it again."
    )
    assert datasets.list_all() == []


def test_c65_a_draft_whose_rows_are_gone_is_not_accepted(house) -> None:
    draft = bring(good())
    for path in (settings.data / "uploads").rglob("*.parquet"):
        path.unlink()
    from backend import drafts

    with pytest.raises(TouchstoneError, match="The upload is gone"):
        drafts.accept(draft.id)
    assert not datasets.get(draft.id).is_ready
    assert draft.rows == ROWS
