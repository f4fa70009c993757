"""The workers: who is there, what each holds, and who takes no more."""

import pytest

from backend import attempts, fleet, offers, rescue
from tests.backend.launching import OFFER, claimed, fall_silent, launch


@pytest.fixture(autouse=True)
def worker(each_house) -> None:
    fleet.register("worker-1", "2 processor cores", "cpu", 2)


def test_a_worker_is_seen_with_what_it_has_and_holds():
    attempt = claimed()
    (found,) = fleet.listed()
    assert (found.name, found.device) == ("worker-1", "2 processor cores")
    assert (found.kind, found.devices, found.draining) == ("cpu", 2, False)
    assert found.run_id == attempt.run_id and found.is_alive
    fall_silent(attempt.run_id)
    rescue.take_back()
    assert fleet.listed()[0].run_id is None


def test_one_that_drains_finishes_and_takes_no_other():
    attempt = claimed()
    fleet.drain("worker-1", True)
    assert attempts.renew(attempt.run_id, attempt.number) is attempts.Word.GO_ON
    waiting = launch("other")
    assert attempts.claim(waiting, "worker-1") is None
    assert attempts.claim_next("worker-1") is None
    fleet.register("worker-1", "2 processor cores", "cpu", 2)  # it was started again
    assert fleet.listed()[0].draining and attempts.claim(waiting, "worker-1") is None
    fleet.drain("worker-1", False)
    assert attempts.claim_next("worker-1").run_id == waiting


def test_one_that_fell_silent_is_listed_but_not_alive(change):
    change(lease_seconds=-1.0)
    assert [found.is_alive for found in fleet.listed()] == [False]
    assert fleet.alive() == []


def test_a_sign_of_life_counts_for_its_offers_too(change):
    offers.publish("worker-1", "2 processor cores", [OFFER])
    before = fleet.listed()[0].seen_at
    assert fleet.still_here("worker-1")
    assert fleet.listed()[0].seen_at > before
    assert [offer.family for offer in offers.live()] == ["logistic"]
    assert not fleet.still_here("nobody")


def test_one_that_leaves_takes_its_offers_along():
    offers.publish("worker-1", "2 processor cores", [OFFER])
    fleet.leave("worker-1")
    assert fleet.listed() == [] and offers.live() == []


def test_one_that_is_silent_for_long_is_forgotten(change):
    offers.publish("worker-1", "2 processor cores", [OFFER])
    fleet.forget_silent()
    assert len(fleet.listed()) == 1
    change(lease_seconds=-1.0)
    fleet.forget_silent()
    assert fleet.listed() == []
