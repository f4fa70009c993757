"""Texts of one class drawn together and of two classes apart, before anything is classified.

Contrastive pairs make few labels go far: n texts are n² pairs. After SetFit (Tunstall et al.
2022, arXiv 2209.11055), which learns the cosine of a pair to be 1 within a class and 0 across;
here a batch is compared with itself, so that each text is read once and serves in many pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from workers.steps.sentence_net import SentenceClassifier, embedded
from workers.steps.train import Texts

A_CLASS = 16  # texts of each class that are compared at a time

Labels = NDArray[np.int64]


@dataclass
class Contrast:
    """The encoder of a net learning from pairs of texts."""

    net: SentenceClassifier
    train: Texts
    pad: int
    learning_rate: float
    seed: int

    def __post_init__(self) -> None:
        self.optimiser = torch.optim.AdamW(self.net.encoder.parameters(), lr=self.learning_rate)
        self.draws = self._draws()

    def step(self) -> float:
        """Compare one batch with itself, learn from it, and return its loss."""
        places = next(self.draws)
        self.net.train()
        vectors = embedded(self.net, [self.train.ids[place] for place in places], self.pad)
        loss = pair_loss(vectors.float(), torch.from_numpy(self.train.label[places]))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.encoder.parameters(), 1.0)
        self.optimiser.step()
        return float(loss.detach())

    def _draws(self) -> Iterator[NDArray[np.int64]]:
        draw = np.random.default_rng(self.seed)
        classes = [np.flatnonzero(self.train.label == value) for value in (0, 1)]
        while True:
            some = [draw.permutation(places)[:A_CLASS] for places in classes]
            yield np.concatenate(some)


def pair_loss(vectors: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """Return the mean squared distance of cosines from 1 within, from 0 across the classes.

    `vectors` (n, hidden) have length one, `label` (n,) is 0 or 1. Pairs within and across
    weigh the same together; a text is not compared with itself.
    """
    label = label.to(vectors.device)
    cosine, same = vectors @ vectors.T, label[:, None] == label[None, :]
    within = same & ~torch.eye(len(label), dtype=torch.bool, device=vectors.device)
    return ((1 - cosine[within]) ** 2).mean() / 2 + (cosine[~same] ** 2).mean() / 2
