"""The queue page and what other pages say of waiting, lost and resumed runs, drawn in process."""

from datetime import UTC, datetime, timedelta

import pytest

from backend import attempts, fleet, pieces, rescue, runs
from backend.states import Failure, RunState
from db import Doorbell, Piece, Worker, transaction
from tests.backend.launching import (
    LONG_AGO,
    add_dataset,
    fall_silent,
    launch,
    offer,
    put,
    queue_many,
)
from tests.ui.opened import button, charts, open_page, panels, primary, text, verdict
from ui.parts import queue_rows

WORKER = "desk-1"

pytestmark = pytest.mark.usefixtures("house")


def register(name: str = WORKER) -> str:
    fleet.register(name, "2 CPU cores", "cpu", 1)
    return name


def badges(app) -> str:
    return "\n".join(each.value for each in app.markdown if "-badge[" in each.value)


def learned(run: int, step: int = 40, checkpoint: int = 30) -> int:
    """Claim a run and let it learn up to a step, with a checkpoint before; return its attempt."""
    attempt = attempts.claim(run, register())
    assert attempt is not None
    attempts.enter_stage(run, attempt.number, "Learning")
    attempts.note(run, attempt.number, step=step, steps_total=100)
    points = [
        {"part": part, "step": at, "loss": 1 / at, "ap": 0.5 if part == "validation" else None}
        for part in ("train", "validation")
        for at in range(10, step + 1, 10)
    ]
    attempts.record_points(run, attempt.number, points)
    attempts.record_checkpoint(run, attempt.number, checkpoint, "0" * 64)
    return attempt.number


def hush(seconds: float) -> None:
    with transaction() as session:
        heard = datetime.now(UTC) - timedelta(seconds=seconds)
        session.get_one(Worker, WORKER).seen_at = heard


class TestQueue:
    def test_with_a_free_worker_says_that_a_run_starts_at_once(self):
        register()
        app = open_page("queue")
        assert verdict(app) == "Nothing waits. A new run starts at once."
        assert panels(app) == ["Waiting", "At work", "Workers"]
        assert primary(app) == ["New run"]

    def test_says_who_waits_in_which_order_and_why(self):
        first, second, third = queue_many(3)
        attempts.claim(first, register())
        app = open_page("queue")
        assert verdict(app).startswith("2 runs wait. The next one starts")
        said = text(app)
        assert f"Waits for the worker that is at work on run {first}" in said
        assert f"Run {second}, A run, goes before it" in said
        assert "its time here is not known yet" in said
        assert button(app, f"up-{second}").disabled
        assert button(app, f"down-{third}").disabled

    def test_without_a_worker_says_so(self):
        queue_many(2)
        app = open_page("queue")
        assert verdict(app) == "2 runs wait, because no worker is alive."
        assert "No worker is alive. It starts by itself once one is." in text(app)

    def test_a_paused_run_stands_in_no_line(self):
        run = launch()
        attempts.pause_disk(run, learned(run), "The disk holds 2 MB.")
        app = open_page("queue")
        assert verdict(app) == "Nothing waits. A new run starts at once."
        assert "1 run paused for lack of room" in text(app)
        assert "Paused, no room on the disk" in badges(app)

    def test_a_new_run_says_how_many_wait_before_it(self):
        queue_many(2)
        queue_many(1, automatic=True)
        offer()
        assert "2 runs wait before it" in text(open_page("new_run"))

    @pytest.mark.parametrize("way", ["up", "down"])
    def test_moves_a_run(self, way):
        register()
        first, second, third = queue_many(3)
        button(open_page("queue"), f"{way}-{second}").click().run()
        wanted = [second, first, third] if way == "up" else [first, third, second]
        assert [run.id for run in runs.queued()] == wanted

    def test_changes_a_priority(self):
        register()
        first, second = queue_many(2)
        menu = open_page("queue").get("menu_button")[0].proto
        assert list(menu.options) == ["High priority", "Low priority", "Cancel run"]
        queue_rows.prioritise(second, "High priority")  # AppTest cannot choose from a menu
        assert [run.id for run in runs.queued()] == [second, first]
        assert "High priority" in badges(open_page("queue"))

    def test_drains_a_worker_and_has_it_take_runs_again(self):
        register()
        app = open_page("queue")
        button(app, f"drain-{WORKER}").click().run()
        assert fleet.listed()[0].draining
        button(app, f"drain-{WORKER}").click().run()
        assert not fleet.listed()[0].draining

    def test_shows_what_a_worker_does_and_when_it_was_heard(self):
        (run,) = queue_many(1)
        attempts.claim(run, register())
        open_page("queue")  # the first page takes seconds, which count below
        hush(42)
        said = text(open_page("queue"))
        assert f"{WORKER} · run {run}, A run · last heartbeat 4" in said

    def test_shows_a_lost_worker_without_a_switch(self):
        register()
        hush(600)
        app = open_page("queue")
        assert "Lost" in badges(app)
        assert not [each for each in app.button if each.key == f"drain-{WORKER}"]

    def test_says_whose_piece_a_worker_scores(self):
        (run,) = queue_many(1, kind="score")
        attempts.claim(run, register())
        with transaction() as session:
            of = {"first_group": 0, "groups": 1, "rows": 1_000}
            session.add(Piece(run_id=run, number=0, state="queued", **of))
        assert pieces.claim(run, register("desk-2"))
        app = open_page("queue")
        assert f"desk-2 · a piece of run {run} · last heartbeat" in text(app)
        assert any("2 of 2 workers at work" in each.value for each in app.caption)

    def test_says_that_the_broker_does_not_answer(self):
        (run,) = queue_many(1)
        with transaction() as session:
            session.add(Doorbell(run_id=run, created_at=LONG_AGO))
        said = text(open_page("queue"))
        assert "the broker does not answer, so starts come later" in said

    def test_counts_the_pieces_of_a_scoring(self):
        (run,) = queue_many(1, kind="score")
        attempts.claim(run, register())
        with transaction() as session:
            for number, state in enumerate(("done", "running", "queued")):
                of = {"first_group": number, "groups": 1, "rows": 1_000}
                session.add(Piece(run_id=run, number=number, state=state, **of))
        app = open_page("queue")
        (bar,) = app.get("progress")
        assert "1 of 3 pieces done · 1 in progress · 1,000 of 3,000 rows" in bar.proto.text


