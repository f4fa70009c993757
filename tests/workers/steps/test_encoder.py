"""Where encoders come from, and which are refused."""

import pytest
import torch

from backend.errors import OptionsRefused
from tests.workers import learning
from workers.steps import encoder

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_a_hub_name_needs_its_commit():
    with pytest.raises(OptionsRefused, match="40 hex"):
        encoder.find("someone/a-model", "main")
    assert encoder.find("someone/a-model", COMMIT) == encoder.Source("someone/a-model", COMMIT)


@pytest.mark.parametrize("name", ["../up", "http://169.254.169.254/x", "a b", "user@host/x/y"])
def test_what_is_neither_folder_nor_hub_name_is_refused(name):
    with pytest.raises(OptionsRefused):
        encoder.find(name, COMMIT)


def test_a_folder_is_loaded_with_as_many_layers_as_asked(tmp_path):
    source = encoder.find(str(learning.tiny_encoder(tmp_path / "e")), "")
    assert source.is_local
    sizes = [
        sum(each.numel() for each in encoder.load_classifier(source, layers, 0).parameters())
        for layers in (0, 1, 2)
    ]
    assert sizes[1] < sizes[2] == sizes[0]


def test_without_a_head_it_is_the_same_encoder(tmp_path):
    source = encoder.find(str(learning.tiny_encoder(tmp_path / "e")), "")
    whole, bare = encoder.load_classifier(source, 1, 0), encoder.load_encoder(source, 1)
    weights = whole.base_model.state_dict()
    assert all(torch.equal(weights[name], each) for name, each in bare.state_dict().items())


def test_weights_that_are_not_safetensors_are_refused(tmp_path):
    folder = learning.tiny_encoder(tmp_path / "e")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(OptionsRefused):
        encoder.load_classifier(encoder.find(str(folder), ""), 0, 0)


def test_the_tokeniser_says_what_pads(tmp_path):
    source = encoder.find(str(learning.tiny_encoder(tmp_path / "e")), "")
    assert encoder.save_tokeniser(source, tmp_path / "tokenizer.json") == 0
    assert (tmp_path / "tokenizer.json").is_file()
