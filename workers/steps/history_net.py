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

from backend.steps.fields import UNKNOWN, Fields
from backend.steps.situation import GAP_STEPS, SIDES

WORD_WIDTH = 8  # numbers a category becomes


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
        **size: Any,
    ) -> None:
        self.steps, self.words, self.more = list(steps), list(words), more
        self.followed, self.followed_words = list(followed), list(followed_words)
        self.depth = depth  # earlier events that are looked at; 0 for none
        self.width, self.heads, self.blocks = 48, 4, 1  # of the attention
        self.members, self.hidden, self.dropout = 8, 192, 0.1  # of the head
        self.nets = 1  # networks, whose members answer together
        self.field_dropout = 0.05  # share of fields hidden while learning
        self.chance = 0.5  # of fraud, among the rows that are learned from
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
            **size,
        )


class Numbers(nn.Module):
    """Places among quantiles as piecewise-linear steps: (..., n) -> (..., sum of steps + n)."""

    def __init__(self, steps: Sequence[int]) -> None:
        super().__init__()
        self.steps = list(steps)
        self.places = sum(self.steps) + len(self.steps)

    def forward(self, place: Tensor) -> Tensor:
        parts = [(place < 0).to(place.dtype)]
        for number, steps in enumerate(self.steps):
            rising = torch.arange(steps, dtype=place.dtype, device=place.device)
            parts.append((place[..., number : number + 1] - rising).clamp(0, 1))
        return torch.cat(parts, dim=-1)


class Words(nn.Module):
    """Codes as learned numbers: (..., n) -> (..., n * 8)."""

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        tables = [nn.Embedding(size, WORD_WIDTH) for size in sizes]
        self.tables = nn.ModuleList(tables)
        self.places = len(tables) * WORD_WIDTH

    def forward(self, code: Tensor) -> Tensor:
        numbers = code.long()
        return torch.cat([table(numbers[..., n]) for n, table in enumerate(self.tables)], dim=-1)


class Block(nn.Module):
    """Attention and a gated layer, both pre-norm: tokens (b, t, w) ask others (b, s, w)."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.norm, self.norm_asked, self.norm_gated = (nn.LayerNorm(width) for _ in range(3))
        self.ask, self.answer = nn.Linear(width, width), nn.Linear(width, width)
        self.tell = nn.Linear(width, 2 * width)
        inner = 4 * width // 3
        self.gate, self.out = nn.Linear(width, 2 * inner), nn.Linear(inner, width)

    def forward(self, tokens: Tensor, asked: Tensor, seen: Tensor) -> Tensor:
        key, value = self.tell(self.norm_asked(asked)).chunk(2, dim=-1)
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.ask(self.norm(tokens)), key, value)
        )
        found = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        found = self.answer(found.transpose(1, 2).flatten(2))
        tokens = tokens + functional.dropout(found, self.dropout, self.training)
        opened, gated = self.gate(self.norm_gated(tokens)).chunk(2, dim=-1)
        found = self.out(functional.gelu(opened) * gated)
        return tokens + functional.dropout(found, self.dropout, self.training)


class History(nn.Module):
    """What a transaction finds among earlier events: (b, flat), (b, depth, n) -> (b, width)."""

    def __init__(self, config: HistoryConfig, flat: int) -> None:
        super().__init__()
        self.numbers = Numbers([GAP_STEPS, *(config.steps[place] for place in config.followed)])
        self.words = Words([config.words[place] for place in config.followed_words])
        self.cut = len(config.followed), len(config.followed_words)
        sides = SIDES - 2 + sum(self.cut)  # neither "there" nor the gap, which is a number
        places = self.numbers.places + self.words.places + sides
        self.event, self.query = nn.Linear(places, config.width), nn.Linear(flat, config.width)
        self.nothing = nn.Parameter(torch.randn(1, 1, config.width) * 0.02)
        sizes = config.width, config.heads, config.dropout
        self.blocks = nn.ModuleList(Block(*sizes) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(config.width)

    def forward(self, flat: Tensor, past: Tensor) -> Tensor:
        numbers, words = self.cut
        sides, own, apart, codes, same = past.split([SIDES, numbers, numbers, words, words], dim=-1)
        parts = [self.numbers(torch.cat([sides[..., 1:2], own], dim=-1)), sides[..., 2:], apart]
        parts += [self.words(codes), same] if words else []
        nothing = self.nothing.expand(past.shape[0], -1, -1)
        events = torch.cat([nothing, self.event(torch.cat(parts, dim=-1))], dim=1)
        always = torch.ones_like(sides[:, :1, 0])
        seen = (torch.cat([always, sides[..., 0]], dim=1) > 0)[:, None, None, :]
        for block in self.blocks[:-1]:
            events = block(events, events, seen)
        found = self.blocks[-1](self.query(flat)[:, None], events, seen)
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
        each = found[:, None] * self.scale
        for layer in (self.first, self.second):
            each = functional.dropout(functional.relu(layer(each)), self.dropout, self.training)
        if self.answers > 1:
            return torch.einsum("bkh,kah->bka", each, self.last) + self.bias
        return (each * self.last).sum(dim=-1) + self.bias


class Net(nn.Module):
    """One network: fields, history and head."""

    def __init__(self, config: HistoryConfig) -> None:
        super().__init__()
        self.cut = [len(config.steps), len(config.words), config.more]
        self.hidden_share = config.field_dropout
        self.numbers, self.words = Numbers(config.steps), Words(config.words)
        flat = self.numbers.places + self.words.places + config.more
        self.history = History(config, flat) if config.depth else None
        self.head = Head(config, flat + (config.width if config.depth else 0))

    def forward(self, row: Tensor, past: Tensor | None) -> Tensor:
        place, code, more = row.split(self.cut, dim=-1)
        if self.training and self.hidden_share:
            place = torch.where(torch.rand_like(place) < self.hidden_share, -1.0, place)
            code = torch.where(torch.rand_like(code) < self.hidden_share, float(UNKNOWN), code)
        parts = [self.numbers(place), *([self.words(code)] if self.cut[1] else []), more]
        flat = torch.cat(parts, dim=-1)
        if self.history is not None:
            assert past is not None, "a network with a history needs the past of its rows"
            flat = torch.cat([flat, self.history(flat, past)], dim=-1)
        return self.head(flat)


class TransactionModel(PreTrainedModel):
    """Networks that answer together."""

    config_class = HistoryConfig

    def __init__(self, config: HistoryConfig) -> None:
        super().__init__(config)
        self.nets = nn.ModuleList(Net(config) for _ in range(config.nets))
        self.post_init()

    def forward(self, row: Tensor, past: Tensor | None = None) -> Tensor:
        """Return what each member says of each row, (rows, nets * members[, answers]).

        That is the logit of fraud, unless `config.loss` is one of kinds or of numbers.
        """
        return torch.cat([net(row, past) for net in self.nets], dim=1)

    def _init_weights(self, module: nn.Module) -> None:
        """Leave every module as it initialised itself."""
