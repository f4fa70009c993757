"""Guesses get better without a label, and what comes next is the entity's own."""

import io

import numpy as np
import pytest
import torch

from backend.steps.events import Events
from backend.steps.fields import Fields
from backend.steps.situation import Rows
from tests.workers.learning import COLUMNS, simulated
from workers.signals import Wishes
from workers.steps.checkpoint import Keeper
from workers.steps.epochs import Labelled, Pace, Schooling
from workers.steps.guess_net import GuessingModel
from workers.steps.history_net import HistoryConfig, TransactionModel
from workers.steps.losses import CROSS_ENTROPY, LOSSES
from workers.steps.seen import Seen
from workers.steps.unlabelled import Beside, Unlabelled, upcoming
from workers.voice import Voice

FRAME = simulated(600)
READ = Fields.fit(FRAME, COLUMNS, "date", bins=8, depth=3)
EVENTS = Events.of(READ, [FRAME])


def seen(frame) -> Seen:
    label = frame["_label"].to_numpy(dtype=np.int64)
    return Seen(READ, EVENTS, Rows.of(READ, EVENTS, frame), label, np.ones(len(frame)))


def guessing() -> GuessingModel:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    more = seen(FRAME.head(1)).rows.more.shape[1]
    size = {"hidden": 32, "members": 4, "width": 16, "field_dropout": 0.0}
    return GuessingModel(TransactionModel(HistoryConfig.of(READ, more, **size)))


@pytest.mark.parametrize("beside", [False, True])
def test_guesses_better_the_longer_it_learns(tmp_path, beside):
    model, task = guessing(), Unlabelled(seen(FRAME.head(450)), seen(FRAME.tail(150)), seed=0)
    before = task.check(model).loss
    learned = task
    if beside:
        labelled = Labelled(LOSSES[CROSS_ENTROPY], task.train, task.checked, 1.0)
        learned = Beside(labelled, task, weight=1.0)
    rounds = [np.arange(450)] * 4
    voice = Voice(io.StringIO())
    hold = voice, Wishes(), Keeper(tmp_path / "checkpoints", (), voice)
    best = Schooling(model, Pace(5e-3, 64, 9, 0), learned, rounds, *hold).run()
    assert task.check(model).loss < 0.95 * before
    labelled_loss = 0.5  # that of the labels is small, that of many classes is not
    assert (best.value > -labelled_loss) == beside


def test_what_comes_next_is_the_entitys_own_and_later():
    rows = seen(FRAME).rows
    found = upcoming(rows)
    for place, after in enumerate(found):
        later = np.flatnonzero((rows.entity == rows.entity[place]) & (rows.time > rows.time[place]))
        if after < 0:
            same = rows.time == rows.time[place]
            assert not len(later) or (same & (rows.entity == rows.entity[place])).sum() > 1
        else:
            assert rows.time[after] == rows.time[later].min()


def test_without_rows_to_look_at_there_is_nothing_to_measure():
    task = Unlabelled(seen(FRAME), seen(FRAME.head(0)), seed=0)
    assert task.check(guessing()) is None
