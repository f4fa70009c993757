"""The doorbell, on a real broker: rung at launch, rung again when nobody heard it."""

import base64
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import redis

from backend import attempts, fleet, jobs, runs, turns
from db import Doorbell, transaction
from settings import environment
from tests.backend.launching import LONG_AGO, launch, put


def messages(url: str, queue: str = turns.CPU) -> list[list[int]]:
    with redis.Redis.from_url(url) as broker:
        found = [json.loads(raw) for raw in broker.lrange(queue, 0, -1)]
    return [json.loads(_decoded(message["body"]))[0] for message in found]


def _decoded(body: str) -> bytes:
    return base64.b64decode(body)


def rung(run_id: int) -> bool:
    with transaction(reading=True) as session:
        return session.get(Doorbell, run_id).rung_at is not None


def test_a_launch_rings_with_the_number_alone(house, valkey, change) -> None:
    change(broker_url=valkey)
    run_id = launch()
    assert messages(valkey) == [[run_id]] and rung(run_id)
    assert jobs.ring_the_waiting() == 0


def test_a_broker_that_is_away_costs_nothing_but_time(house, valkey, change) -> None:
    run_id = launch()  # the house's own broker does not run
    assert not rung(run_id)
    assert jobs.ring_the_waiting() == 0
    change(broker_url=valkey)
    assert jobs.ring_the_waiting() == 1
    assert messages(valkey) == [[run_id]]


def test_a_bell_nobody_heard_is_rung_again(house, valkey, change) -> None:
    change(broker_url=valkey)
    run_id = launch()
    with redis.Redis.from_url(valkey) as broker:
        broker.flushall()
    change(rering_seconds=-1.0)
    assert jobs.ring_the_waiting() == 1
    assert messages(valkey) == [[run_id]]


@pytest.mark.parametrize("end", [lambda run: attempts.claim(run, "worker-1"), runs.cancel])
def test_a_run_that_waits_no_more_is_not_rung(house, valkey, change, end) -> None:
    end(launch())
    change(broker_url=valkey, rering_seconds=-1.0)
    assert jobs.ring_the_waiting() == 0


def test_a_run_that_waits_for_its_time_is_rung_when_it_is_due(house, valkey, change) -> None:
    run_id = launch()
    put(run_id, waits_until=datetime.now(UTC) + timedelta(hours=1))
    change(broker_url=valkey)
    assert jobs.ring_the_waiting() == 0
    put(run_id, waits_until=LONG_AGO)
    assert jobs.ring_the_waiting() == 1


def test_bells_ring_in_the_order_of_the_queue_and_where_each_run_is_needed(
    house, valkey, change
) -> None:
    plain, urgent, card = launch("plain"), launch("urgent"), launch("card")
    runs.prioritise(urgent, 1)
    put(card, need="gpu")
    fleet.register("with-card", "a card", "gpu", 1)
    change(broker_url=valkey)
    assert jobs.ring_the_waiting() == 3
    assert messages(valkey) == [[plain], [urgent]]  # a list is taken from its right end
    assert messages(valkey, turns.GPU) == [[card]]


def test_without_a_card_anywhere_the_processors_hear_of_runs_for_one(house, valkey, change) -> None:
    card = launch("card")
    put(card, need="gpu")
    change(broker_url=valkey)
    assert jobs.ring(card)
    assert messages(valkey) == [[card]]
    fleet.register("with-card", "a card", "gpu", 1)
    assert jobs.ring(card)
    assert messages(valkey, turns.GPU) == [[card]]


@pytest.mark.parametrize(("device", "needs"), [("cpu", "cpu batch"), ("0", "gpu cpu batch")])
def test_a_trainer_hears_the_queues_of_what_it_can_do(device: str, needs: str) -> None:
    program = "from workers.queue import app; print(*(q.name for q in app.conf.task_queues))"
    surroundings = environment(TOUCHSTONE_DEVICE=device)
    told = subprocess.check_output([sys.executable, "-c", program], env=surroundings, text=True)
    assert told.split() == needs.split()


def test_reapers_may_ring_at_the_same_time(each_house, valkey, change) -> None:
    numbers = {launch(f"{number}") for number in range(6)}
    change(broker_url=valkey, rering_seconds=-1.0)
    with ThreadPoolExecutor(4) as reapers:
        rung = list(reapers.map(lambda _: jobs.ring_the_waiting(), range(8)))
    assert rung == [6] * 8
    assert {message[0] for message in messages(valkey)} == numbers
