"""Bad endings in words, each with one safe next step that does what it says."""

from dataclasses import replace

import pytest

from backend import attempts, failures, offers, runs
from backend.failures import Step
from backend.states import Failure, RunState
from settings import settings
from tests.backend.launching import OFFER, add_dataset, launch, put

RATE = {"type": "object", "properties": {"learning_rate": {"type": "number", "default": 0.004}}}

pytestmark = pytest.mark.usefixtures("house")


def failed(failure: Failure, checkpoint: int | None = 30) -> runs.Run:
    """A run that ended badly at step 40, as a rule with a checkpoint of step 30."""
    run = launch()
    attempt = attempts.claim(run, "worker-1")
    assert attempt is not None
    attempts.note(run, attempt.number, step=40)
    if checkpoint is not None:
        attempts.record_checkpoint(run, attempt.number, checkpoint, "0" * 64)
    attempts.fail(run, attempt.number, "It broke.", failure, "Traceback")
    return runs.get(run)


@pytest.mark.parametrize("failure", Failure)
def test_every_class_has_a_cause_what_was_kept_and_a_step(failure):
    told = failures.explain(failed(failure))
    assert told.title
    assert told.cause == "It broke."
    assert told.kept == (
        "The dataset, the curve up to step 40 and its checkpoint of step 30 were kept. "
        "No model came of it."
    )
    assert isinstance(told.step, Step)


def test_a_run_that_was_set_aside_names_what_happened_each_time():
    run = launch()
    for _ in range(settings.crash_limit):
        put(run, waits_until=None)
        attempt = attempts.claim(run, "worker-1")
        assert attempt is not None
        attempts.crashed(run, attempt.number, Failure.HANG, "no step for 600 s")
    told = failures.explain(runs.get(run))
    assert runs.get(run).state is RunState.QUARANTINED
    assert told.title == "The training stood still"
    assert "no step for too long" in told.cause
    assert told.kept == "The dataset was kept. Nothing had been learned yet."


@pytest.mark.parametrize(
    ("state", "title"),
    [
        (RunState.FAILED, "Something broke on our side"),
        (RunState.FAILED_DIVERGED, "The loss stopped being a number"),
        (RunState.QUARANTINED, "The worker was lost too often"),
    ],
)
def test_an_ending_without_a_class_is_told_by_its_state(state, title):
    run = launch()
    put(run, state=state)
    assert failures.explain(runs.get(run)).title == title


class TestLaunchAgain:
    def test_is_the_same_once_more_and_pressing_twice_is_one_run(self):
        before = failed(Failure.CRASH, checkpoint=None)
        assert failures.explain(before).step is Step.AGAIN
        again = failures.launch_again(before, Step.AGAIN)
        assert failures.launch_again(before, Step.AGAIN) == again
        after = runs.get(again)
        assert after.id != before.id
        assert after.state is RunState.QUEUED
        assert after.options == before.options
        assert (after.continues, after.checkpoint_step) == (None, None)

    def test_goes_on_from_the_checkpoint_and_again_from_there(self):
        before = failed(Failure.CRASH)
        assert failures.explain(before).step is Step.GO_ON
        for _ in range(2):  # the second continues a run that never came to a checkpoint of its own
            again = runs.get(failures.launch_again(before, Step.GO_ON))
            assert again.continues == 1
            assert again.checkpoint_step == 30
            attempt = attempts.claim(again.id, "worker-1")
            assert attempt is not None
            assert [(kept.run_id, kept.step) for kept in attempt.resume] == [(1, 30)]
            attempts.fail(again.id, attempt.number, "It broke.", Failure.CRASH, "Traceback")
            before = runs.get(again.id)

    def test_a_loss_that_was_no_number_is_tried_at_half_the_rate(self):
        offers.publish("worker-1", "2 CPU cores", [replace(OFFER, options=RATE)])
        run = runs.launch(add_dataset(), "logistic", "Quick check", None, "key")
        put(run, state=RunState.FAILED_DIVERGED, failure=Failure.DIVERGED)
        before = runs.get(run)
        assert failures.explain(before).step is Step.GENTLER
        after = runs.get(failures.launch_again(before, Step.GENTLER))
        assert after.options == {**before.options, "learning_rate": 0.002}

    def test_without_a_rate_the_data_is_looked_at(self):
        assert failures.explain(failed(Failure.DIVERGED)).step is Step.DATA
