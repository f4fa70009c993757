"""Free text as numbers: alone as in bulk, without digits, and apart where fraud is."""

import json

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from backend.steps.words import DIRECTIONS, MOST_TERMS, REACH, Words
from tests.packaged import encoder
from tests.real_data import real_data

CALM = ("see you at home", "rent for may", "thank you for lunch", "happy birthday dear")
URGENT = ("urgent: confirm account 4711", "your account is blocked, call 0900 now")


def messages(rows: int = 400) -> tuple[pd.Series, np.ndarray]:
    draw = np.random.default_rng(0)
    label = (np.arange(rows) % 5 == 0).astype(float)
    texts = [draw.choice(URGENT if fraud else CALM) for fraud in label]
    return pd.Series([f"{text} {draw.integers(1e9)}" for text in texts], name="memo"), label


def test_what_frauds_write_lies_apart_from_what_others_write():
    texts, label = messages()
    found = Words.fit(texts, label).apply(texts)
    frauds, others = found[label == 1], found[label == 0]
    apart = np.abs(frauds.mean(axis=0) - others.mean(axis=0))
    assert apart.max() > 2 * frauds.std(axis=0)[apart.argmax()]


def test_no_digit_is_known():
    words = Words.fit(*messages())
    assert "urgent" in words.words
    assert not any(digit in term for term in words.words + words.pieces for digit in "123456789")
    texts = pd.Series(["call 0900 now", "call 7215 now"], name="memo")
    assert np.array_equal(*words.apply(texts))


def test_a_word_that_few_wrote_is_not_known():
    texts, label = messages()
    texts[:4] = "meet Ermintrude"
    words = Words.fit(texts, label)
    assert not any("ermin" in term for term in words.words + words.pieces)


KNOWN = Words.fit(*messages())


@given(st.lists(st.text(max_size=60) | st.none(), min_size=1, max_size=5))
def test_any_text_reads_alone_as_it_does_in_bulk(cells):
    found = KNOWN.apply(pd.Series(cells, name="memo", dtype=object))
    assert np.isfinite(found).all() and np.abs(found).max() <= REACH
    for place, cell in enumerate(cells):
        alone = KNOWN.apply(pd.Series([cell], name="memo", dtype=object))
        assert np.array_equal(alone[0], found[place])


def test_survives_its_plain_form():
    words = Words.fit(*messages())
    assert Words.from_plain(json.loads(json.dumps(words.to_plain()))) == words


def test_a_text_without_a_known_word_is_zeros_and_no_text_is_no_row():
    words = Words.fit(*messages())
    texts = pd.Series([None, "", "ξψω"], name="memo", dtype=object)
    assert not words.apply(texts).any()
    assert words.apply(texts.head(0)).shape == (0, words.places)


def test_texts_that_say_nothing_are_not_read():
    label = np.array([0.0, 1.0] * 10)
    for cells in (["the same"] * 20, [None] * 20, [chr(97 + n) for n in range(20)]):
        assert Words.fit(pd.Series(cells, name="memo", dtype=object), label) is None


def test_what_a_text_means_stands_beside_its_words():
    texts, label = messages()
    alone, both = Words.fit(texts, label), Words.fit(texts, label, encoder())
    assert both.places > alone.places
    found = both.apply(texts)
    assert found.shape == (len(texts), both.places)
    assert np.array_equal(found[:, : alone.places], alone.apply(texts))
    assert found[:, alone.places :].any(axis=1).all()
    assert not both.apply(pd.Series([None, ""], name="memo", dtype=object)).any()
    assert np.array_equal(*both.apply(pd.Series(["call 0900 now", "call 7215 now"], name="memo")))


def test_with_a_meaning_it_survives_its_plain_form():
    words = Words.fit(*messages(), encoder())
    again = Words.from_plain(json.loads(json.dumps(words.to_plain())), encoder())
    assert again == words and again.meaning.encoder == encoder()


def test_words_from_before_meanings_read_on():
    words = Words.fit(*messages())
    stored = words.to_plain()
    del stored["meaning"]
    assert Words.from_plain(stored) == words


def test_without_labels_the_most_common_terms_are_kept():
    texts, label = messages()
    assert "home" in Words.fit(texts, np.full(len(label), np.nan)).words


def test_a_long_file_is_read_in_part_and_every_fraud_counts(monkeypatch):
    monkeypatch.setattr("backend.steps.words.READ", 100)
    texts, label = messages(2_000)
    label = np.where(np.arange(2_000) < 50, label, 0)
    texts[label == 1] = "cuckoo"
    assert "cuckoo" in Words.fit(texts, label).words


def test_real_messages_fit_into_few_terms_and_places():
    table = pd.read_csv(real_data("sms_phishing.csv"))
    label = (table["LABEL"].str.lower() == "smishing").to_numpy(dtype=float)
    words = Words.fit(table["TEXT"], label)
    assert len(words.rarity) == MOST_TERMS and words.places == DIRECTIONS
    assert len(json.dumps(words.to_plain())) < 1_500_000
