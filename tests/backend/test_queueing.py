"""A run enters the queue once, with its bell, whoever asks how often."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from backend import queueing, runs
from backend.queueing import SLOTS, TRAIN, Wanted
from db import Doorbell, transaction
from tests.backend.launching import add_dataset


@pytest.fixture
def wanted(each_house) -> Wanted:
    return Wanted(TRAIN, "A run", add_dataset(), "logistic", "Quick check", {"seed": 1})


def test_a_run_waits_with_its_bell(wanted):
    run_id = queueing.queue(wanted, "k")
    run = runs.get(run_id)
    assert (run.name, run.options, run.automatic) == ("A run", {"seed": 1}, False)
    with transaction(reading=True) as session:
        assert session.get(Doorbell, run_id) is not None


def test_the_same_key_is_the_same_run_and_another_kind_is_not(wanted):
    with ThreadPoolExecutor(4) as clicks:
        found = set(clicks.map(lambda _: queueing.queue(wanted, "k"), range(8)))
    assert found == {queueing.queued_before(TRAIN, "k")}
    assert queueing.queued_before("score", "k") is None
    assert queueing.queue(replace(wanted, kind="score"), "k") not in found


def test_baselines_take_no_colour_from_peoples_runs(wanted):
    baseline = replace(wanted, automatic=True, slot=5)
    people = []
    for number in range(SLOTS + 1):
        queueing.queue(baseline, f"baseline {number}")
        people.append(runs.get(queueing.queue(wanted, f"{number}")).slot)
    assert people == [0, 1, 2, 3, 4, 5, 0]
