"""The sentence encoder as ONNX answers as torch does, and other weights are refused."""

import shutil

import numpy as np
import pytest

from backend.errors import FileDamaged, OptionsRefused
from backend.scorer import open_scorer
from backend.steps.columns import Role, to_plain
from backend.steps.sentences import FOLDER, LONGEST, MODEL, vectors_of
from tests.packaged import encoder
from tests.workers import learning
from workers.models.logistic import Options
from workers.steps import minilm, package
from workers.steps.regress import learn

TEXTS = [
    "Your account is suspended. Confirm at once: http://bank.example",
    "rent for may",
    "",
    "Ünïcode, EMOJI 👩 and a tab\t",
    "one word and another " * 40,
]
CLOSE = 0.999  # cosine; what whole numbers of 8 bits cost, see decisions/0018


def by_torch(texts):
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokeniser = AutoTokenizer.from_pretrained(package.folder())
    model = AutoModel.from_pretrained(package.folder()).eval()
    given = tokeniser(texts, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
    with torch.inference_mode():
        found = model(**given).last_hidden_state
    there = given["attention_mask"][:, :, None]
    mean = (found * there).sum(dim=1) / there.sum(dim=1)
    return torch.nn.functional.normalize(mean, dim=1).numpy()


def test_it_answers_as_torch_does():
    found = vectors_of(TEXTS, encoder())
    assert ((found * by_torch(TEXTS)).sum(axis=1) > CLOSE).all()


def test_without_rounding_it_is_the_same_network(tmp_path, monkeypatch):
    def kept(weight, axis):
        return weight, np.ones_like(weight.max(axis=axis, keepdims=True))

    monkeypatch.setattr(minilm, "_as_whole_numbers", kept)
    minilm.write_encoder(tmp_path)
    assert np.abs(vectors_of(TEXTS, tmp_path) - by_torch(TEXTS)).max() < 1e-5


def test_it_takes_a_quarter_of_the_room():
    assert 20e6 < (encoder() / MODEL).stat().st_size < 25e6


def test_weights_that_are_not_the_pinned_ones_are_refused(tmp_path, monkeypatch):
    (tmp_path / "model.safetensors").write_bytes(b"others")
    monkeypatch.setattr(package, "folder", lambda: tmp_path)
    with pytest.raises(FileDamaged, match="pinned"):
        minilm.write_encoder(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_it_lies_beside_models_that_read_texts_and_no_others(tmp_path):
    frame = learning.simulated(60)
    lesson, _ = learning.lesson(tmp_path / "texts", frame)
    assert minilm.beside(lesson) == lesson.order.folder / FOLDER == minilm.beside(lesson)
    columns = [column for column in learning.COLUMNS if column.role is not Role.TEXT]
    lesson, _ = learning.lesson(tmp_path / "numbers", frame, columns=to_plain(columns))
    assert minilm.beside(lesson) is None and not (lesson.order.folder / FOLDER).exists()


def test_where_the_package_is_not_installed_texts_are_read_by_words_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(package, "MODULE", "a_package_nobody_has")
    lesson, _ = learning.lesson(tmp_path, learning.simulated(200))
    (words,) = learn(lesson, Options()).reader.profile.words
    assert words.meaning is None
    with pytest.raises(OptionsRefused, match=r"requirements-weights\.txt"):
        minilm.write_encoder(tmp_path)


def test_a_model_carried_to_another_folder_answers_there(tmp_path):
    frame = learning.simulated(200)
    lesson, _ = learning.lesson(tmp_path / "here", frame)
    learned = learn(lesson, Options())
    assert learned.reader.profile.words[0].meaning is not None
    learned.reader.write(lesson.order.folder)
    scores = open_scorer(lesson.order.folder).score(frame)
    shutil.copytree(lesson.order.folder, tmp_path / "there")
    shutil.rmtree(tmp_path / "here")
    assert np.array_equal(open_scorer(tmp_path / "there").score(frame), scores)


def test_a_model_that_reads_as_another_did_gets_its_encoder(tmp_path):
    lesson, _ = learning.lesson(tmp_path / "first", learning.simulated(200))
    reader = learn(lesson, Options()).reader
    (tmp_path / "second").mkdir()
    reader.write(tmp_path / "second")
    assert (tmp_path / "second" / FOLDER / MODEL).is_file()
