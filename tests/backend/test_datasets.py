"""Datasets end to end: received, understood, changed, accepted, shown, deleted."""

import io

from backend import datasets


def test_sample_is_ready_and_one_however_often_it_is_pressed(house):
    first = datasets.receive_sample()
    again = datasets.receive_sample()

    assert first.is_ready
    assert again == datasets.get(first.id)
    assert [dataset.id for dataset in datasets.list_all()] == [first.id]
    assert (first.rows, first.unreadable, first.clock, first.currency) == (50_000, 0, "date", "€")
    assert 0.008 < first.fraud_rate < 0.0105
