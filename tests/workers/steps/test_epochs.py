"""The loop learns, keeps the best averaged weights, stops when told, and says when it fails."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from backend.steps.fields import Fields
from backend.steps.situation import Rows
from tests.workers.learning import COLUMNS, simulated
from workers.family import Diverged
from workers.signals import Wishes
from workers.steps.checkpoint import Keeper
from workers.steps.epochs import Labelled, Pace, Schooling, shuffled
from workers.steps.history_net import HistoryConfig, TransactionModel
from workers.steps.losses import CROSS_ENTROPY, LOSSES
from workers.steps.seen import Seen
from workers.voice import Voice

READ = Fields.fit(simulated(400), COLUMNS, "date", bins=8, depth=0)


def seen(rows: int, seed: int) -> Seen:
    frame = simulated(rows, seed, share=0.2)
    label = frame["_label"].to_numpy(dtype=np.int64)
    return Seen(READ, None, Rows.of(READ, None, frame), label, np.ones(rows))


@pytest.fixture
def school(tmp_path):
    def enrol(epochs: int = 4, rate: float = 5e-3, patience: int = 99, check: int = 300):
        torch.manual_seed(0)
        torch.set_num_threads(1)
        train, voice = seen(300, 0), Voice(io.StringIO())
        more = train.rows.more.shape[1]
        return Schooling(
            model=TransactionModel(HistoryConfig.of(READ, more, hidden=32, members=4)),
            pace=Pace(rate, 32, patience, seed=0),
            task=Labelled(LOSSES[CROSS_ENTROPY], train, seen(check, 1), kept_share=1.0),
            rounds=[np.arange(300)] * epochs,
            voice=voice,
            wishes=Wishes(),
            keeper=Keeper(tmp_path / "checkpoints", (), voice),
        )

    return enrol


def told(schooling: Schooling, event: str) -> list[dict]:
    lines = schooling.voice.stream.getvalue().splitlines()
    return [line for line in map(json.loads, lines) if line["event"] == event]


def test_learns_and_leaves_the_weights_of_the_best_check(school):
    schooling = school(epochs=12)
    best = schooling.run()
    checks = [point for point in told(schooling, "point") if point["part"] == "validation"]
    assert len(checks) == 12
    assert best.value == max(point["ap"] for point in checks) > 0.9
    assert best.step == next(p["step"] for p in checks if p["ap"] == best.value)
    _, loss, ap = schooling.task.check(schooling.model)
    assert ap == best.value
    assert loss == pytest.approx(next(p["loss"] for p in checks if p["step"] == best.step))


def test_fewer_rows_checked_at_once_find_the_same(school):
    schooling = school()
    whole, less = (
        replace(schooling.task, at_once=rows).check(schooling.model) for rows in (4_096, 7)
    )
    assert less == pytest.approx(whole)


def test_without_rows_to_check_the_last_weights_stay(school):
    schooling = school(epochs=2, check=0)
    assert schooling.run().step == schooling.steps
    assert not [point for point in told(schooling, "point") if point["part"] == "validation"]


def test_stops_when_nothing_gets_better(school):
    schooling = school(epochs=9, rate=1e-12, patience=2)
    schooling.run()
    assert schooling.learner.step < schooling.steps


def test_keeps_the_best_when_asked_to_stop(school):
    schooling = school(epochs=9)
    schooling.wishes.keep_best = True
    schooling.run()
    assert schooling.learner.step == 1
    assert schooling.learner.best.weights


def test_says_when_the_loss_stops_being_a_number(school):
    schooling = school()
    with torch.no_grad():
        schooling.model.nets[0].head.first.weight[0, 0] = torch.nan
    with pytest.raises(Diverged, match="smaller learning rate"):
        schooling.run()


def test_weights_that_were_brought_along_move_less(school):
    def moved(brought: frozenset[str]) -> float:
        schooling = school(epochs=1)
        schooling.pace = replace(schooling.pace, brought=brought)
        schooling.__post_init__()
        before = schooling.model.nets[0].head.second.weight.detach().clone()
        schooling._learn(np.arange(32))
        after = schooling.model.nets[0].head.second.weight.detach()
        return float((after - before).abs().max())

    assert moved(frozenset({"nets.0.head.second.weight"})) < 0.7 * moved(frozenset())


def test_batches_hold_every_place_once_in_an_order_of_seed_and_epoch():
    places = np.arange(10, 60)
    batches = list(shuffled(places, 16, seed=1, epoch=2))
    assert [len(batch) for batch in batches] == [16, 16, 16, 2]
    assert np.array_equal(np.sort(np.concatenate(batches)), places)
    assert np.array_equal(batches[0], next(shuffled(places, 16, seed=1, epoch=2)))
    assert not np.array_equal(batches[0], next(shuffled(places, 16, seed=1, epoch=3)))
