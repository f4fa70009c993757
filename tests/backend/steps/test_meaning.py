"""What texts mean, as a few numbers: apart where meanings are, alone as in bulk, no text kept."""

import json

import numpy as np
import pytest

from backend.steps import meaning
from backend.steps.meaning import WIDEST, Meaning
from backend.steps.sentences import WIDTH, vectors_of
from tests.packaged import encoder

CALM = ("see you at home", "rent for may", "thank you for lunch", "happy birthday dear")
URGENT = ("urgent: confirm your account", "your account is blocked", "call the bank at once")
TEXTS = [*CALM, *URGENT] * 3
MIDDLE = ["please verify that your card still works", "dinner with mum"]


def test_what_it_never_saw_lies_with_what_means_alike():
    learned = Meaning.fit(TEXTS, encoder())
    calm, urgent = learned.apply(CALM).mean(axis=0), learned.apply(URGENT).mean(axis=0)
    for text, near, far in zip(MIDDLE, (urgent, calm), (calm, urgent), strict=True):
        found = learned.apply([text])[0]
        assert np.linalg.norm(found - near) < np.linalg.norm(found - far)


def test_the_first_direction_is_the_widest_and_all_keep_distances_in_proportion():
    learned = Meaning.fit(TEXTS, encoder())
    assert learned.places == len(set(TEXTS)) - 1  # as many directions as texts can differ in
    found = learned.apply(TEXTS)
    spread = found.std(axis=0, ddof=1)
    assert spread[0] == pytest.approx(WIDEST, abs=1e-4) and (np.diff(spread) <= 1e-6).all()
    vectors = vectors_of(TEXTS, encoder())
    ratio = np.linalg.norm(found[0] - found[1:7], axis=1) / np.linalg.norm(
        vectors[0] - vectors[1:7], axis=1
    )
    assert np.allclose(ratio, ratio[0], rtol=1e-3)


def test_a_text_reads_alone_as_in_bulk_and_an_empty_one_is_zeros():
    learned = Meaning.fit(TEXTS, encoder())
    found = learned.apply([*MIDDLE, "", "  "])
    assert np.allclose(found[0], learned.apply(MIDDLE[:1])[0], atol=1e-6)
    assert found[:2].all() and not found[2:].any()
    assert learned.apply([]).shape == (0, learned.places)


def test_other_texts_leave_what_was_learned_unchanged():
    learned = Meaning.fit(TEXTS, encoder())
    learned.apply(MIDDLE)
    assert Meaning.fit(TEXTS, encoder()) == learned


def test_its_plain_form_holds_no_text_and_no_path(tmp_path):
    learned = Meaning.fit(TEXTS, encoder())
    stored = json.dumps(learned.to_plain())
    assert Meaning.from_plain(json.loads(stored), encoder()) == learned
    assert "account" not in stored and str(encoder()) not in stored
    assert len(stored) < 8 * WIDTH * (learned.places + 1)
    lost = Meaning.from_plain(learned.to_plain(), tmp_path)
    with pytest.raises(FileNotFoundError):
        lost.apply(["see you"])


def test_texts_that_all_say_the_same_and_too_many_are_not_read(monkeypatch):
    assert Meaning.fit(["the same"] * 20, encoder()) is None
    assert Meaning.fit([""] * 20, encoder()) is None
    monkeypatch.setattr(meaning, "MOST_TEXTS", 3)
    assert Meaning.fit(TEXTS, encoder()) is None
