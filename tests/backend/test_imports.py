"""Files on their way in: followed, cancelled, asked about, cut off; nothing left behind."""

import io
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

import db
from backend import datasets, drafts, import_rows, imports
from backend.errors import FileRefused, ImportNotFound, QuestionAsked, TouchstoneError
from backend.import_view import Import, ImportState
from settings import settings

HEADER = "time,amount,merchant,is_fraud\n"
CARD = "4111111111111111"


def table(rows: int = 200, merchant: str = "Shop") -> bytes:
    lines = (
        f"2024-01-{1 + n % 28:02d} 10:00:00,{n % 100}.50,{merchant} {n % 50},{int(n % 50 == 0)}\n"
        for n in range(rows)
    )
    return (HEADER + "".join(lines)).encode()


def wait(import_id: int, until: Callable[[Import], bool] = lambda one: not one.is_live) -> Import:
    """Return an import as soon as it is `until`, or over."""
    end = time.monotonic() + 60
    while not until(found := imports.get(import_id)) and found.is_live:
        assert time.monotonic() < end, found
        time.sleep(0.05)
    for thread in threading.enumerate():  # it may still be tidying up
        if thread.name == f"import-{import_id}" and not found.is_live:
            thread.join(10)
    return found


def is_asking(one: Import) -> bool:
    return one.state is ImportState.ASKING


def bring(data: bytes, name: str = "cards.csv") -> Import:
    return wait(imports.start(io.BytesIO(data), name))


def handles() -> set[str]:
    """What memory files this process holds open."""
    links = Path("/proc/self/fd").iterdir()
    return {str(link.readlink()) for link in links if "memfd:touchstone" in os.path.realpath(link)}


def nothing_is_left(house: Path) -> None:
    """No folder, no process, no memory file and no dataset."""
    assert list((house / "uploads").glob("*")) == []
    assert not handles()
    assert datasets.list_all() == []
    assert [child for child in psutil.Process().children(recursive=True) if is_reading(child)] == []


def is_reading(process: psutil.Process) -> bool:
    """True for a child that reads: one that the fork server, not this process, has started."""
    try:
        return process.parent().pid != os.getpid()
    except (psutil.NoSuchProcess, AttributeError):
        return False


@pytest.fixture
def endless(house, change, tmp_path) -> str:
    """Address of a file large enough to be cancelled while it is read."""
    path = tmp_path / "endless.csv"
    block = table(100_000).split(b"\n", 1)[1]
    with path.open("wb") as file:
        file.write(HEADER.encode())
        for _ in range(40):
            file.write(block)
    change(import_roots=str(tmp_path))
    return str(path)


@pytest.fixture
def latin() -> bytes:
    """A file in Windows-1252, about which the reader asks."""
    return table(merchant="Café").decode().encode("windows-1252")


class TestReceive:
    def test_gives_the_draft(self, house):
        draft = imports.receive(io.BytesIO(table()), "cards.csv")
        assert (draft.rows, draft.frauds, draft.file_name) == (200, 4, "cards.csv")

    def test_leaves_no_trace_of_a_refused_file(self, house):
        with pytest.raises(FileRefused):
            imports.receive(io.BytesIO(b"PK\x03\x04 nothing"), "cards.csv")
        nothing_is_left(house)

    def test_of_the_sample_twice_is_one_dataset(self, house):
        first, again = imports.receive_sample(), imports.receive_sample()
        assert first == again
        assert first.is_ready
        assert (first.rows, len(datasets.list_all())) == (50_000, 1)

    def test_asks_how_to_read_what_is_not_utf8(self, house, latin):
        with pytest.raises(QuestionAsked) as asked:
            imports.receive(io.BytesIO(latin), "cards.csv")
        fixes = asked.value.question.options[0].fixes
        draft = imports.receive(io.BytesIO(latin), "cards.csv", fixes=fixes)
        assert draft.rows == 200


