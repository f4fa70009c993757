"""Learning that was cut short anywhere ends with the weights it would have had, bit for bit."""

import hashlib
import io
import json
import random
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from backend.steps.fields import Fields
from backend.steps.situation import Rows
from tests.workers.learning import COLUMNS, simulated
from workers.signals import Wishes
from workers.steps import checkpoint, train
from workers.steps.checkpoint import Keeper
from workers.steps.crew import Crew
from workers.steps.epochs import Labelled, Pace, Schooling
from workers.steps.guess_net import GuessingModel
from workers.steps.history_net import HistoryConfig, TransactionModel
from workers.steps.losses import CROSS_ENTROPY, LOSSES
from workers.steps.seen import Seen
from workers.steps.train import Recipe, Texts, Training
from workers.steps.unlabelled import Beside, Unlabelled
from workers.voice import LEFT, Voice

STEPS = 50
READ = Fields.fit(simulated(400), COLUMNS, "date", bins=8, depth=0)
Loop = Schooling | Training
Start = Callable[..., Loop]


def seen(rows: int, seed: int) -> Seen:
    frame = simulated(rows, seed, share=0.3)
    label = frame["_label"].to_numpy(dtype=np.int64)
    return Seen(READ, None, Rows.of(READ, None, frame), label, np.ones(rows))


class Reader(torch.nn.Module):
    """A classifier of texts with chance in it and a part that does not learn."""

    def __init__(self, chance: float) -> None:
        super().__init__()
        self.chance = chance
        self.embed = torch.nn.Embedding(20, 8)
        self.frozen = torch.nn.Linear(8, 8).requires_grad_(False)
        self.out = torch.nn.Linear(8, 2)
        with torch.no_grad():  # what is read anew for every attempt is the same each time
            self.frozen.weight.copy_(torch.linspace(-1, 1, 64).reshape(8, 8))
            self.frozen.bias.zero_()

    def forward(self, input_ids, attention_mask):
        found = self.frozen(self.embed(input_ids)) * attention_mask[..., None]
        found = found.sum(dim=1) / attention_mask.sum(dim=1, keepdim=True)
        found = torch.nn.functional.dropout(found, self.chance, self.training)
        return type("Answer", (), {"logits": self.out(found)})


TRAIN, CHECK = seen(75, 0), seen(60, 1)
LABELLED = Labelled(LOSSES[CROSS_ENTROPY], TRAIN, CHECK, 1.0)
PACE = Pace(5e-3, 15, patience=99, seed=0)
WORDS = np.random.default_rng(0)
TEXTS = Texts(
    [WORDS.integers(1, 20, WORDS.integers(2, 9)).tolist() for _ in range(200)],
    np.tile([1, 0, 0, 0], 50),
    np.ones(200),
)


def histories(keeper: Keeper, wishes: Wishes, seed: int = 0) -> Loop:
    """Ten epochs of five batches; labels, and guessing beside them, which draws at chance."""
    torch.manual_seed(seed)
    task = Beside(LABELLED, Unlabelled(TRAIN, CHECK, 0), weight=0.3)
    model, rounds = GuessingModel(TransactionModel(config())), [np.arange(75)] * 10
    return Schooling(model, PACE, task, rounds, keeper.voice, wishes, keeper)


def labels(keeper: Keeper, wishes: Wishes, crew: Crew) -> Loop:
    """The same from labels alone, and nothing at chance."""
    torch.manual_seed(0)
    model = TransactionModel(config(dropout=0.0, field_dropout=0.0))
    hold = keeper.voice, wishes, keeper, crew
    return Schooling(model, PACE, LABELLED, [np.arange(75)] * 10, *hold)


def config(**changes: float) -> HistoryConfig:
    return HistoryConfig.of(READ, TRAIN.rows.more.shape[1], hidden=8, members=2, **changes)


def texts(
    keeper: Keeper, wishes: Wishes, crew: Crew | None = None, seed: int = 0, chance: float = 0.2
) -> Loop:
    """Two epochs of 25 batches, checked twelve times."""
    torch.manual_seed(seed)
    return Training(
        model=Reader(chance),
        recipe=Recipe(2.0, 3e-3, 8, 0.1, 12, 0, 0),
        train=TEXTS,
        rounds=[np.arange(200)] * 2,
        check=TEXTS,
        kept_share=1.0,
        voice=keeper.voice,
        wishes=wishes,
        keeper=keeper,
        seconds_after=lambda _: 0.0,
        crew=crew or Crew(),
    )


LOOPS = pytest.mark.parametrize("start", [histories, texts])


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def keeper(folder: Path, resume: tuple[Path, ...] = (), **pace) -> Keeper:
    return Keeper(folder / "checkpoints", resume, Voice(io.StringIO()), **pace)


def told(loop: Loop, event: str) -> list[dict]:
    lines = map(json.loads, loop.voice.stream.getvalue().splitlines())
    return [line for line in lines if line["event"] == event]


def plain(each) -> np.ndarray:
    return each.detach().numpy() if isinstance(each, torch.Tensor) else each


def digest(loop: Loop) -> str:
    """Return what came of it: the best weights, the last ones, the average and every count."""
    arrays, state = loop.learner.snapshot()
    state["counts"].pop("seconds")
    whole = hashlib.sha256(json.dumps(state, sort_keys=True).encode())
    for name, each in sorted(arrays.items()):
        whole.update(name.encode() + plain(each).tobytes())
    return whole.hexdigest()


