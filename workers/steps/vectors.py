"""Rows of the dataset as the vectors that models of numbers read, a few thousand at a time."""

import numpy as np

from backend.steps.encode import Encoder, Vectors
from workers.steps.read import Part


def of(encoder: Encoder, part: Part) -> Vectors:
    """Return the vectors of a part's rows, (n, places); (0, places) for an empty part.

    Only the vectors are held in memory, never all rows as a frame.
    """
    width = encoder.apply(part.some(np.zeros(0, dtype=np.int64)).frame()).shape[1]
    vectors: Vectors = np.empty((len(part), width), dtype=np.float32)
    done = 0
    for frame in part.frames():
        vectors[done : done + len(frame)] = encoder.apply(frame)
        done += len(frame)
    return vectors