class TestStart:
    def test_ends_with_a_dataset(self, house):
        over = bring(table())
        assert over.state is ImportState.DONE
        assert datasets.get(over.dataset_id).rows == 200
        assert over.share == 1.0
        assert not handles()

    def test_the_same_bytes_again_are_the_dataset_that_is_there(self, house):
        first, again = bring(table()), bring(table(), "other name.csv")
        assert first.dataset_id == again.dataset_id
        assert len(datasets.list_all()) == 1

    def test_files_at_once_do_not_mix(self, house):
        rows = (150, 250, 350, 450)
        started = [imports.start(io.BytesIO(table(n, f"Shop{n}")), f"file {n}.csv") for n in rows]
        for number, import_id in zip(rows, started, strict=True):
            dataset = datasets.get(wait(import_id).dataset_id)
            assert (dataset.rows, dataset.file_name) == (number, f"file {number}.csv")
            assert f"Shop{number}" in drafts.preview(dataset.id, 5).to_string()

    def test_the_same_bytes_twice_at_once_are_one_dataset(self, house):
        started = [imports.start(io.BytesIO(table(5_000)), "cards.csv") for _ in range(2)]
        assert len({wait(import_id).dataset_id for import_id in started}) == 1
        assert len(list((house / "uploads").glob("*"))) == 1

    def test_a_failure_says_why_and_keeps_nothing(self, house):
        over = bring(b"PK\x03\x04 nothing")
        assert over.state is ImportState.FAILED
        assert "Excel workbook" in over.message
        assert imports.listed() == [over]
        nothing_is_left(house)
        imports.dismiss(over.id)
        assert imports.listed() == []

    def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(self, house, change):
        change(upload_limit_mb=1)
        text = table()
        exact = text + b"\n" * (settings.upload_limit - len(text))
        assert bring(exact).state is ImportState.DONE
        with pytest.raises(FileRefused, match=r"larger than 1 MiB.* Import it by its address"):
            imports.start(io.BytesIO(exact + b"\n"), "cards.csv")
        assert not handles()

    def test_card_numbers_in_names_are_hidden(self, house):
        over = bring(table(), f"statement {CARD}.csv")
        assert over.file_name == "statement •••.csv"
        assert CARD not in datasets.get(over.dataset_id).name

    def test_a_program_that_calls_itself_csv_is_refused(self, house):
        with pytest.raises(FileRefused, match='ends in "exe"'):
            imports.start(io.BytesIO(table()), "cards.csv.exe")


class TestAddress:
    def test_a_file_is_read_where_it_lies(self, house):
        (house / "incoming").mkdir()
        path = house / "incoming" / "CARDS.CSV"
        path.write_bytes(table())
        over = wait(imports.start_address(f" {path.resolve()} "))
        assert datasets.get(over.dataset_id).rows == 200
        assert over.address == str(path.resolve())
        assert path.read_bytes() == table()

    def test_a_file_elsewhere_is_refused_at_once(self, house):
        with pytest.raises(FileRefused, match="imported from"):
            imports.start_address("/etc/passwd")
        assert imports.listed() == []

    def test_a_file_replaced_while_it_is_read_is_refused(self, endless, house):
        import_id = imports.start_address(endless)
        wait(import_id, lambda one: one.state is ImportState.READING)
        Path(endless).with_name("new.csv").write_bytes(table())
        Path(endless).with_name("new.csv").replace(endless)
        assert "changed while it was being read" in wait(import_id).message
        nothing_is_left(house)

    def test_a_file_may_be_larger_than_the_browser_may_send(self, house, change, tmp_path):
        change(upload_limit_mb=1, import_roots=str(tmp_path))
        (tmp_path / "large.csv").write_bytes(table(50_000))
        assert wait(imports.start_address(str(tmp_path / "large.csv"))).dataset_id


class TestCancel:
    def test_leaves_nothing(self, endless, house):
        import_id = imports.start_address(endless)
        wait(import_id, lambda one: one.share > 0)
        imports.cancel(import_id)
        over = wait(import_id)
        assert over.state is ImportState.CANCELLED
        assert imports.listed() == []
        nothing_is_left(house)

    def test_of_one_that_waits_for_its_turn_leaves_nothing(self, endless, house):
        others = [imports.start_address(endless) for _ in range(settings.imports_at_once)]
        waits = imports.start(io.BytesIO(table()), "cards.csv")
        assert imports.get(waits).state is ImportState.WAITING
        for import_id in (waits, *others):
            imports.cancel(import_id)
        assert {wait(each).state for each in (waits, *others)} == {ImportState.CANCELLED}
        nothing_is_left(house)

    def test_of_one_that_is_over_changes_nothing(self, house):
        over = bring(table())
        imports.cancel(over.id)
        assert imports.get(over.id) == over


