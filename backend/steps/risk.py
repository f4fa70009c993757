"""How often a merchant or a category turned out fraudulent, by the labels known at the time.

A label is known once the delay has passed, so a transaction at t sees the labels of those
strictly before t minus the delay. Few labels say little: rates are drawn towards the fraud rate
of the training part, (frauds + m * rate) / (labels + m), the m-estimate (Micci-Barreca 2001).
"""

from dataclasses import dataclass

import numpy as np

from backend.steps.velocity import Floats, Past, Places, not_before

STRENGTH = 20.0  # m: labels that weigh as much as the fraud rate of the training part


@dataclass(frozen=True)
class Known:
    """What the labels of a window say (m,)."""

    labels: Places
    frauds: Places

    def rate(self, prior: float) -> Floats:
        """Return the smoothed fraud rate (m,); `prior` where no label is known."""
        smooth: Floats = (self.frauds + STRENGTH * prior) / (self.labels + STRENGTH)
        return smooth


def known(
    label: Floats, time: Floats, past: Past, delay: float, window: float | None = None
) -> Known:
    """Count the labels that were known at each asked event, and the frauds among them.

    `label` (n,) is 1, 0 or NaN for unlabelled; `delay` in seconds. With a `window` in seconds
    only the events of the window before the delay count.
    """
    moment = time[past.asked] - delay
    end = not_before(time, past.first, past.end, moment)
    start = past.first if window is None else not_before(time, past.first, end, moment - window)
    labels = np.concatenate([[0], np.cumsum(np.isfinite(label))])
    frauds = np.concatenate([[0], np.cumsum(label == 1)])
    return Known(labels[end] - labels[start], frauds[end] - frauds[start])