class TestLostAndResumed:
    def test_a_silent_worker_is_told_before_its_lease_ends(self):
        run = launch()
        learned(run)
        hush(42)
        app = open_page("progress", run=run)
        assert verdict(app).startswith("No sign of its worker for")
        assert verdict(app).endswith("If it is lost, the run resumes from step 30 by itself.")

    def test_a_lost_run_says_when_and_from_where_it_resumes_and_keeps_its_curve(self):
        run = launch()
        learned(run)
        fall_silent(run)
        assert rescue.take_back() == [run]
        app = open_page("progress", run=run)
        at = runs.get(run).interrupted_at
        assert at is not None
        assert verdict(app) == f"Worker lost at {at:%H:%M}. Will resume from step 30."
        assert "Worker lost" in badges(app)
        assert "1st in queue" in badges(app)
        assert any("to 0.025" in alt for alt in charts(app))
        assert any("interrupted" in each.value for each in app.markdown)

    def test_a_resumed_run_says_from_where_and_marks_it_in_the_chart(self):
        run = launch()
        learned(run)
        fall_silent(run)
        rescue.take_back()
        attempt = attempts.claim(run, register())
        assert attempt is not None
        attempts.resumed(run, attempt.number, 30)
        app = open_page("progress", run=run)
        assert verdict(app).startswith("Resumed from step 30 (attempt 2). Starting")
        assert "Resumed from step 30 (attempt 2)" in badges(app).replace("\\", "")
        (chart,) = [spec for alt, spec in charts(app).items() if "resumed from step 30" in alt]
        assert "resumed from 30" in chart

    @pytest.mark.parametrize(
        ("failure", "words"),
        [
            (Failure.CRASH, "Its process broke off at"),
            (Failure.HANG, "It stood still and was ended at"),
            (Failure.OOM_HOST, "The machine ran out of memory at"),
        ],
    )
    def test_a_crashed_run_says_what_happened(self, failure, words):
        run = launch()
        attempts.crashed(run, learned(run), failure)
        app = open_page("progress", run=run)
        assert verdict(app).startswith(words)
        assert "after a crash, then it is tried again" in text(app)

    def test_a_full_card_is_tried_again_at_half_the_batch(self):
        run = launch()
        assert attempts.halve(run, learned(run))
        said = verdict(open_page("progress", run=run))
        assert said.endswith("Will resume from step 30 at half the batch.")

    def test_a_worker_that_leaves_is_no_loss(self):
        run = launch()
        attempts.crashed(run, learned(run), Failure.LOST)
        put(run, waits_until=LONG_AGO)
        attempts.give_back(run, learned(run))
        assert verdict(open_page("progress", run=run)).startswith("Its worker left at")

    def test_a_full_disk_pauses_a_run(self):
        run = launch()
        attempts.pause_disk(run, learned(run), "The disk holds 2 MB.")
        app = open_page("progress", run=run)
        assert verdict(app).startswith("Paused: no room on the disk. Will resume from step 30")
        assert "Paused, no room on the disk" in badges(app)
        assert "The disk holds 2 MB. Make room" in text(app)

    def test_a_run_that_never_began_promises_no_chart(self):
        run = launch()
        runs.cancel(run)
        app = open_page("progress", run=run)
        assert verdict(app) == "Cancelled before it began. Nothing was learned."
        assert "None. The run ended before the first point." in text(app)
        assert not app.get("skeleton")


class TestFailureCard:
    @pytest.mark.parametrize(
        ("failure", "words"),
        [
            (Failure.OOM_GPU, "Choose a smaller preset"),
            (Failure.BAD_DATA, "Look at the dataset"),
            (Failure.FAULT, "Go on from step 30"),
            (Failure.DISK, "See what can be deleted"),
        ],
    )
    def test_has_a_cause_what_was_kept_and_one_step(self, failure, words):
        run = launch()
        attempts.fail(run, learned(run), "It is so.", failure, "Traceback: line 7")
        app = open_page("progress", run=run)
        assert app.error[0].value == "It is so\\."
        assert "its checkpoint of step 30 were kept" in text(app)
        assert primary(app) == [words]
        assert app.expander[0].code[0].value == "Traceback: line 7"

    def test_launches_the_run_once_more(self):
        run = launch()
        attempts.fail(run, learned(run), "It is so.", Failure.FAULT)
        button(open_page("progress", run=run), "next-step").click().run()
        newest = runs.list_all()[0]
        assert newest.id != run
        assert newest.state is RunState.QUEUED
        assert f"Goes on from step 30 of run {run}" in badges(open_page("progress", run=newest.id))

    def test_is_not_drawn_where_nothing_failed(self):
        run = launch()
        learned(run)
        app = open_page("progress", run=run)
        assert not app.error
        assert not app.expander


def test_a_page_without_a_worker_finds_the_first_by_itself():
    add_dataset()
    app = open_page("new_run")
    assert verdict(app).startswith("No worker is running")
    offer()
    app.run()  # what the page does by itself every few seconds
    assert primary(app) == ["Launch"]
