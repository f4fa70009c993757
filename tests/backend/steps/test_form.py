"""One transaction typed by hand: fields, values, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backend.errors import TransactionRefused
from backend.steps import form
from backend.steps.features import DAY, Plan
from backend.steps.fields import Fields
from backend.steps.profile import Profile
from tests.workers.learning import COLUMNS, simulated

FRAME = simulated(500)
PROFILE = Profile.fit(FRAME, COLUMNS, "date")
FIELDS = form.fields_of(PROFILE, COLUMNS)


def test_asks_for_what_the_model_reads_and_nothing_else():
    assert [(field.name, field.kind) for field in FIELDS] == [
        ("spent", "amount"),
        ("Time", "time"),
        ("shop", "choice"),
        ("distance", "number"),
        ("memo", "text"),
    ]
    assert FIELDS[2].default == FIELDS[2].choices[0] == "grocery_pos"


def test_a_model_with_a_history_asks_whose_transaction_it_is_and_with_whom():
    read = Fields.fit(FRAME, COLUMNS, "date", bins=8, depth=4)
    fields = form.fields_of(PROFILE, COLUMNS, read)
    assert [(field.name, field.kind) for field in fields[:3]] == [
        ("card", "entity"),
        ("With whom", "counterparty"),
        ("spent", "amount"),
    ]
    again = form.frame_of(PROFILE, fields, form.values_of(PROFILE, fields, FRAME.iloc[3])).iloc[0]
    for name in ("_entity", "_counterparty", "_time"):
        assert again[name] == FRAME[name].iloc[3]
    assert form.frame_of(PROFILE, fields, {"card": " "})["_entity"].isna().all()


def test_features_of_the_past_ask_for_what_they_are_computed_from_and_are_not_asked_for():
    plan = Plan.fit(FRAME, COLUMNS, delay=DAY)
    columns = (*COLUMNS, *plan.columns)
    told = FRAME.assign(**dict.fromkeys(plan.words, np.arange(len(FRAME)) / 7))
    fields = form.fields_of(Profile.fit(told, columns, "date"), COLUMNS, None, plan)
    assert [(field.name, field.kind) for field in fields[:2]] == [
        ("card", "entity"),
        ("With whom", "counterparty"),
    ]
    assert fields[2:] == FIELDS
    placed = replace(plan, place=("lat", "long"), categories=("shop", "trade"))
    more = form.fields_of(PROFILE, COLUMNS, None, placed)[len(fields) :]
    assert [(field.name, field.kind) for field in more] == [
        ("lat", "number"),
        ("long", "number"),
        ("trade", "text"),
    ]


def test_a_model_without_a_history_asks_no_more_than_others():
    read = Fields.fit(FRAME, COLUMNS, "date", bins=8, depth=0)
    assert form.fields_of(PROFILE, COLUMNS, read) == FIELDS


def test_a_stored_row_survives_the_form():
    for place in range(50):
        row = FRAME.iloc[place]
        again = form.frame_of(PROFILE, FIELDS, form.values_of(PROFILE, FIELDS, row)).iloc[0]
        for name in ("_amount", "_time", "distance", "shop", "memo"):
            assert (pd.isna(row[name]) and pd.isna(again[name])) or row[name] == again[name]


@pytest.mark.parametrize(
    ("field", "value"),
    [("spent", "a lot"), ("Time", "yesterday"), ("distance", "nan"), ("distance", [1])],
)
def test_names_the_field_it_cannot_read(field, value):
    with pytest.raises(TransactionRefused, match=field):
        form.frame_of(PROFILE, FIELDS, {field: value})


def test_refuses_a_field_the_model_does_not_have():
    with pytest.raises(TransactionRefused, match="reference"):
        form.frame_of(PROFILE, FIELDS, {"reference": "x"})


def test_what_is_left_out_is_missing():
    row = form.frame_of(PROFILE, FIELDS, {"shop": " "}).iloc[0]
    assert row["shop"] is None or pd.isna(row["shop"])
    assert np.isnan(row["_amount"])


def test_an_elapsed_clock_is_written_in_seconds():
    assert form.read_time(form.write_time(69.5, "elapsed"), "elapsed") == 69.5
