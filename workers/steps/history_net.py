"""The transaction transformer: a transaction asks its entity's earlier ones, and a head answers.

Every earlier event is one token. The transaction attends to them, and what it finds joins its own
fields in the head, which is many members in one: they share their weights but each scales its
input by itself before the first layer (Gorishniy, Kotelnikov and Babenko, "TabM: Advancing
Tabular Deep Learning with Parameter-Efficient Ensembling", 2024). Without a history only the head
is left, which is then TabM-mini.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PretrainedConfig, PreTrainedModel

from backend.steps.fields import DISTANCE, UNKNOWN, Fields
from backend.steps.situation import GAP_STEPS, SIDES
from workers.steps.attention import Block
from workers.steps.field_net import (
    MIXES,
    NAME_WIDTH,
    WORD_WIDTH,
    Numbers,
    Place,
    Projection,
    Words,
    apart_places,
    number_places,
    other_places,
    same_places,
    word_places,
)

SAID = {DISTANCE: "distance between the two places", "_amount": "amount"}


class HistoryConfig(PretrainedConfig):
    """What the arrays of `situation` hold, and how large the network is."""

    model_type = "touchstone-transaction"

    def __init__(
        self,
        steps: Sequence[int] = (1,),
        words: Sequence[int] = (),
        more: int = 0,
        followed: Sequence[int] = (),
        followed_words: Sequence[int] = (),
        depth: int = 0,
        names: Sequence[str] = (),
        amount: bool = False,
        **size: Any,
    ) -> None:
        self.steps, self.words, self.more = list(steps), list(words), more
        self.followed, self.followed_words = list(followed), list(followed_words)
        self.depth = depth  # earlier events that are looked at; 0 for none
        self.names = list(names)  # what the columns are called, numbers first
        self.amount = amount  # whether the first number is one
        self.width, self.heads, self.blocks = 48, 4, 1  # of the attention to earlier events
        self.field_blocks = 0  # of the attention among the fields of the transaction itself
        self.members, self.hidden, self.dropout = 8, 192, 0.1  # of the head
        self.nets = 1  # networks, whose members answer together
        self.field_dropout = 0.05  # share of fields hidden while learning
        self.chance = 0.5  # of fraud, among the rows that are learned from
        self.dataset, self.taught = "", True  # what it learned from, and whether from labels
        self.loss, self.answers = "cross-entropy", 1  # of losses.LOSSES; values a member gives
        super().__init__(**size)

    @classmethod
    def of(cls, read: Fields, more: int, **size: Any) -> "HistoryConfig":
        """Return the configuration for rows as `read` reads them, `more` values beside fields."""
        return cls(
            steps=[scale.steps for scale in read.scales],
            words=[len(category.known) + 2 for category in read.profile.categories],
            more=more,
            followed=read.followed,
            followed_words=read.followed_words,
            depth=read.depth,
            names=[SAID.get(name, name.replace("_", " ").strip()) for name in names_of(read)],
            amount=read.profile.amount is not None,
            **size,
        )


def names_of(read: Fields) -> list[str]:
    """Return the columns a network reads by field, numbers first, then categories."""
    numbers = [scale.name for scale in read.scales]
    return [*numbers, *(category.name for category in read.profile.categories)]


class Row(nn.Module):
    """What the fields of a transaction say to each other: (b, flat) -> (b, width).

    Every field is a token, and so is all that belongs to none; one more asks them.
    """

    def __init__(self, config: HistoryConfig) -> None:
        super().__init__()
        self.spans = _spans(config)
        self.token = Projection(_flat_places(config), config.width)
        self.start = nn.Parameter(torch.randn(len(self.spans), config.width) * 0.02)
        self.asks = nn.Parameter(torch.randn(1, 1, config.width) * 0.02)
        sizes = config.width, config.heads, config.dropout
        self.blocks = nn.ModuleList(Block(*sizes) for _ in range(config.field_blocks))
        self.norm = nn.LayerNorm(config.width)

    def forward(self, flat: Tensor, names: Tensor) -> Tensor:
        weight = self.token.weight(names)
        parts = [flat[:, places] @ weight[:, places].T for places in self.spans]
        fields = torch.stack(parts, dim=1) + self.start
        tokens = torch.cat([self.asks.expand(flat.shape[0], -1, -1), fields], dim=1)
        for block in self.blocks[:-1]:
            tokens = block(tokens, tokens, None)
        return self.norm(self.blocks[-1](tokens[:, :1], tokens, None)[:, 0])


class History(nn.Module):
    """What a transaction finds among earlier events: (b, flat), (b, depth, n) -> (b, width)."""

    def __init__(self, config: HistoryConfig) -> None:
        super().__init__()
        self.numbers = Numbers([GAP_STEPS, *(config.steps[place] for place in config.followed)])
        self.words = Words([config.words[place] for place in config.followed_words])
        self.cut = len(config.followed), len(config.followed_words)
        self.event = Projection(_event_places(config), config.width)
        self.query = Projection(_flat_places(config), config.width)
        self.nothing = nn.Parameter(torch.randn(1, 1, config.width) * 0.02)
        sizes = config.width, config.heads, config.dropout
        self.blocks = nn.ModuleList(Block(*sizes) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(config.width)

    def forward(self, flat: Tensor, past: Tensor, names: Tensor) -> Tensor:
        numbers, words = self.cut
        sides, own, apart, codes, same = past.split([SIDES, numbers, numbers, words, words], dim=-1)
        parts = [self.numbers(torch.cat([sides[..., 1:2], own], dim=-1)), sides[..., 2:], apart]
        parts += [self.words(codes), same] if words else []
        nothing = self.nothing.expand(past.shape[0], -1, -1)
        events = torch.cat([nothing, self.event(torch.cat(parts, dim=-1), names)], dim=1)
        always = torch.ones_like(sides[:, :1, 0])
        seen = (torch.cat([always, sides[..., 0]], dim=1) > 0)[:, None, None, :]
        for block in self.blocks[:-1]:
            events = block(events, events, seen)
        found = self.blocks[-1](self.query(flat, names)[:, None], events, seen)
        return self.norm(found[:, 0])


class Head(nn.Module):
    """Members that share layers and differ in how they scale their input: (b, n) -> (b, k).

    With several answers each, (b, k, answers), of which the first is that nothing is wrong.
    """

    def __init__(self, config: HistoryConfig, places: int) -> None:
        super().__init__()
        signs = torch.randint(2, (config.members, places)) * 2.0 - 1
        self.scale = nn.Parameter(signs)
        self.first = nn.Linear(places, config.hidden)
        self.second = nn.Linear(config.hidden, config.hidden)
        spread = config.hidden**-0.5
        self.answers = config.answers
        each = (config.members, config.answers) if config.answers > 1 else (config.members,)
        self.last = nn.Parameter(torch.empty(*each, config.hidden).uniform_(-spread, spread))
        odds = torch.logit(torch.full(each, config.chance))
        if config.answers > 1:  # fraud is as likely, whichever of its kinds
            odds -= math.log(config.answers - 1)
            odds[:, 0] = 0.0
        self.bias = nn.Parameter(odds)
        self.dropout = config.dropout

    def forward(self, found: Tensor) -> Tensor:
        each = self.think(found)
        if self.answers > 1:
            return torch.einsum("bkh,kah->bka", each, self.last) + self.bias
        return (each * self.last).sum(dim=-1) + self.bias

    def think(self, found: Tensor) -> Tensor:
        """Return what each member makes of its input before it answers, (b, k, hidden)."""
        each = found[:, None] * self.scale
        for layer in (self.first, self.second):
            each = functional.dropout(functional.relu(layer(each)), self.dropout, self.training)
        return each


class Net(nn.Module):
    """One network: fields, their attention, history and head."""

    def __init__(self, config: HistoryConfig) -> None:
        super().__init__()
        self.cut = [len(config.steps), len(config.words), config.more]
        self.hidden_share = config.field_dropout
        self.numbers, self.words = Numbers(config.steps), Words(config.words)
        flat = self.numbers.places + self.words.places + config.more
        self.row = Row(config) if config.field_blocks else None
        self.history = History(config) if config.depth else None
        attended = bool(config.field_blocks) + bool(config.depth)
        self.head = Head(config, flat + attended * config.width)

    def forward(self, row: Tensor, past: Tensor | None, names: Tensor) -> Tensor:
        return self.head(self.find(row, past, names))

    def find(self, row: Tensor, past: Tensor | None, names: Tensor) -> Tensor:
        """Return what the head reads: the fields, and what attention found, history last."""
        place, code, more = row.split(self.cut, dim=-1)
        if self.training and self.hidden_share:
            place = torch.where(torch.rand_like(place) < self.hidden_share, -1.0, place)
            code = torch.where(torch.rand_like(code) < self.hidden_share, float(UNKNOWN), code)
        parts = [self.numbers(place), *([self.words(code)] if self.cut[1] else []), more]
        flat = torch.cat(parts, dim=-1)
        found = [flat] if self.row is None else [flat, self.row(flat, names)]
        if self.history is not None:
            assert past is not None, "a network with a history needs the past of its rows"
            found.append(self.history(flat, past, names))
        return torch.cat(found, dim=-1)


class TransactionModel(PreTrainedModel):
    """Networks that answer together, and what they make of the names of columns."""

    config_class = HistoryConfig

    def __init__(self, config: HistoryConfig) -> None:
        super().__init__(config)
        self.nets = nn.ModuleList(Net(config) for _ in range(config.nets))
        self.name = nn.Linear(NAME_WIDTH, MIXES, bias=False)
        nn.init.normal_(self.name.weight, std=1 / MIXES)  # shared weights then move as own ones do
        self.register_buffer("called", torch.zeros(max(len(config.names), 1), NAME_WIDTH))
        self.post_init()

    def forward(self, row: Tensor, past: Tensor | None = None) -> Tensor:
        """Return what each member says of each row, (rows, nets * members[, answers]).

        That is the logit of fraud, unless `config.loss` is one of kinds or of numbers.
        """
        names = self.names()
        return torch.cat([net(row, past, names) for net in self.nets], dim=1)

    def names(self) -> Tensor:
        """Return what the networks make of the names of the columns, (fields, 8)."""
        mixed: Tensor = self.name(self.called)
        return mixed

    def fold(self) -> "TransactionModel":
        """Make what the names say part of the weights, for good, and return the model."""
        names = self.names().detach()
        for module in self.modules():
            if isinstance(module, Projection):
                module.fold(names)
        return self

    def _init_weights(self, module: nn.Module) -> None:
        """Leave every module as it initialised itself."""


def _flat_places(config: HistoryConfig) -> list[Place]:
    numbers, words = len(config.steps), len(config.words)
    return [
        *number_places(config.steps, range(numbers)),
        *word_places(range(numbers, numbers + words)),
        *other_places(config.more),
    ]


def _event_places(config: HistoryConfig) -> list[Place]:
    steps = [GAP_STEPS, *(config.steps[place] for place in config.followed)]
    words = [len(config.steps) + place for place in config.followed_words]
    return [
        *number_places(steps, [-1, *config.followed]),
        *other_places(SIDES - 2),  # neither "there" nor the gap, which is a number
        *apart_places(config.followed),
        *word_places(words),
        *same_places(words),
    ]


def _spans(config: HistoryConfig) -> list[list[int]]:
    """Return the places of each field among the flat ones, then of all that belongs to none."""
    spans, at = [], len(config.steps)
    for number, steps in enumerate(config.steps):
        spans.append([number, *range(at, at + steps)])
        at += steps
    for _ in config.words:
        spans.append([*range(at, at + WORD_WIDTH)])
        at += WORD_WIDTH
    return [*spans, [*range(at, at + config.more)]]
