"""`bert` learning through an adapter: the finished model is an ordinary one, and proven."""

import pytest
from safetensors import safe_open

from backend.scorer import open_scorer
from tests.workers import learning
from workers.models.bert import Options
from workers.steps import finetune
from workers.steps.export import TOLERANCE

SMALL = {"epochs": 1.0, "checks": 1, "batch_size": 16, "max_length": 48, "negatives_per_fraud": 2.0}


@pytest.mark.slow
def test_an_adapter_leaves_an_ordinary_model(tmp_path):
    encoder = str(learning.tiny_encoder(tmp_path / "encoder"))
    lesson, _ = learning.lesson(tmp_path, learning.simulated(400), encoder=encoder)
    learned = finetune.learn(lesson, Options(**SMALL, adapter="lora"))
    learned.reader.write(lesson.order.folder)
    assert learned.parity <= TOLERANCE
    assert learned.extras["adapter"]["kind"] == "lora"
    assert learned.extras["adapter"]["parameters"] < learned.parameters
    with safe_open(lesson.order.folder / "model" / "model.safetensors", "pt") as stored:
        assert not [name for name in stored.keys() if "lora" in name]  # noqa: SIM118
    scorer = open_scorer(lesson.order.folder)
    assert scorer.reader.serialiser == "words"
    assert len(scorer.score(lesson.test.frame())) == len(lesson.test)
