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


def school(epochs: int = 4, rate: float = 5e-3, patience: int = 99, check: int = 300) -> Schooling:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    train = seen(300, 0)
    more = train.rows.more.shape[1]
    model = TransactionModel(HistoryConfig.of(READ, more, hidden=32, members=4))
    return Schooling(
        model=model,
        pace=Pace(rate, 32, patience, seed=0),
        task=Labelled(LOSSES[CROSS_ENTROPY], train, seen(check, 1), kept_share=1.0),
        rounds=[np.arange(300)] * epochs,
        voice=Voice(io.StringIO()),
        wishes=Wishes(),
    )


def told(schooling: Schooling, event: str) -> list[dict]:
    lines = schooling.voice.stream.getvalue().splitlines()
    return [line for line in map(json.loads, lines) if line["event"] == event]


def test_learns_and_leaves_the_weights_of_the_best_check():
    learner = school(epochs=12)
    best = learner.run()
    checks = [point for point in told(learner, "point") if point["part"] == "validation"]
    assert len(checks) == 12
    assert best.value == max(point["ap"] for point in checks) > 0.9
    assert best.step == next(p["step"] for p in checks if p["ap"] == best.value)
    _, loss, ap = learner.task.check(learner.model)
    assert ap == best.value
    assert loss == pytest.approx(next(p["loss"] for p in checks if p["step"] == best.step))


def test_without_rows_to_check_the_last_weights_stay():
    learner = school(epochs=2, check=0)
    assert learner.run().step == learner.steps
    assert not [point for point in told(learner, "point") if point["part"] == "validation"]


def test_stops_when_nothing_gets_better():
    learner = school(epochs=9, rate=1e-12, patience=2)
    learner.run()
    assert learner.step < learner.steps


def test_keeps_the_best_when_asked_to_stop():
    learner = school(epochs=9)
    learner.wishes.keep_best = True
    learner.run()
    assert learner.step == 1
    assert learner.best.weights


def test_says_when_the_loss_stops_being_a_number():
    learner = school()
    with torch.no_grad():
        learner.model.nets[0].head.first.weight[0, 0] = torch.nan
    with pytest.raises(Diverged, match="smaller learning rate"):
        learner.run()


def test_weights_that_were_brought_along_move_less():
    def moved(brought: frozenset[str]) -> float:
        learner = school(epochs=1)
        learner.pace = replace(learner.pace, brought=brought)
        learner.__post_init__()
        before = learner.model.nets[0].head.second.weight.detach().clone()
        learner._learn(np.arange(32))
        after = learner.model.nets[0].head.second.weight.detach()
        return float((after - before).abs().max())

    assert moved(frozenset({"nets.0.head.second.weight"})) < 0.7 * moved(frozenset())


def test_batches_hold_every_place_once_in_an_order_of_seed_and_epoch():
    places = np.arange(10, 60)
    batches = list(shuffled(places, 16, seed=1, epoch=2))
    assert [len(batch) for batch in batches] == [16, 16, 16, 2]
    assert np.array_equal(np.sort(np.concatenate(batches)), places)
    assert np.array_equal(batches[0], next(shuffled(places, 16, seed=1, epoch=2)))
    assert not np.array_equal(batches[0], next(shuffled(places, 16, seed=1, epoch=3)))
