"""Batches, checks and weights of the training loop."""

import io
import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workers.signals import Wishes
from workers.steps import train
from workers.steps.checkpoint import Keeper
from workers.voice import Voice


@given(
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=300),
    size=st.integers(1, 64),
    epoch=st.integers(0, 3),
)
def test_every_row_is_seen_once_an_epoch(lengths, size, epoch):
    ids = [[1] * length for length in lengths]
    batches = train.shuffled(ids, size, 0, epoch)
    assert sorted(place for batch in batches for place in batch) == list(range(len(ids)))
    assert batches == train.shuffled(ids, size, 0, epoch)


def test_batches_hold_texts_of_like_length():
    lengths = np.random.default_rng(0).integers(5, 60, 2_000)
    batches = train.shuffled([[1] * length for length in lengths], 20, 0, 0)
    assert np.mean([np.ptp(lengths[batch]) for batch in batches]) < 5


class _Pair(torch.nn.Module):
    """A classifier that answers with its two weights, whatever it reads."""

    def __init__(self) -> None:
        super().__init__()
        self.pair = torch.nn.Parameter(torch.zeros(2))

    def forward(self, input_ids, attention_mask):
        logits = self.pair.expand(len(input_ids), 2)
        return type("Answer", (), {"logits": logits})


@pytest.fixture
def learn(tmp_path):
    def run(train_label, check_label, weight, kept_share=1.0):
        told = io.StringIO()
        texts = train.Texts([[1, 2]] * len(train_label), np.array(train_label), weight)
        check = train.Texts([[1, 2]] * len(check_label), np.array(check_label), weight)
        recipe = train.Recipe(1.0, 1e-6, 8, 0.1, 1, 0, 0)
        voice = Voice(told)
        best = train.Training(
            model=_Pair(),
            recipe=recipe,
            train=texts,
            rounds=[np.arange(len(texts))],
            check=check,
            kept_share=kept_share,
            voice=voice,
            wishes=Wishes(),
            keeper=Keeper(tmp_path / "checkpoints", (), voice),
            seconds_after=lambda _: 0.0,
        ).run()
        return best, [json.loads(line) for line in told.getvalue().splitlines()]

    return run


def test_the_validation_ap_counts_rows_as_often_as_they_occur(learn):
    """A constant score has the prevalence as AP: 20 frauds among 20 + 80 · 10 rows."""
    label = [1] * 20 + [0] * 80
    weight = np.array([1.0] * 20 + [10.0] * 80)
    _, events = learn(label, label, weight)
    checked = [event for event in events if event.get("part") == "validation"]
    assert checked[-1]["ap"] == pytest.approx(20 / 820)
    assert checked[-1]["loss"] == pytest.approx(np.log(2), abs=1e-3)


def test_learns_without_a_validation_row(learn):
    best, events = learn([1, 0] * 10, [], np.zeros(0))
    assert best.weights
    assert not [event for event in events if event.get("part") == "validation"]
