"""Categories as words: what all share is left out, yes is the column's name."""

import pandas as pd
import pytest

from backend.steps import cells
from backend.steps.profile import Category


def test_words_that_all_categories_share_are_left_out():
    chip = Category("Use Chip", ("Swipe Transaction", "Chip Transaction"))
    assert list(cells.short_words(chip).values()) == ["swipe", "chip"]


def test_a_category_without_a_word_of_its_own_keeps_all():
    places = Category("place", ("new york", "york"))
    assert list(cells.short_words(places).values()) == ["new", "york"]
    assert cells.short_words(Category("place", ("york",))) == {"york": "york"}
    assert cells.short_words(Category("place", ())) == {}


@pytest.mark.parametrize(
    ("known", "flag"),
    [
        (("No", "yes"), True),
        (("Y",), True),
        (("0", "1"), True),
        (("no",), False),
        (("1", "2"), False),
        ((), False),
    ],
)
def test_a_flag_says_yes_or_no(known, flag):
    assert cells.is_flag(Category("x", known)) is flag


def test_yes_is_the_name_of_the_column_and_no_is_nothing():
    flag = Category("is_url", ("no", "yes"))
    words = cells.short_words(flag)
    told = cells.categories(pd.Series(["yes", "no", "maybe", None]), words, "url none")
    assert told == ["url", "", "other", "url none"]


def test_free_text_loses_its_control_marks():
    told = cells.free_text(pd.Series(["a [SEP] b", None, "<s>", "x" * 500]), "none")
    assert told == ["a  SEP  b", "none", "s", "x" * 400]
