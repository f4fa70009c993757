"""A new key: everything sealed is sealed anew, and nothing is lost however it ends."""

import pyarrow.parquet as pq
import pytest

from backend import datasets, drafts, new_key, privacy, uploads
from backend.dataset_view import Dataset
from backend.errors import FileDamaged
from backend.steps.folder import text_table
from settings import settings
from tests.backend.bringing import bring

ROWS = 200


def people(first: str = "Ann") -> str:
    rows = "".join(
        f"2024-01-{row % 28 + 1:02} 10:00:00,C{row % 5},{row}.5,{first}{row},Bell,{row % 2}\n"
        for row in range(ROWS)
    )
    return "booked_at,card,amount,first,last,is_fraud\n" + rows


def names(dataset: Dataset) -> list[str]:
    """Return what the sealed first names say."""
    table = pq.read_table(datasets.parquet_path(dataset.id))
    return [
        privacy.unseal(cell, dataset.sealed_as, "first", row)
        for cell, row in zip(table["first"].to_pylist(), table["_row"].to_pylist(), strict=True)
    ]


def test_datasets_and_drafts_are_sealed_anew_and_say_the_same(house) -> None:
    ready, draft = drafts.accept(bring(people()).id), bring(people("Bo"))
    before = pq.read_table(datasets.parquet_path(ready.id))
    assert new_key.turn() == (2, 4 * ROWS)
    after = pq.read_table(datasets.parquet_path(ready.id))
    assert all(cell.startswith("s2:") for cell in after["first"].to_pylist())
    assert after.drop_columns(["first", "last"]).equals(before.drop_columns(["first", "last"]))
    assert names(ready) == [f"Ann{row}" for row in range(ROWS)]
    kept = pq.read_table(text_table(uploads.folder_of(draft.content_hash)))
    assert privacy.unseal(kept["c3"][7].as_py(), draft.sealed_as, "first", 7) == "Bo7"
    assert names(drafts.accept(draft.id))[199] == "Bo199"


def test_rows_put_aside_leave_the_seals_of_the_others_whole(house) -> None:
    ready = drafts.accept(bring(people().replace(",7.5,", ",12abc,")).id)
    assert ready.rows == ROWS - 1
    new_key.turn()
    assert names(ready) == [f"Ann{row}" for row in range(ROWS) if row != 7]


def test_what_was_ended_midway_is_taken_up_again(house) -> None:
    first, second = (drafts.accept(bring(people(name)).id) for name in ("Ann", "Bo"))
    privacy.turn_key()
    damaged = datasets.parquet_path(first.id)  # the newest dataset is sealed first
    whole = damaged.read_bytes()
    damaged.write_bytes(b"not a table")
    with pytest.raises(Exception, match="Parquet"):
        new_key.seal_anew()
    assert [path.name for path in damaged.parent.glob("draft-*")] == []
    damaged.write_bytes(whole)
    assert new_key.seal_anew() == (2, 2 * ROWS)  # the other one is done already
    assert names(first)[0] == "Ann0" and names(second)[0] == "Bo0"
    assert new_key.seal_anew() == (2, 0)


def test_another_installations_key_changes_nothing(house, tmp_path, change) -> None:
    ready = drafts.accept(bring(people()).id)
    whole = datasets.parquet_path(ready.id).read_bytes()
    kept = settings.keys
    change(keys=str(tmp_path / "other.json"))
    with pytest.raises(FileDamaged, match="does not open"):
        new_key.turn()
    assert datasets.parquet_path(ready.id).read_bytes() == whole
    change(keys=kept)
    assert names(ready)[5] == "Ann5"


def test_the_command_says_what_it_did(house, capsys) -> None:
    drafts.accept(bring(people()).id)
    assert new_key.main() == 0
    said = f"Key 2 writes from now on; {2 * ROWS} cells were sealed anew.\n"
    assert capsys.readouterr().out == said
    settings.key_file.write_text("{}")
    assert new_key.main() == 1
    assert "holds no keys" in capsys.readouterr().err
