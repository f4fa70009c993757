"""Pairs of one class are drawn together, of two classes apart."""

import numpy as np
import pytest
import torch

from tests.workers import learning
from workers.steps import encoder
from workers.steps.contrast import A_CLASS, Contrast, pair_loss
from workers.steps.sentence_net import SentenceClassifier
from workers.steps.train import Texts

UP, RIGHT = [0.0, 1.0], [1.0, 0.0]


@pytest.mark.parametrize(
    ("vectors", "loss"),
    [
        ([UP, UP, RIGHT, RIGHT], 0.0),  # as it should be
        ([UP, UP, UP, UP], 0.5),  # across: cosine 1 where 0 is wanted
        ([UP, RIGHT, UP, RIGHT], 0.75),  # within 1 away; across 0, 1, 1, 0: (1 + 1/2) / 2
    ],
)
def test_the_loss_of_pairs(vectors, loss):
    found = pair_loss(torch.tensor(vectors), torch.tensor([1, 1, 0, 0]))
    assert float(found) == pytest.approx(loss)


def test_steps_part_two_classes(tmp_path):
    folder = learning.tiny_encoder(tmp_path / "e")
    torch.manual_seed(0)
    net = SentenceClassifier(encoder.load_encoder(encoder.find(str(folder), ""), 0))
    label = np.array([0, 1] * 20)
    ids = [[2, 40 + value, 50 + place, 3] for place, value in enumerate(label.tolist())]
    contrast = Contrast(net, Texts(ids, label, np.ones(40)), 0, 1e-3, 0)
    losses = [contrast.step() for _ in range(30)]
    assert np.mean(losses[-5:]) < 0.6 * np.mean(losses[:5])


def test_a_batch_holds_as_many_of_each_class_as_there_are():
    label = np.array([1] * 3 + [0] * 100)
    net = SentenceClassifier(_Wide())
    batch = next(Contrast(net, Texts([[1]] * 103, label, np.ones(103)), 0, 1e-3, 0).draws)
    assert sorted(label[batch].tolist()) == [0] * A_CLASS + [1] * 3


class _Wide(torch.nn.Linear):
    def __init__(self) -> None:
        super().__init__(4, 4)
        self.config = type("Config", (), {"hidden_size": 4})
