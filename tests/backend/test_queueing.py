"""A run enters the queue once, with its bell, whoever asks how often."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError

from backend import queueing, runs
from backend.queueing import SLOTS, TRAIN, Wanted
from db import Doorbell, migrate, transaction
from db import session as db_session
from settings import settings
from tests.backend.launching import add_dataset
from tests.chaos import proxy as proxies
from tests.chaos.proxy import Mode, proxy_before


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
    with ThreadPoolExecutor(20) as clicks:
        found = set(clicks.map(lambda _: queueing.queue(wanted, "k"), range(20)))
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


@pytest.mark.slow
@pytest.mark.postgres
def test_an_answer_that_is_lost_makes_no_second_run_and_loses_none(
    data_folder, postgres_database, change, monkeypatch
):
    monkeypatch.setattr(proxies, "COMMITTED_WITHIN", 0.05)
    change(database_url=postgres_database)
    migrate.upgrade()
    wanted = Wanted(TRAIN, "A run", add_dataset(), "logistic", "Quick check", {})
    queued = []
    with proxy_before(postgres_database) as (url, proxy):
        change(database_url=url)
        for number in range(100):
            proxy.set(Mode.CUT_AFTER_COMMIT)  # stored, and nobody hears of it
            queued.append(queueing.queue(wanted, f"{number}"))
        db_session.engine().dispose()
        assert proxy.cuts == 100
    change(database_url=postgres_database)
    assert sorted(run.id for run in runs.list_all()) == queued and len(set(queued)) == 100


def test_a_database_that_stays_away_is_said_to_be(wanted, change, monkeypatch, tmp_path):
    monkeypatch.setattr(queueing, "WAITS", (0.0, 0.0))
    usual = settings.database_url
    change(database_url=f"sqlite:///{tmp_path / 'nowhere' / 'none.db'}")
    with pytest.raises(OperationalError):
        queueing.queue(wanted, "k")
    change(database_url=usual)
    assert queueing.queued_before(TRAIN, "k") is None
