"""Datasets end to end: received, understood, changed, accepted, shown, deleted."""

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend import datasets, drafts, imports, pictures, uploads
from backend.errors import DatasetNotFound, FileRefused, TouchstoneError
from backend.steps.columns import Role
from backend.steps.folder import text_table
from backend.steps.recipe import Fix, Kind
from tests.backend.bringing import bring, roles, why
from tests.backend.launching import launch, offer

HEADER = "id,booked_at,card_id,amount,note,is_fraud\n"
ROWS = "".join(
    f"a{i},2024-01-{i % 28 + 1:02} 10:{i % 60:02}:00,c{i % 5},{i}.5,n{i % 3},{int(i % 10 == 0)}\n"
    for i in range(60)
)
GOOD = HEADER + ROWS


def test_sample_is_ready_and_one_however_often_it_is_pressed(house):
    first = imports.receive_sample()
    again = imports.receive_sample()

    assert first.is_ready
    assert again == datasets.get(first.id)
    assert [dataset.id for dataset in datasets.list_all()] == [first.id]
    assert (first.rows, first.quarantined, first.clock, first.currency) == (50_000, 0, "date", "€")
    assert 0.008 < first.fraud_rate < 0.0105


def test_accepted_rows_are_typed_and_in_file_order(each_house):
    dataset = drafts.accept(bring(GOOD).id)

    schema = pq.read_schema(datasets.parquet_path(dataset.id))
    assert {name: str(schema.field(name).type) for name in schema.names} == {
        "_row": "int64",
        "_label": "int8",
        "_amount": "double",
        "_time": "double",
        "_entity": "string",
        "_counterparty": "string",
        "id": "string",
        "note": "string",
    }
    rows = datasets.rows_of(dataset.id, range(60))
    assert list(rows["_row"]) == list(range(60))
    assert list(rows["_amount"]) == [i + 0.5 for i in range(60)]
    assert rows["_counterparty"].isna().all()
    assert dataset == datasets.get(dataset.id)
    assert (dataset.rows, dataset.frauds, dataset.fraud_amount) == (
        60,
        6,
        sum(range(0, 60, 10)) + 3,
    )
    assert dataset.fraud_rate == 0.1


def test_nothing_of_an_upload_is_left_after_accepting(house):
    dataset = drafts.accept(bring(GOOD).id)

    assert list((house / "uploads").iterdir()) == []
    assert drafts.accept(dataset.id) == dataset


def test_nothing_is_left_of_a_refused_file(house):
    with pytest.raises(FileRefused):
        bring(HEADER)

    assert list((house / "uploads").iterdir()) == []
    assert datasets.list_all() == []


def test_the_same_bytes_are_one_dataset_draft_or_ready(house):
    draft = bring(GOOD, "first.csv")

    assert bring(GOOD, "second.csv") == draft
    ready = drafts.accept(draft.id)
    assert bring(GOOD, "third.csv") == ready
    assert ready.name == "first"


def test_the_same_bytes_at_once_are_one_dataset(each_house):
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = list(pool.map(lambda _: bring(GOOD).id, range(4)))

    assert len(set(found)) == 1
    assert drafts.accept(found[0]).rows == 60


def test_accepted_twice_at_once_is_accepted_once(each_house):
    draft = bring(GOOD)

    with ThreadPoolExecutor(max_workers=3) as pool:
        accepted = list(pool.map(lambda _: drafts.accept(draft.id), range(3)))

    assert accepted == [datasets.get(draft.id)] * 3
    assert accepted[0].is_ready


def test_a_draft_whose_files_are_gone_says_so(house):
    draft = bring(GOOD)
    uploads.discard(uploads.folder_of(draft.content_hash))

    with pytest.raises(TouchstoneError, match="The upload is gone"):
        drafts.accept(draft.id)
    datasets.delete(draft.id)
    assert bring(GOOD).rows == 60


def test_newest_first(house):
    first, second = bring(GOOD), bring(GOOD + "z,2024-02-01 00:00:00,c1,1,n,0\n")

    assert [dataset.id for dataset in datasets.list_all()] == [second.id, first.id]


def test_a_role_changed_recounts_the_draft(house):
    draft = bring(GOOD)

    changed = drafts.fix(draft.id, [Fix(Kind.ROLE, "is_fraud", Role.IGNORE)])

    assert (changed.frauds, changed.unlabelled, changed.fraud_rate) == (0, 60, None)
    assert why(changed, "is_fraud") == "Chosen by you"
    back = drafts.fix(draft.id, [Fix(Kind.ROLE, "is_fraud", Role.LABEL)])
    assert (back.frauds, back.unlabelled) == (6, 0)
    without_time = drafts.fix(draft.id, [Fix(Kind.ROLE, "booked_at", Role.IGNORE)])
    assert (without_time.clock, without_time.first_time) == ("none", None)
    assert pictures.by_week(draft.id).empty


def test_a_second_amount_takes_the_place_of_the_first(house):
    rows = "".join(f"{i},{i * 2},{i % 2}\n" for i in range(1, 20))
    draft = bring("amount,fee,is_fraud\n" + rows)

    changed = drafts.fix(draft.id, [Fix(Kind.ROLE, "fee", Role.AMOUNT)])

    assert roles(changed) == {"amount": Role.NUMBER, "fee": Role.AMOUNT, "is_fraud": Role.LABEL}
    assert "fee took its place" in why(changed, "amount")
    assert changed.fraud_amount == 2 * draft.fraud_amount


