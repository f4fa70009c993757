"""Numbers as quantile bands."""

import numpy as np

from backend.steps import bands


def test_places_values_among_quantiles():
    edges = bands.edges(np.arange(1_000.0))
    assert len(edges) == 99
    assert bands.place(np.array([-5.0, 0, 505, 999, np.nan, np.inf]), edges).tolist() == [
        0, 0, 50, 99, -1, -1,
    ]  # fmt: skip


def test_nothing_known_gives_no_edge():
    assert bands.edges(np.array([np.nan])) == ()


def test_worth_is_the_share_of_variance_explained():
    label = np.array([0.0, 0, 1, 1])
    assert bands.worth(np.array([0, 0, 1, 1]), label) == 1
    assert bands.worth(np.array([0, 1, 0, 1]), label) == 0
    assert bands.worth(np.array([0, 1]), np.zeros(2)) == 0
