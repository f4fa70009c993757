"""Cells as words for a language model: categories, yes or no, weekdays, free text."""

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.steps.profile import Category

NONE, OTHER = "none", "other"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
YES, NO = {"1", "1.0", "yes", "y", "true", "t"}, {"0", "0.0", "no", "n", "false", "f"}
LONGEST_CELL = 400  # characters of free text that are read
LONGEST_WORD = 40  # characters of a category or a name that are read

# Marks that tokenisers give a meaning of their own ([SEP], <s>, <|end|>): a cell is data.
CONTROL = re.compile(r"[\[\]<>{}|\x00-\x1f]+")
NOT_A_WORD = re.compile(r"[\W_]+")
ASKS = re.compile(r"^(is|has|was) ")

Texts = list[str]


def in_words(number: NDArray[np.float64], words: tuple[str, ...], missing: str) -> Texts:
    """Return the word at each whole number (n,), rounded down; `missing` for NaN."""
    place = np.where(np.isnan(number), len(words), number).astype(np.int64)
    return list(np.array([*words, missing], dtype=object)[place])


def categories(values: pd.Series, words: dict[str, str], missing: str) -> Texts:
    """Return each category (n,) by its word; `missing` where it is, "other" where unknown."""
    codes, found = pd.factorize(values)
    known = [words.get(str(value), OTHER) for value in found]
    return list(np.array([*known, missing], dtype=object)[codes])


def free_text(values: pd.Series, missing: str) -> Texts:
    """Return free text (n,) without control marks, at most 400 characters each."""
    cells = values.astype(object).where(values.notna(), missing)
    return [CONTROL.sub(" ", str(cell)[:LONGEST_CELL]).strip() or missing for cell in cells]


def plain_words(category: Category) -> dict[str, str]:
    """Return {category: its letters and digits as words}."""
    return {value: _plain(value) for value in category.known}


def short_words(category: Category) -> dict[str, str]:
    """Return {category: its words without those that all of them share}.

    Yes and no become the column's name and nothing: "is_url: yes" is "url". A category that
    would be left without a word keeps all of them.
    """
    if is_flag(category):
        name = short_name(category.name)
        return {value: name if value.lower() in YES else "" for value in category.known}
    plain = plain_words(category)
    shared = set.intersection(*(set(words.split()) for words in plain.values())) if plain else set()
    left = {
        value: " ".join(word for word in words.split() if word not in shared)
        for value, words in plain.items()
    }
    return {value: left[value] or plain[value] for value in plain}


def is_flag(category: Category) -> bool:
    """Return whether a column says yes, or yes and no, and nothing else."""
    said = {value.lower() for value in category.known}
    return bool(said & YES) and said <= YES | NO


def short_name(column: str) -> str:
    """Return the name of a column as words: "is_url" is "url"."""
    return ASKS.sub("", _plain(column))


def _plain(value: str) -> str:
    return NOT_A_WORD.sub(" ", value).strip()[:LONGEST_WORD].lower() or OTHER
