"""A thousand card numbers, names and birthdays go the whole way; none is found again anywhere."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from redis import Redis

from backend import datasets, drafts, offers, predictions, runs
from backend.errors import TouchstoneError
from backend.predictions import Filters
from backend.states import RunState
from backend.steps.columns import Role
from backend.steps.masking import SEALED
from tests import canaries
from tests.backend.bringing import bring
from tests.canaries import HEADER, MARK, WRITTEN, found_in, numbers, transactions, written
from tests.workers.learning import tiny_encoder
from workers.announce import offered
from workers.tasks import work

CANARIES = numbers(1_000)
WANTED = set(CANARIES)
SMALL = {"epochs": 1, "negatives_per_fraud": 4, "max_length": 64}


def all_rows() -> list[list[str]]:
    return transactions(1_400, CANARIES)


def leaks(house: Path) -> list[tuple[str, list[str]]]:
    return canaries.leaks(house, WANTED)


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    for way in WRITTEN:
        (tmp_path / "log").write_text(f"a {WRITTEN[way](CANARIES[5])} b")
        assert [name for name, _ in leaks(tmp_path)] == ["log"], way
    (tmp_path / "log").write_text(f"{MARK}bell17 born 1873-02-11")
    assert leaks(tmp_path) == [("log", [f"{MARK}bell17", "1873-02-11"])]


def test_nothing_is_found_in_what_is_kept_of_a_file(house: Path, capfd, caplog) -> None:
    caplog.set_level("DEBUG")
    draft = bring(written(all_rows()), f"cards {CANARIES[0]}.csv")
    assert leaks(house) == []
    ready = drafts.accept(draft.id)
    assert leaks(house) == []

    roles = {column.name: column.role for column in ready.columns}
    assert {name for name, role in roles.items() if role is Role.SEALED} == {"first", "last", "dob"}
    assert {"cvv", "pin block"} & set(_stored(ready).column_names) == set()
    assert ready.protected["first"]["sealed"] == ready.protected["dob"]["sealed"] == 1_400
    assert ready.protected["cvv"]["dropped"] and ready.protected["pin block"]["dropped"]
    hidden = sum(ready.protected[name]["cards"] for name in ("card", "merchant", "note"))
    assert hidden >= 0.995 * 1_400
    assert all(SEALED.fullmatch(cell) for cell in _stored(ready)["first"].to_pylist())

    shown = datasets.get(ready.id), drafts.preview(ready.id).to_csv()
    assert found_in(f"{shown} {caplog.text} {capfd.readouterr()}", WANTED) == []


def _stored(dataset):
    return pq.read_table(datasets.parquet_path(dataset.id))


def spoilt(place: str, value: str) -> str:
    rows = all_rows()
    rows[700][HEADER.index(place)] = value
    return written(rows)


@pytest.mark.parametrize("way", ["plain", "spaces", "full width"])
@pytest.mark.parametrize("place", ["is_fraud", "amount", "booked_at"])
def test_no_message_about_a_cell_repeats_the_card_in_it(
    house: Path, capfd, caplog, place: str, way: str
) -> None:
    caplog.set_level("DEBUG")
    told = ""
    try:
        draft = bring(spoilt(place, WRITTEN[way](CANARIES[3])))
        told += str([draft, *drafts.faults(draft.id)])
        told += str(datasets.quarantine(drafts.accept(draft.id).id, 100, 0).to_dict())
    except TouchstoneError as refusal:
        told += str(refusal)
    assert found_in(f"{told} {caplog.text} {capfd.readouterr()}", WANTED) == []
    assert leaks(house) == []


@pytest.mark.parametrize(
    "line",
    [
        "{card},too short",
        "a,b,c,{card},e,f,g,h,i,j,k,too long",
        'a,{card},"c"d,e,f,g,h,i,j,k,0',
        f"{MARK}ann,{{card}}",
    ],
)
def test_rows_put_aside_tell_no_card_and_no_name(house: Path, capfd, caplog, line: str) -> None:
    caplog.set_level("DEBUG")
    lines = written([r for r in all_rows() if "\n" not in r[4]]).splitlines()
    lines.insert(700, line.format(card=CANARIES[3]))
    ready = drafts.accept(bring("\n".join(lines) + "\n").id)
    assert ready.quarantined == 1
    aside = datasets.quarantine(ready.id, 100, 0).to_csv()
    assert found_in(f"{aside} {caplog.text} {capfd.readouterr()}", WANTED) == []
    assert leaks(house) == []


def test_a_card_in_a_header_is_told_nowhere(house: Path) -> None:
    header = tuple(f"card {CANARIES[8]}" if name == "card" else name for name in HEADER)
    ready = drafts.accept(bring(written(all_rows(), header)).id)
    assert found_in(str(ready), WANTED) == []
    assert leaks(house) == []


def test_a_file_with_two_headers_alike_is_refused_without_the_card_in_them(house: Path) -> None:
    header = (f"x {CANARIES[8]}", f"x {CANARIES[8]}", *HEADER[2:])
    with pytest.raises(TouchstoneError) as refusal:
        bring(written(all_rows(), header))
    assert found_in(str(refusal.value), WANTED) == []
    assert leaks(house) == []


@pytest.mark.slow
@pytest.mark.parametrize("family", ["logistic", "bert"])
def test_nothing_is_found_in_what_a_run_leaves(
    house: Path, change, valkey: str, capfd, caplog, tmp_path: Path, family: str
) -> None:
    encoder = {**SMALL, "encoder": str(tiny_encoder(tmp_path / "encoder"))}
    options = encoder if family == "bert" else {}
    caplog.set_level("DEBUG")
    change(broker_url=valkey)
    ready = drafts.accept(bring(written(all_rows())).id)
    offers.publish("worker-1", "2 processor cores", offered())
    run_id = runs.launch(ready.id, family, "Quick check", options, idem_key=family)
    work(run_id)
    run = runs.get(run_id)
    assert run.state is RunState.SUCCEEDED, run.reason
    exported = b"".join(predictions.export_csv(run_id, Filters(part="all"))).decode()
    assert exported.count("\n") > 100
    assert found_in(exported, WANTED) == []
    assert found_in(_dumped(valkey), WANTED) == []
    assert leaks(house) == []
    assert any(path.suffix == ".onnx" for path in house.rglob("*"))
    assert found_in(f"{run} {caplog.text} {capfd.readouterr()}", WANTED) == []


def _dumped(url: str) -> str:
    with Redis.from_url(url) as broker:
        broker.config_set("rdbcompression", "no")
        broker.save()
        place = (
            Path(broker.config_get("dir")["dir"]) / broker.config_get("dbfilename")["dbfilename"]
        )
    return place.read_bytes().decode("utf-8", errors="replace")
