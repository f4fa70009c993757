"""The correction for sampled legitimate rows."""

import numpy as np
import pytest

from backend.steps.calibration import correct_for_sampling


def test_golden_value() -> None:
    # b=.02, s=.5: .02·.5 / (.02·.5 − .5 + 1) = .01 / .51
    assert correct_for_sampling(np.array([0.5]), 0.02)[0] == pytest.approx(0.0196078, abs=1e-7)


def test_a_sample_of_everything_changes_nothing() -> None:
    score = np.linspace(0, 1, 11)
    assert np.array_equal(correct_for_sampling(score, 1.0), score)


def test_it_adds_the_log_of_the_share_to_the_logit() -> None:
    score = np.linspace(0.01, 0.99, 50)
    corrected = correct_for_sampling(score, 0.1)
    logit = np.log(score / (1 - score))
    assert np.log(corrected / (1 - corrected)) == pytest.approx(logit + np.log(0.1))


def test_the_order_is_kept_and_nothing_comes_of_nothing() -> None:
    score = np.sort(np.random.default_rng(1).random(100))
    assert (np.diff(correct_for_sampling(score, 0.05)) > 0).all()
    assert len(correct_for_sampling(np.array([]), 0.5)) == 0


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1])
def test_a_share_outside_its_range_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="kept_share"):
        correct_for_sampling(np.array([0.5]), share)