class TestQuestion:
    def test_is_asked_with_examples_and_answered(self, house, latin):
        asked = wait(imports.start(io.BytesIO(latin), "cards.csv"), is_asking)
        assert asked.question is not None
        assert any("Café" in example for example in asked.question.options[0].examples)
        imports.answer(asked.id, 0)
        over = wait(asked.id)
        assert datasets.get(over.dataset_id).rows == 200
        assert over.question is None
        assert not handles()

    def test_answered_with_no_keeps_nothing(self, house, latin):
        asked = wait(imports.start(io.BytesIO(latin), "cards.csv"), is_asking)
        imports.answer(asked.id, len(asked.question.options) - 1)
        over = wait(asked.id)
        assert over.state is ImportState.FAILED
        assert over.message.startswith("Nothing was kept")
        nothing_is_left(house)

    def test_can_be_cancelled(self, house, latin):
        asked = wait(imports.start(io.BytesIO(latin), "cards.csv"), is_asking)
        imports.cancel(asked.id)
        assert imports.get(asked.id).state is ImportState.CANCELLED
        nothing_is_left(house)

    def test_cannot_be_answered_twice(self, house):
        with pytest.raises(TouchstoneError, match="asks nothing"):
            imports.answer(bring(table()).id, 0)

    def test_of_a_process_that_is_gone_is_over(self, house, latin):
        asked = wait(imports.start(io.BytesIO(latin), "cards.csv"), is_asking)
        imports._let_go(imports._at_work[asked.id])
        imports.answer(asked.id, 0)
        assert "start it again" in imports.get(asked.id).message.lower()


class TestInterrupted:
    def unheard_of(self, minutes: float, **values: object) -> int:
        import_id = import_rows.add("cards.csv", "", 10)
        then = datetime.now(UTC) - timedelta(minutes=minutes)
        with db.transaction() as session:
            row = session.get(db.Import, import_id)
            for name, value in {"changed_at": then, **values}.items():
                setattr(row, name, value)
        return import_id

    @pytest.mark.parametrize("state", [ImportState.WAITING, ImportState.READING])
    def test_is_said_of_an_import_whose_process_is_gone(self, each_house, state):
        over = imports.get(self.unheard_of(2, state=state))
        assert over.state is ImportState.FAILED
        assert over.message.startswith("Reading was interrupted, nothing was kept")

    def test_is_not_said_of_one_that_was_heard_of(self, house):
        assert imports.get(self.unheard_of(0.5)).state is ImportState.WAITING

    def test_a_question_nobody_answers_ends(self, each_house):
        assert imports.get(self.unheard_of(10, state=ImportState.ASKING)).is_live
        over = imports.get(self.unheard_of(17, state=ImportState.ASKING))
        assert "was not answered" in over.message

    def test_what_failed_yesterday_is_listed_no_longer(self, each_house):
        self.unheard_of(60 * 25, state=ImportState.FAILED)
        fresh = self.unheard_of(60, state=ImportState.FAILED)
        assert [one.id for one in imports.listed()] == [fresh]

    def test_folders_cut_off_an_hour_ago_are_swept_and_younger_ones_stay(self, house):
        old, young = (house / "uploads" / f"copying-{name}" for name in ("old", "young"))
        for folder, age in ((old, 3_700), (young, 3_500)):
            folder.mkdir(parents=True)
            os.utime(folder, (time.time() - age,) * 2)
        bring(table())
        assert not old.exists()
        assert young.exists()

    def test_rows_of_a_week_ago_are_forgotten(self, each_house):
        ancient = self.unheard_of(60 * 24 * 8, state=ImportState.CANCELLED)
        import_rows.forget_old()
        with pytest.raises(ImportNotFound):
            imports.get(ancient)


def test_speed_and_time_left_come_from_what_was_read() -> None:
    now = datetime.now(UTC)
    reading = Import(
        id=1, file_name="cards.csv", address="", state=ImportState.READING, stage="Reading",
        bytes_total=400, bytes_done=100, rows=10, rejected=0, share=0.25, message="",
        question=None, dataset_id=None, started_at=now - timedelta(seconds=10), changed_at=now,
    )  # fmt: skip
    assert reading.bytes_per_second == pytest.approx(10)
    assert reading.seconds_left == pytest.approx(30)
