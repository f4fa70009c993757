"""Columns that give the customer away, and those that do not."""

import numpy as np
import pandas as pd

from backend.steps.identity import entity_codes, names_entity

ENTITY = pd.Series(np.repeat(np.arange(50), 20)).map("card {}".format)
CODES = entity_codes(ENTITY)
DRAW = np.random.default_rng(0)


def test_a_home_town_names_its_card():
    assert names_entity(ENTITY.str.replace("card", "town"), CODES)
    assert names_entity(pd.Series(np.repeat(DRAW.normal(size=50), 20)), CODES)


def test_a_place_near_home_names_its_card():
    home = np.repeat(DRAW.uniform(25, 48, 50), 20)
    assert names_entity(pd.Series(home + DRAW.uniform(-1, 1, 1_000)), CODES)


def test_what_many_cards_share_does_not():
    assert not names_entity(pd.Series(np.repeat(DRAW.choice(["f", "m"], 50), 20)), CODES)


def test_what_changes_within_a_card_does_not():
    assert not names_entity(pd.Series(DRAW.choice(["food", "fuel", "fun"], 1_000)), CODES)
    assert not names_entity(pd.Series(DRAW.normal(size=1_000)), CODES)


def test_a_flag_that_is_nearly_always_empty_does_not():
    flag = pd.Series([None] * 1_000, dtype="str")
    flag[::97] = "bad pin"
    assert not names_entity(flag, CODES)


def test_entities_seen_once_say_nothing():
    assert entity_codes(pd.Series([f"card {n}" for n in range(100)])) is None
    assert entity_codes(pd.Series(["a", None] * 50)) is None