def test_roles_of_accepted_or_unknown_columns_cannot_change(house):
    draft = bring(GOOD)
    with pytest.raises(TouchstoneError, match='no column "nope"'):
        drafts.fix(draft.id, [Fix(Kind.ROLE, "nope", Role.ID)])

    drafts.accept(draft.id)

    with pytest.raises(TouchstoneError, match="can no longer change"):
        drafts.fix(draft.id, [Fix(Kind.ROLE, "note", Role.ID)])


def test_an_unknown_label_names_column_value_and_line(house):
    text = HEADER + '"a\nb",2024-01-01 10:00:00,c1,1.5,n,0\n' + "short,row\n" + ROWS
    draft = bring(text + "z,2024-01-01 10:00:00,c1,1.5,n,maybe\n")

    assert (draft.quarantined, draft.unlabelled) == (1, 1)
    with pytest.raises(FileRefused, match='Column "is_fraud", line 65: 1 label is neither'):
        drafts.accept(draft.id)
    assert not datasets.get(draft.id).is_ready

    assert drafts.fix(draft.id, [Fix(Kind.ROLE, "is_fraud", Role.IGNORE)]).unlabelled == 62
    assert drafts.accept(draft.id).is_ready


def test_a_blank_label_is_unlabelled_never_legitimate(house):
    dataset = drafts.accept(bring(GOOD + "z,2024-01-01 10:00:00,c1,1.5,n,\n").id)

    assert (dataset.frauds, dataset.unlabelled) == (6, 1)
    assert pd.isna(datasets.rows_of(dataset.id, [60])["_label"][0])


def test_values_that_do_not_fit_a_chosen_role_are_named(house):
    draft = bring(GOOD)

    for role, what in ((Role.NUMBER, "60 numbers cannot"), (Role.TIME, 'The times cannot .* "n0"')):
        drafts.fix(draft.id, [Fix(Kind.ROLE, "note", role)])
        with pytest.raises(FileRefused, match=f'"note", line 2: {what}'):
            drafts.accept(draft.id)


def test_deleting_removes_row_and_files(each_house):
    draft, ready = bring(GOOD), drafts.accept(bring(GOOD + ROWS).id)

    datasets.delete(draft.id)
    datasets.delete(ready.id)

    assert datasets.list_all() == []
    assert not list(each_house.rglob("*.parquet"))
    with pytest.raises(DatasetNotFound):
        datasets.get(draft.id)
    assert bring(GOOD).rows == 60


def test_a_dataset_in_use_is_not_deleted(house):
    dataset = drafts.accept(bring(GOOD.replace(",0\n", ",1\n", 30)).id)
    offer()
    launch(dataset_id=dataset.id)

    with pytest.raises(TouchstoneError, match="Runs were trained on transactions"):
        datasets.delete(dataset.id)
    assert datasets.rows_of(dataset.id, [3])["_row"][0] == 3


def test_a_draft_has_no_parquet_yet(house):
    with pytest.raises(TouchstoneError, match="not accepted yet"):
        datasets.parquet_path(bring(GOOD).id)


def test_rows_come_in_the_order_asked_and_unknown_ones_are_left_out(house):
    dataset = drafts.accept(bring(GOOD).id)

    assert list(datasets.rows_of(dataset.id, [7, 2, 999, 7])["id"]) == ["a7", "a2", "a7"]
    assert datasets.rows_of(dataset.id, []).empty


def test_preview_has_the_files_own_headers_and_masks_ids(house):
    draft = bring(GOOD)

    shown = drafts.preview(draft.id, rows=2)
    assert list(shown.columns) == HEADER.strip().split(",")
    assert list(shown["card_id"]) == ["c•••", "c•••"]
    assert list(shown["booked_at"]) == ["2024-01-01 10:00:00", "2024-01-02 10:01:00"]

    ready = drafts.preview(drafts.accept(draft.id).id, rows=2)
    assert ready.equals(shown)


def test_progress_of_accepting_rises_to_all(house):
    seen: list[float] = []

    drafts.accept(bring(GOOD).id, lambda share, _: seen.append(share))

    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


def test_a_stolen_path_as_file_name_is_only_a_name(house):
    assert bring(GOOD, "../../etc/passwd.csv").name == "passwd"
    assert bring(GOOD + "\n", "x" * 999 + ".csv").name == "x" * 200


CELL = st.text(alphabet="ab ,;\"'\n€é0", max_size=6)
LINES = st.lists(
    st.one_of(
        st.tuples(CELL, CELL, CELL).map(lambda cells: ("good", cells)),
        st.sampled_from([("bad", "one"), ("bad", "one,two"), ("bad", "1,2,3,4")]),
    ),
    min_size=1,
    max_size=60,
)


@pytest.mark.slow
@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lines=LINES)
def test_every_row_is_either_kept_or_counted(house, lines):
    bad = sum(kind == "bad" for kind, _ in lines)
    lines += [("good", ("x", "y", "z"))] * (20 * bad + 1)  # so that the file is not refused
    text = "alpha,beta,gamma\n"
    for kind, content in lines:
        text += content if kind == "bad" else ",".join(_quoted(cell) for cell in content)
        text += "\n"

    kept = [understood(text) for _ in range(2)]

    assert kept[0] == kept[1]
    rows, unreadable, values = kept[0]
    good = [content for kind, content in lines if kind == "good"]
    assert (rows, unreadable) == (len(good), bad)
    assert values == [[cell.strip(" ") or None for cell in content] for content in good]


def understood(text: str) -> tuple[int, int, list[list[str | None]]]:
    draft = bring(text)
    folder = uploads.folder_of(draft.content_hash)
    stored = pq.read_table(text_table(folder)).to_pylist()
    datasets.delete(draft.id)
    values = [[(cell or "").strip(" ") or None for cell in row.values()] for row in stored]
    return draft.rows, draft.quarantined, values


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'
