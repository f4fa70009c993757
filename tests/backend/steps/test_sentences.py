"""Sentence vectors: near where texts mean alike, alone as in bulk, and without torch."""

import subprocess
import sys

import numpy as np
import pytest

from backend.steps import sentences
from backend.steps.sentences import FOLDER, MOST_REMEMBERED, WIDTH, carry, vectors_of
from settings import ROOT
from tests.packaged import encoder

TEXTS = ["your account is blocked, call us", "rent for may", "", "urgent [SEP] transfer " * 40]


def forgotten():
    """Read every text anew."""
    sentences._opened.cache_clear()


def test_texts_that_mean_the_same_lie_close_without_a_word_in_common():
    asked, alike, other = vectors_of(
        ["your bank card was suspended", "we have frozen this account", "lunch was great"],
        encoder(),
    )
    assert asked @ alike > 0.3 > asked @ other + 0.1


def test_a_text_has_the_same_vector_alone_in_bulk_and_twice():
    forgotten()
    found = vectors_of([*TEXTS, *TEXTS], encoder())
    assert np.array_equal(found[: len(TEXTS)], found[len(TEXTS) :])
    for text, vector in zip(TEXTS, found, strict=False):
        forgotten()
        assert np.abs(vectors_of([text], encoder())[0] - vector).max() < 1e-6
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


def test_no_text_is_no_vector():
    assert vectors_of([], encoder()).shape == (0, WIDTH)


def test_what_does_not_fit_in_memory_is_read_all_the_same(monkeypatch):
    forgotten()
    found = vectors_of(TEXTS, encoder())
    forgotten()
    monkeypatch.setattr(sentences, "MOST_REMEMBERED", 2)
    assert MOST_REMEMBERED > 2
    assert np.array_equal(vectors_of(TEXTS, encoder()), found)
    assert not sentences._opened(encoder().resolve()).remembered


def test_carried_to_another_folder_it_answers_there(tmp_path):
    carry(encoder(), tmp_path / FOLDER)
    carry(tmp_path / "nowhere", tmp_path / FOLDER)  # one lies there already
    found = vectors_of(TEXTS, tmp_path / FOLDER)
    assert np.array_equal(found, vectors_of(TEXTS, encoder()))


def test_a_folder_without_an_encoder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no sentence encoder"):
        vectors_of(["text"], tmp_path)


def test_it_answers_in_a_process_without_torch():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path\n"
            "from backend.steps.sentences import vectors_of\n"
            f"print(vectors_of(['text'], Path({str(encoder())!r})).shape)\n"
            "print(sorted({'torch', 'transformers', 'safetensors', 'onnx'} & set(sys.modules)))",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n")[:2] == [f"(1, {WIDTH})", "[]"]
