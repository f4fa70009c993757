"""What Home says is new and what to do next, from runs made by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend import champions, runs
from backend.states import RunState
from tests.backend import judging
from ui.parts import digest, next_steps

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.fixture
def done(house) -> runs.Run:
    return runs.get(judging.finished(judging.cards(rows=3_000, share=0.05)))


def test_a_finished_run_is_to_be_looked_at_until_there_is_a_champion(done):
    (step,) = next_steps.find([done], [])
    assert (step.page, step.number) == ("run", done.id)
    champion = replace(done, champion_since=NOW)
    (step,) = next_steps.find([champion], [])
    assert (step.page, step.number) == ("predictions", done.id)
    newer = replace(done, id=done.id + 1)
    (step,) = next_steps.find([newer, champion], [])
    assert (step.page, step.number) == ("compare", newer.id)
    (step,) = next_steps.find(
        [replace(newer, champion_since=NOW + timedelta(days=1)), champion], []
    )
    assert (step.page, step.number) == ("predictions", newer.id)


def test_a_baseline_nobody_asked_for_asks_for_nothing(done):
    assert next_steps.find([replace(done, automatic=True)], []) == []


def test_the_digest_is_of_runs_people_asked_for(done):
    baseline = replace(done, id=99, automatic=True, metrics={"test": {"rows": 7}})
    assert digest.told_of([baseline, done]) == done
    assert digest.verdict([baseline, done]) == digest.verdict([done])
    assert "Train a first model" in digest.verdict([baseline])
    assert digest.told_of([baseline]) == baseline
    assert digest.told_of([]) is None


def test_the_digest_names_the_champion_before_the_newest(done):
    weaker = runs.get(judging.finished(judging.cards(rows=3_000, share=0.05, seed=1), key="b"))
    champions.make(done.id, "M. Huber", "first")
    told = digest.told_of(runs.list_all())
    assert told.id == done.id != weaker.id
    assert digest.verdict(runs.list_all()) == digest.verdict([done])
    assert "figures of the champion, " in digest.evidence(runs.list_all(), 2)


def test_runs_at_work_come_first(done):
    live = replace(done, state=RunState.RUNNING)
    assert digest.verdict([live]).startswith("1 run at work.")
