"""A hidden field leaves no trace of itself, and what it was is what is asked."""

import numpy as np
import pytest
import torch

from backend.steps.events import Events
from backend.steps.fields import Fields
from backend.steps.situation import Rows
from tests.backend.steps.looped import COLUMNS, drawn
from workers.steps.hiding import hide, surprise, targets
from workers.steps.history_net import HistoryConfig, names_of

FRAME = drawn(150, seed=3)


def read_of(frame):
    """Return rows as a network reads them: (configuration, fields, row, past)."""
    read = Fields.fit(FRAME, COLUMNS, "date", bins=16, depth=4)
    rows = Rows.of(read, Events.of(read, [FRAME]), frame)
    config = HistoryConfig.of(read, rows.more.shape[1])
    past = torch.from_numpy(rows.past(read, Events.of(read, [FRAME])))
    return config, read, torch.from_numpy(rows.row), past


@pytest.mark.parametrize(("column", "other"), [("_amount", 77.0), ("trade", "toys"), ("lat", 2.0)])
def test_a_hidden_field_gives_nothing_away(column, other):
    config, read, row, past = read_of(FRAME)
    _, _, changed, changed_past = read_of(FRAME.assign(**{column: other}))
    assert not torch.equal(row, changed)
    hidden = torch.zeros(len(FRAME), len(config.names), dtype=torch.bool)
    gone = [column] + (["_distance"] if column == "lat" else [])
    hidden[:, [names_of(read).index(name) for name in gone]] = True
    told, told_past = hide(config, row, past, hidden)
    same, same_past = hide(config, changed, changed_past, hidden)
    assert torch.equal(told, same)
    assert torch.equal(told_past, same_past)


def test_what_is_not_hidden_stays():
    config, _, row, past = read_of(FRAME)
    hidden = torch.zeros(len(FRAME), len(config.names), dtype=torch.bool)
    told, told_past = hide(config, row, past, hidden)
    assert torch.equal(told, row)
    assert torch.equal(told_past, past)


def test_asks_for_the_step_of_a_number_and_the_code_of_a_category():
    config, read, row, _ = read_of(FRAME)
    found = targets(config, row).numpy()
    amount = FRAME["_amount"].to_numpy()
    assert (found[:, 0] == -1).tolist() == np.isnan(amount).tolist()
    knots = np.array(read.scales[0].knots)
    there = ~np.isnan(amount)
    step = np.clip(np.searchsorted(knots, amount[there], side="right") - 1, 0, len(knots) - 2)
    assert np.array_equal(found[there, 0], step)
    assert np.array_equal(found[:, -1], read.codes(FRAME)[:, -1])


def test_neighbouring_steps_are_no_great_surprise():
    logit = torch.tensor([[9.0, 0.0, 0.0, 0.0]] * 4)
    near, far, none, exact = surprise(logit, torch.tensor([1, 3, -1, 0]), ordered=True)
    assert exact < near < far
    assert none == 0
    plain = surprise(logit, torch.tensor([1, 3, -1, 0]), ordered=False)
    assert float(plain[0]) == float(plain[1]) > float(near)


def test_asks_for_codes_where_there_is_no_number():
    config, _, row, _ = read_of(FRAME)
    words = HistoryConfig(steps=(), words=config.words, hidden=8, width=8)
    found = targets(words, row[:, len(config.steps) :])
    assert found.dtype == torch.int64
    assert torch.equal(found, targets(config, row)[:, len(config.steps) :])
