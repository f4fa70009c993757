"""An adapter learns beside a frozen body, the head learns in full, and both end in the weights."""

import pytest
import torch

from backend.errors import OptionsRefused
from tests.workers import learning
from workers.steps import adapt, encoder

IDS = torch.arange(5, 25).reshape(2, 10)
MASK = torch.ones_like(IDS)


@pytest.fixture
def model(tmp_path):
    source = encoder.find(str(learning.tiny_encoder(tmp_path / "e")), "")
    return encoder.load_classifier(source, 0, 0)


def answers(model):
    with torch.no_grad():
        return model.eval()(input_ids=IDS, attention_mask=MASK).logits


def test_a_small_encoder_learns_in_full_unless_asked(model):
    assert adapt.prepare(model, "auto") is model
    assert adapt.merged(model) is model
    assert adapt.told(model)["kind"] == "full"


def test_a_large_encoder_learns_by_an_adapter(model, monkeypatch):
    monkeypatch.setattr(adapt, "LORA_FROM", 1_000)
    assert adapt.told(adapt.prepare(model, "auto"))["kind"] == "lora"


def test_an_adapter_begins_where_the_encoder_was(model):
    before = answers(model)
    assert torch.equal(answers(adapt.prepare(model, "lora")), before)


def test_the_adapter_and_the_head_learn_and_nothing_else(model):
    """Rank 8 on query and value of two layers, 32 wide: 2·2·2·8·32; pooler 32·33, head 2·33."""
    adapted = adapt.prepare(model, "lora")
    learning = [name for name, each in adapted.named_parameters() if each.requires_grad]
    assert all("lora_" in name or "pooler" in name or "classifier" in name for name in learning)
    assert adapt.told(adapted) == {"kind": "lora", "parameters": 2_048 + 1_056 + 66}


def test_merged_it_answers_as_it_did_with_as_many_weights_as_before(model):
    shape = {name: each.shape for name, each in model.state_dict().items()}
    adapted = adapt.prepare(model, "lora")
    for each in adapted.parameters():
        if each.requires_grad:
            each.data += 0.1 * torch.randn_like(each)
    learned = answers(adapted)
    whole = adapt.merged(adapted)
    assert torch.allclose(answers(whole), learned, atol=1e-5)
    assert {name: each.shape for name, each in whole.state_dict().items()} == shape


def test_an_encoder_without_projections_cannot_have_an_adapter():
    with pytest.raises(OptionsRefused, match="full"):
        adapt.prepare(torch.nn.Linear(2, 2), "lora")
