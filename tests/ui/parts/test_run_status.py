"""What a run's page says about its learning, from curves made by hand."""

import pandas as pd
import pytest

from ui.parts.run_status import learning


@pytest.mark.parametrize(
    ("losses", "wanted"),
    [
        ([], "Learning has begun"),
        ([0.5], "Learning has begun"),
        ([0.5, 0.4, 0.3], "improved in 2 of the last 2 checks. Waiting is likely worth it."),
        ([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3], "5 of the last 5 checks. Waiting is likely"),
        ([0.5, 0.4, 0.41, 0.42, 0.39, 0.395], "2 of the last 5 checks. Gains are getting small."),
        ([0.5, 0.3, 0.31, 0.32, 0.33], "has not improved for 3 checks"),
        ([0.5, float("nan"), 0.4], "improved in 1 of the last 1 checks"),
    ],
)
def test_the_verdict_follows_the_curve(losses, wanted):
    said = learning(pd.Series(losses, dtype="float64"))
    assert wanted in said
    assert len(said) <= 100
