"""Weights go on to the same columns, and between unlike files as far as they mean the same."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from backend.reader import Reader
from backend.steps.columns import Column, Role, to_plain
from backend.steps.fields import Fields
from backend.steps.situation import Rows
from tests.workers.learning import COLUMNS, order, simulated
from workers.order import Order
from workers.steps.carry import Start, carry
from workers.steps.history_net import HistoryConfig, TransactionModel

FRAME = simulated(300)
OTHER = FRAME.rename(columns={"shop": "trade"}).assign(
    trade=FRAME["shop"], distance=FRAME["distance"].round(-1), height=FRAME["distance"] * 3
)
OTHER_COLUMNS = (
    *(
        replace(c, name="trade") if c.name == "shop" else c
        for c in COLUMNS
        if c.role is not Role.TEXT
    ),
    Column("height", Role.NUMBER, "numbers"),
)


def built(frame, columns, bins=8, **size) -> tuple[TransactionModel, Fields]:
    read = Fields.fit(frame, columns, "date", bins=bins, depth=3)
    more = Rows.of(read, None, frame.head(2)).more.shape[1]
    size = {"hidden": 24, "members": 3, "width": 16, **size}
    model = TransactionModel(HistoryConfig.of(read, more, **size))
    with torch.no_grad():
        for each in model.parameters():
            each.normal_()
    return model, read


def started(folder: Path, **size) -> tuple[Start, TransactionModel]:
    model, read = built(FRAME, COLUMNS, dataset="rows.parquet", **size)
    folder.mkdir()
    model.save_pretrained(folder / "model")
    Reader("events", read.profile, COLUMNS, 1.0, fields=read).write(folder)
    return Start.open(folder), model


def test_everything_goes_on_to_the_same_columns(tmp_path):
    start, before = started(tmp_path / "run")
    model, read = built(FRAME, COLUMNS, nets=2)
    carried = carry(start, model, read)
    own, old = dict(model.named_parameters()), dict(before.named_parameters())
    left = {name for name in own if name not in carried.brought}
    assert left == {"nets.0.head.bias", "nets.1.head.bias"}
    for name in carried.brought:
        assert torch.equal(own[name], old[name.replace("nets.1", "nets.0")]), name
    assert carried.told() == {"tensors_carried": len(own) - 2, "tensors": len(own)}


def test_answers_that_learned_nothing_stay_behind(tmp_path):
    start, _ = started(tmp_path / "run", taught=False)
    model, read = built(FRAME, COLUMNS)
    assert "nets.0.head.last" not in carry(start, model, read).brought


def test_other_columns_get_the_attention_and_what_both_have(tmp_path):
    start, before = started(tmp_path / "run", field_blocks=1)
    model, read = built(OTHER, OTHER_COLUMNS, field_blocks=1)
    untouched = {name: each.clone() for name, each in model.named_parameters()}
    brought = carry(start, model, read).brought
    net, old = model.nets[0], before.nets[0]
    assert torch.equal(net.history.blocks[0].tell.weight, old.history.blocks[0].tell.weight)
    assert torch.equal(net.history.event.shared, old.history.event.shared)
    assert torch.equal(model.name.weight, before.name.weight)
    assert "nets.0.words.tables.0.weight" not in brought  # "trade" here, "shop" there
    gap = slice(len(read.followed) + 1, len(read.followed) + 1 + 16)
    gap_there = slice(len(start.read.followed) + 1, len(start.read.followed) + 1 + 16)
    event, event_there = net.history.event.own.weight, old.history.event.own.weight
    assert torch.equal(event[:, gap], event_there[:, gap_there])
    height = [scale.name for scale in read.scales].index("height")
    query = net.history.query.own.weight
    assert torch.equal(query[:, height], untouched["nets.0.history.query.own.weight"][:, height])


def test_a_category_keeps_the_words_both_runs_know(tmp_path):
    start, before = started(tmp_path / "run")
    fewer = FRAME[FRAME["shop"] != "travel"]
    model, read = built(fewer, COLUMNS)
    carry(start, model, read)
    known, there = (each.profile.categories[0].known for each in (read, start.read))
    assert "travel" in there and "travel" not in known
    for word in known:
        mine = model.nets[0].words.tables[0].weight[known.index(word) + 2]
        assert torch.equal(mine, before.nets[0].words.tables[0].weight[there.index(word) + 2])


def test_another_size_takes_what_fits(tmp_path):
    start, _ = started(tmp_path / "run")
    model, read = built(FRAME, COLUMNS, width=32)
    brought = carry(start, model, read).brought
    assert "nets.0.head.second.weight" in brought
    assert "nets.0.history.blocks.0.tell.weight" not in brought


@pytest.mark.parametrize(
    ("dataset", "columns", "alike"),
    [
        ("rows.parquet", COLUMNS, True),
        ("other", COLUMNS, False),
        ("rows.parquet", COLUMNS[1:], False),
    ],
)
def test_fields_stay_only_on_the_same_columns_of_the_same_dataset(
    tmp_path, dataset, columns, alike
):
    start, _ = started(tmp_path / "run")
    work = Order.read(order(tmp_path / "next", Path(dataset), columns=to_plain(columns)))
    assert start.read_alike(work, past=None) == alike
