"""The search keeps the best of its trials, begins with the usual, and ends when it must."""

import numpy as np
import pytest

from backend.steps import metrics
from tests.workers.learning import events, lesson, simulated
from tests.workers.steps.test_grow import ground, rows
from workers.steps import tune
from workers.steps.grow import AP, LOSS
from workers.steps.regress import losses
from workers.steps.tune import USUAL, Search
from workers.voice import LEFT


@pytest.fixture
def searching(tmp_path, monkeypatch):
    """Return a function that searches, and what was told and tried meanwhile."""
    given, told = lesson(tmp_path, simulated(200), family="trees")
    tried = []

    def grow(*arguments):
        tried.append(grown(*arguments))
        return tried[-1]

    grown = tune.grow
    monkeypatch.setattr(tune, "grow", grow)

    def search(check, seconds=600.0, trials=5):
        train = rows(1_500, 0)
        found = Search(given, ground(check), train, check, 1.0, seconds, trials, 1_500).run()
        return found, tried, events(told)

    return search


@pytest.mark.parametrize(("count", "metric"), [(1_000, AP), (250, LOSS)])
def test_the_best_trial_is_kept(searching, count, metric):
    check = rows(count, 1)
    found, tried, told = searching(check)
    figures = [trees.figure for trees in tried]
    best = int(np.argmax(figures) if metric == AP else np.argmin(figures))
    assert found.trees is tried[best] and found.best_trial == best + 1
    assert found.trials == len(tried) == 5
    assert [trees.options for trees in tried[:2]] == list(USUAL)

    logit = found.trees.logits(check.vectors)
    assert found.ap == pytest.approx(metrics.average_precision(check.label, logit))
    assert found.loss == pytest.approx(losses(check.label, logit).mean())
    last = [event for event in told if event.get("part") == "validation"][-1]
    assert (last["step"], last["loss"], last["ap"]) == (5, found.loss, found.ap)


def test_no_trial_begins_once_the_time_is_up(searching):
    found, tried, told = searching(rows(1_000, 1), seconds=0.0, trials=100)
    assert found.trials == len(tried) == 1
    assert [event["steps_total"] for event in told if event["event"] == "plan"][-1] == 1


def test_without_frauds_to_choose_by_there_is_one_trial_and_no_figure(searching):
    found, tried, told = searching(rows(200, 1, frauds=0.0))
    assert len(tried) == 1 and found.trees.options == USUAL[0]
    assert found.ap is None and np.isnan(found.loss)
    assert {event["part"] for event in told if event["event"] == "point"} == {"train"}


def test_goes_on_from_the_trials_there_were(tmp_path):
    check, train = rows(1_000, 1), rows(1_500, 0)
    frame = simulated(200)

    def search(name, resume=()):
        given, told = lesson(tmp_path / name, frame, family="trees", resume=list(map(str, resume)))
        return Search(given, ground(check), train, check, 1.0, 600.0, 5, 1_500), told

    first, _ = search("first")
    tell = first._tell

    def asked(best):
        tell(best)
        first.lesson.wishes.leave = first.done == 3

    first._tell = asked
    with pytest.raises(SystemExit) as left:
        first.run()
    assert left.value.code == LEFT
    folders = (first.lesson.order.folder / "checkpoints").iterdir()
    second, told = search("second", sorted(folders, reverse=True))
    found = second.run()
    assert [event["step"] for event in events(told) if event["event"] == "resumed"] == [3]
    assert second.tried[:3] == first.tried
    assert len({str(options) for options, _ in second.tried}) == found.trials == 5
    figures = [figure for _, figure in second.tried]
    assert found.best_trial == int(np.argmax(figures)) + 1
    told_again = [event["step"] for event in events(told) if event.get("part") == "validation"]
    assert told_again == [4, 5]
    if found.best_trial <= 3:
        assert np.array_equal(found.trees.logits(check.vectors), first.best.logits(check.vectors))
