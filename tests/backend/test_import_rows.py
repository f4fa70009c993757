"""The table of imports: who is gone is said to be, and what is old is forgotten."""

import os
import time
from datetime import UTC, datetime, timedelta

import pytest

import db
from backend import import_rows, imports
from backend.errors import ImportNotFound
from backend.import_view import Import, ImportState
from tests.backend.importing import bring, table


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