def test_every_source_of_chance_goes_on_where_it_stood(tmp_path):
    loop = texts(keeper(tmp_path), Wishes())
    arrays, state = loop.learner.snapshot()
    expected = torch.rand(3).tolist(), np.random.rand(3).tolist(), random.random()
    other = texts(keeper(tmp_path), Wishes(), seed=5)
    found = {name: plain(each) for name, each in arrays.items()}
    other.learner.restore(checkpoint.Saved(0, found, json.loads(json.dumps(state))))
    assert torch.rand(3).tolist() == expected[0]
    assert np.random.rand(3).tolist() == expected[1]
    assert random.random() == expected[2]


def leaving(loop: Loop, at: int) -> None:
    """Learn until the step `at`, and leave there."""
    learn = loop._learn

    def asked(places):
        loop.wishes.leave = loop.learner.step + 1 == at
        return learn(places)

    loop._learn = asked
    with pytest.raises(SystemExit) as left:
        loop.run()
    assert left.value.code == LEFT


@LOOPS
def test_goes_on_from_every_step_as_if_nothing_had_happened(tmp_path, monkeypatch, start: Start):
    """F17: from each of fifty steps on, edges of epochs and checks among them.

    Three steps later everything that learning depends on is what it was in the straight run.
    """
    monkeypatch.setattr(checkpoint, "KEPT", STEPS)
    straight = start(keeper(tmp_path / "straight", steps=1), Wishes())
    straight.run()
    folders = sorted((tmp_path / "straight" / "checkpoints").iterdir())
    assert len(folders) == STEPS == straight.steps
    for folder, later in zip(folders, folders[3:], strict=False):
        step, to = int(folder.name), int(later.name)
        again = start(keeper(tmp_path / folder.name, (folder,), steps=STEPS), Wishes(), seed=99)
        leaving(again, to)
        found = checkpoint.read(tmp_path / folder.name / "checkpoints" / later.name)
        assert same(found, checkpoint.read(later)), f"not the same three steps after {step}"
        between = [p for p in told(straight, "point") if step < p["step"] <= to]
        assert told(again, "point") == between, "a point is told twice or never"


def same(one: checkpoint.Saved, other: checkpoint.Saved) -> bool:
    for each in (one, other):
        each.state["counts"].pop("seconds")
    arrays = {name: each.tobytes() for name, each in one.arrays.items()}
    return one.state == other.state and arrays == {
        name: each.tobytes() for name, each in other.arrays.items()
    }


@LOOPS
@pytest.mark.parametrize("at", [4, 25])
def test_leaves_when_asked_to_and_ends_the_same(tmp_path, start: Start, at: int):
    """F22: not a step is lost."""
    straight = start(keeper(tmp_path / "straight"), Wishes())
    straight.run()
    leaving(start(keeper(tmp_path / "first"), Wishes()), at)
    (folder,) = (tmp_path / "first" / "checkpoints").iterdir()
    second = start(keeper(tmp_path / "second", (folder,)), Wishes(), seed=99)
    second.run()
    assert told(second, "resumed") == [{"event": "resumed", "step": at}]
    assert digest(second) == digest(straight)


@LOOPS
def test_what_had_ended_is_not_learned_again(tmp_path, start: Start):
    wishes = Wishes(keep_best=True)
    first = start(keeper(tmp_path / "first"), wishes)
    first.run()
    (folder,) = (tmp_path / "first" / "checkpoints").iterdir()
    second = start(keeper(tmp_path / "second", (folder,)), Wishes(), seed=99)
    best = second.run()
    assert best.step == second.learner.step == 1
    assert digest(second) == digest(first)


@pytest.mark.parametrize("start", [labels, partial(texts, chance=0.0)])
def test_halved_batches_learn_the_same_but_for_rounding(tmp_path, monkeypatch, start: Start):
    """F19: half as much at once, twice as often; the batch and what comes of it stay."""
    monkeypatch.setattr(train, "autocast", lambda _: nullcontext())  # no bfloat16
    whole, halved = (
        start(keeper(tmp_path / str(times)), Wishes(), Crew(halvings=times)) for times in (0, 2)
    )
    assert [len(some) for some, _ in halved.crew.shares(np.arange(15))] == [4, 4, 4, 3]
    whole.run()
    halved.run()
    assert told(halved, "point") == [
        {**point, "loss": pytest.approx(point["loss"], rel=1e-4), "ap": pytest.approx(point["ap"])}
        for point in told(whole, "point")
    ]
    for name, each in whole.model.state_dict().items():
        assert torch.allclose(each, halved.model.state_dict()[name], atol=1e-4), name


@pytest.mark.parametrize("start", [labels, partial(texts, chance=0.0)])
def test_a_full_card_costs_no_step_and_changes_nothing(tmp_path, monkeypatch, start: Start):
    """F19: the card is full at a step; the next attempt goes on there with half at once."""
    monkeypatch.setattr(train, "autocast", lambda _: nullcontext())  # no bfloat16
    straight = start(keeper(tmp_path / "straight"), Wishes(), Crew())
    straight.run()
    first = start(keeper(tmp_path / "first", steps=7), Wishes(), Crew())
    learn = first._learn

    def filling(places):
        if first.learner.step + 1 == 24:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return learn(places)

    first._learn = filling
    with pytest.raises(torch.OutOfMemoryError):
        first.run()
    folders = sorted((tmp_path / "first" / "checkpoints").iterdir(), reverse=True)
    second = start(keeper(tmp_path / "second", tuple(folders)), Wishes(), Crew(halvings=1))
    second.run()
    assert told(second, "resumed") == [{"event": "resumed", "step": 21}]
    for name, each in straight.model.state_dict().items():
        assert torch.allclose(each, second.model.state_dict()[name], atol=1e-4), name
