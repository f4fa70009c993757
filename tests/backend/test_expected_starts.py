"""Starts of waiting runs, worked out by hand."""

import math

import pytest

from backend.expected_starts import UNKNOWN, Job, Taker, expected


def job(run_id: int, takes=(60.0, 120.0), need="cpu", devices=1, not_before=0.0) -> Job:
    return Job(run_id, need, devices, not_before, takes)


def cpu(frees=(0.0, 0.0), devices=1) -> Taker:
    return Taker("cpu", devices, frees)


@pytest.mark.parametrize(
    ("jobs", "takers", "wanted"),
    [
        ([], [cpu()], {}),
        ([job(1)], [], {}),
        ([job(1)], [cpu()], {1: (0, 0)}),
        # the second begins when the first ends, the third after both
        ([job(1), job(2), job(3)], [cpu()], {1: (0, 0), 2: (60, 120), 3: (120, 240)}),
        # 30 to 40 s are left of the run at work
        ([job(1), job(2)], [cpu((30, 40))], {1: (30, 40), 2: (90, 160)}),
        # two workers: the third goes to the one that is free first
        (
            [job(1), job(2, (10, 20)), job(3)],
            [cpu(), cpu()],
            {1: (0, 0), 2: (0, 0), 3: (10, 20)},
        ),
        # two devices are asked for, only the second worker has them
        (
            [job(1, devices=2), job(2)],
            [cpu(), cpu((90, 100), devices=2)],
            {1: (90, 100), 2: (0, 0)},
        ),
        ([job(1, devices=4)], [cpu(), cpu(devices=2)], {}),
        # one that waits after a crash lets the other go first
        ([job(1, not_before=50), job(2)], [cpu()], {2: (0, 0), 1: (60, 120)}),
        ([job(1, not_before=50)], [cpu()], {1: (50, 50)}),
        # nobody knows how long the first takes
        ([job(1, UNKNOWN), job(2)], [cpu()], {1: (0, 0), 2: (0, math.inf)}),
    ],
)
def test_each_run_starts_when_a_worker_is_free(jobs, takers, wanted):
    assert expected(jobs, takers) == wanted


def test_a_processor_takes_what_needs_a_card_only_while_no_card_is_there():
    wants_card = [job(1, need="gpu")]
    assert expected(wants_card, [cpu()]) == {1: (0, 0)}
    assert expected(wants_card, [cpu(), Taker("gpu", 1, (300, 400))]) == {1: (300, 400)}
