"""Texts as vectors of length one, and a line through them."""

import numpy as np
import pytest
import torch

from tests.workers import learning
from workers.steps import encoder
from workers.steps.sentence_net import SentenceClassifier, vectors_of
from workers.steps.train import logits_of

IDS = [[2, 7, 3], [2, 8, 9, 10, 3], [2, 7, 3]]


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = learning.tiny_encoder(tmp_path_factory.mktemp("e"))
    return SentenceClassifier(encoder.load_encoder(encoder.find(str(folder), ""), 0))


def test_a_text_is_a_vector_of_length_one_whatever_stands_beside_it(net):
    vectors = vectors_of(net, IDS, 0)
    assert vectors.shape == (3, 32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-2)
    alone = vectors_of(net, IDS[:1], 0)
    assert np.allclose(vectors[[0, 2]], alone, atol=1e-2)  # bfloat16 where the machine has it


def test_no_text_gives_no_vector(net):
    assert vectors_of(net, [], 0).shape == (0, 32)


def test_the_line_gives_the_logit(net):
    weight = np.zeros(32)
    weight[3] = 2.0
    net.draw(weight, 0.5)
    with torch.inference_mode():
        third = net.embed(torch.tensor(IDS[:1]), torch.ones(1, 3, dtype=torch.long))[0, 3]
    assert logits_of(net, IDS[:1], 0)[0] == pytest.approx(2 * float(third) + 0.5, abs=1e-5)
