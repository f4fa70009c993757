"""The network reads what `situation` writes, sees only what is there, and survives its files."""

import numpy as np
import pytest
import torch

from backend.steps.events import Events
from backend.steps.fields import Fields
from backend.steps.session import open_session
from backend.steps.situation import Rows
from tests.backend.steps.looped import COLUMNS, drawn
from workers.steps.export_history import MeanLogit, export_history_model
from workers.steps.field_net import Numbers, Projection, number_places
from workers.steps.history_net import Head, HistoryConfig, TransactionModel

FRAME = drawn(120, seed=3)


def built(depth: int, **size) -> tuple[TransactionModel, torch.Tensor, torch.Tensor | None]:
    """Return a model that learned nothing, and rows as it reads them."""
    read = Fields.fit(FRAME, COLUMNS, "date", bins=16, depth=depth)
    events = Events.of(read, [FRAME]) if depth else None
    rows = Rows.of(read, events, FRAME)
    torch.manual_seed(0)
    model = TransactionModel(HistoryConfig.of(read, rows.more.shape[1], **size)).eval()
    past = torch.from_numpy(rows.past(read, events)) if events else None
    return model, torch.from_numpy(rows.row), past


def named(model: TransactionModel) -> None:
    """Give the columns names that say something, and weights that hear it."""
    with torch.no_grad():
        model.called.normal_()
        for module in model.modules():
            if isinstance(module, Projection):
                module.shared.normal_(std=0.1)


def test_numbers_become_steps_that_fill_one_after_the_other():
    found = Numbers([3, 2])(torch.tensor([[1.5, -1.0], [3.0, 0.0]]))
    assert found.tolist() == [[0, 1, 1, 0.5, 0, 0, 0], [0, 0, 1, 1, 1, 0, 0]]


def test_members_differ_from_the_start():
    head = Head(HistoryConfig(members=4, chance=0.01), 6)
    found = head(torch.randn(3, 6))
    assert found.shape == (3, 4)
    assert (found.std(dim=1) > 0).all()
    assert head.bias.tolist() == pytest.approx([np.log(0.01 / 0.99)] * 4)


def test_events_that_are_not_there_change_nothing():
    model, row, past = built(depth=4)
    noise = torch.where(past[..., :1] > 0, past, torch.randn_like(past).abs())
    noise[..., 0] = past[..., 0]
    noise[..., -2:] = past[..., -2:]  # codes must be codes
    assert torch.allclose(model(row, past), model(row, noise), atol=1e-6)


def test_the_order_of_events_does_not_matter_and_their_content_does():
    model, row, past = built(depth=4, blocks=2)
    assert torch.allclose(model(row, past), model(row, past.flip(1)), atol=1e-6)
    assert not torch.allclose(model(row, past), model(row, torch.zeros_like(past)), atol=1e-3)


def test_fields_are_hidden_only_while_it_learns():
    model, row, past = built(depth=2)
    assert torch.equal(model(row, past), model(row, past))
    model.train()
    assert not torch.equal(model(row, past), model(row, past))


def test_survives_its_folder(tmp_path):
    model, row, past = built(depth=4, nets=2)
    model.save_pretrained(tmp_path)
    assert (tmp_path / "model.safetensors").is_file()
    again = TransactionModel.from_pretrained(tmp_path).eval()
    assert torch.equal(again(row, past), model(row, past))


def test_the_fields_of_a_transaction_tell_each_other_something():
    model, row, _ = built(depth=0, field_blocks=2)
    before = model(row)
    model.nets[0].row.blocks[0].out.weight.data.normal_(std=0.5)
    assert not torch.allclose(model(row), before, atol=1e-3)


def test_names_mix_weights_that_all_columns_share_until_they_are_folded():
    model, row, past = built(depth=4, field_blocks=1)
    plain = model(row, past)
    named(model)
    heard = model(row, past)
    assert not torch.allclose(heard, plain, atol=1e-3)
    model.fold()
    model.called.zero_()
    assert torch.allclose(model(row, past), heard, atol=1e-5)


def test_a_shared_answer_is_the_same_at_equal_shares_of_the_quantiles():
    def answers(steps: int, place: float) -> torch.Tensor:
        layer = Projection(number_places([steps], [0]), 3)
        layer.own.requires_grad_(False).weight.zero_()
        layer.own.bias.zero_()
        torch.manual_seed(0)
        layer.shared.data.normal_()
        return layer(Numbers([steps])(torch.tensor([[place]])), torch.ones(1, 8))

    assert torch.allclose(answers(16, 8.0), answers(24, 12.0), atol=1e-5)
    assert not torch.allclose(answers(16, 8.0), answers(16, 9.0), atol=1e-2)


@pytest.mark.slow
@pytest.mark.parametrize(("depth", "blocks", "fields"), [(0, 1, 1), (4, 1, 0), (4, 2, 2)])
def test_answers_in_onnx_as_in_torch(tmp_path, depth, blocks, fields):
    model, row, past = built(depth, blocks=blocks, field_blocks=fields, nets=2)
    named(model)
    few = None if past is None else past[:3]
    export_history_model(model, row[:3], few, tmp_path / "model.onnx")
    given = {"row": row.numpy()} | ({} if past is None else {"past": past.numpy()})
    session = open_session(tmp_path / "model.onnx")
    found = session.run(["logit"], given)[0]
    with torch.inference_mode():
        assert found == pytest.approx(MeanLogit(model)(row, past).numpy(), abs=1e-5)
    one = session.run(["logit"], {name: values[:1] for name, values in given.items()})[0]
    assert one == pytest.approx(found[:1], abs=1e-5)
