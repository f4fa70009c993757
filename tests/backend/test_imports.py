"""Files on their way in: followed, cancelled, asked about, cut off; nothing left behind."""

import io
import time
from pathlib import Path

import pytest

from backend import datasets, drafts, imports
from backend.errors import FileRefused, QuestionAsked, TouchstoneError
from backend.import_view import ImportState
from settings import settings
from tests.backend.importing import HEADER, bring, handles, is_asking, nothing_is_left, table, wait

CARD = "4111111111111111"


@pytest.fixture
def endless(house, change, tmp_path) -> str:
    """Address of a file large enough to be cancelled while it is read."""
    path = tmp_path / "endless.csv"
    block = table(100_000).split(b"\n", 1)[1]
    with path.open("wb") as file:
        file.write(HEADER.encode())
        for _ in range(60):  # twenty seconds of reading
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
        assert any("afé" in example for example in asked.question.options[0].examples)
        imports.answer(asked.id, 0)
        over = wait(asked.id)
        assert datasets.get(over.dataset_id).rows == 200
        assert over.question is None
        assert not handles()

    def test_can_be_answered_before_the_thread_that_asked_has_ended(
        self, house, latin, monkeypatch
    ):
        ask = imports._ask

        def answered_at_once(work, question) -> None:
            ask(work, question)
            imports.answer(work.id, 0)
            time.sleep(0.2)  # the thread that reads on has begun, this one has yet to end

        monkeypatch.setattr(imports, "_ask", answered_at_once)
        over = wait(imports.start(io.BytesIO(latin), "cards.csv"))
        assert over.state is ImportState.DONE, over.message
        assert not handles()

    def test_is_about_one_version_of_the_file(self, house, latin):
        (house / "incoming").mkdir()
        path = house.resolve() / "incoming" / "cards.csv"
        path.write_bytes(latin)
        asked = wait(imports.start_address(str(path)), is_asking)
        path.write_bytes(latin.replace(b"10:00", b"11:00"))
        imports.answer(asked.id, 0)
        assert "changed while it was being read" in wait(asked.id).message
        nothing_is_left(house)

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
