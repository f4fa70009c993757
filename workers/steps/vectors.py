"""Rows of the dataset as the vectors that models of numbers read, a few thousand at a time."""

import numpy as np

from backend.steps.encode import Encoder, Vectors
from workers.steps.read import Part


def of(encoder: Encoder, part: Part) -> Vectors:
    """Return the vectors of a part's rows, (n, places); (0, places) for an empty part.

    Only the vectors are held in memory, never all rows as a frame.
    """
    if not len(part):
        return encoder.apply(part.frame())
    return np.concatenate([encoder.apply(frame) for frame in part.frames()])
