"""How `pretrain` learns: the rows of the training time, no labels, weights to start from."""

import math
from typing import TYPE_CHECKING

import numpy as np
import torch

from backend.errors import NotTrainable
from backend.reader import Reader
from backend.scorer import EVENTS
from backend.steps.fields import Fields
from backend.steps.split import TRAIN, UNLABELLED
from workers.family import Learned, Lesson
from workers.steps import minilm
from workers.steps.carry import MODEL
from workers.steps.column_names import call
from workers.steps.crew import Crew
from workers.steps.epochs import AT_ONCE, Pace, Schooling
from workers.steps.guess_net import GuessingModel
from workers.steps.history_net import HistoryConfig, TransactionModel
from workers.steps.read import Part
from workers.steps.seen import Places, Seen, seen_of, write_events
from workers.steps.sizes import SIZES
from workers.steps.unlabelled import Unlabelled

if TYPE_CHECKING:
    from workers.models.pretrain import Options

BATCH, FEWEST_BATCHES = 512, 20  # rows that are learned from at once; batches that rows make
BINS = 32  # steps of a number
ROUNDS = 10  # looks at the rows it does not learn from
HELD_BACK = 0.1  # share of the rows, the latest of them


def learn(lesson: Lesson, options: "Options") -> Learned:
    """Fit fields and networks on the rows of the training time; save the weights.

    Raises NotTrainable where rows have nothing but text.
    """
    order, voice = lesson.order, lesson.voice
    torch.set_num_threads(order.threads or torch.get_num_threads())
    voice.stage("Reading what happened before")
    part = training_time(lesson)
    frame = part.fitting_frame().assign(_label=np.nan)
    encoder = minilm.beside(lesson)
    read = Fields.fit(frame, lesson.columns, order.clock, BINS, options.events, encoder)
    _check(read)
    lesson.scratch.mkdir(exist_ok=True)
    events = write_events(read, part, lesson.scratch / EVENTS) if read.depth else None
    train, checked = (seen_of(read, events, some) for some in _held_back(part))

    voice.stage(_stage_name(read, train, checked))
    model = _model(lesson, train, options)
    batch = max(min(BATCH, len(train) // FEWEST_BATCHES), 1)
    rounds = _rounds(len(train), options.steps * batch, options.seed)
    pace = Pace(options.learning_rate, batch, options.patience, options.seed)
    task = Unlabelled(train, checked, options.seed, AT_ONCE >> order.halvings)
    hold = voice, lesson.wishes, lesson.keeper, Crew.of(order)
    best = Schooling(GuessingModel(model), pace, task, rounds, *hold).run()

    voice.stage("Saving what it learned")
    model.save_pretrained(order.folder / MODEL)
    reader = Reader("events", read.profile, order.columns, 1.0, fields=read, past=lesson.past)
    return Learned(
        reader=reader,
        rows_trained=len(train),
        parameters=sum(each.numel() for each in model.parameters()),
        best_step=best.step,
        parity=0.0,
        validation_sample={"rows": len(checked), "frauds": 0},
        extras={"guess_loss": -best.value if math.isfinite(best.value) else None},
    )


def training_time(lesson: Lesson) -> Part:
    """Return the rows that a network may learn from without labels, of all rows of the dataset.

    Divided by time, those up to the newest training row, labelled or not; divided at random, the
    training part and all rows without a label; divided by entity, the training part.
    """
    divided, train = lesson.divided, lesson.train
    if divided is None or divided.method == "entity":
        return train
    rows = np.flatnonzero(np.isin(divided.part, (TRAIN, UNLABELLED)))
    part = Part(train.table, rows, np.full(len(rows), np.nan))
    if divided.method != "time":
        return part
    newest = np.nanmax(_times(train))
    return part.some(np.flatnonzero(_times(part) <= newest))


def _check(read: Fields) -> None:
    """Raise NotTrainable when there is no field that could be hidden and guessed."""
    if not read.scales and not read.profile.categories:
        raise NotTrainable(
            "These transactions have no number and no category, so there is nothing to guess. "
            "Fine-tune on the labelled rows instead; texts are read by a model that knows language."
        )


def _model(lesson: Lesson, train: Seen, options: "Options") -> TransactionModel:
    torch.manual_seed(options.seed)
    config = HistoryConfig.of(
        train.read,
        train.rows.more.shape[1],
        nets=options.networks,
        field_blocks=options.field_blocks,
        field_dropout=0.0,
        dataset=str(lesson.order.dataset),
        taught=False,
        **SIZES[options.size],
    )
    return call(TransactionModel(config), lesson.scratch)


def _times(part: Part) -> np.ndarray:
    return part.columns(["_time"])["_time"].to_numpy(dtype=np.float64, na_value=np.nan)


def _held_back(part: Part) -> tuple[Part, Part]:
    """Return the rows to learn from, and the latest tenth, to look at."""
    order = np.argsort(_times(part), kind="stable")
    cut = len(order) - int(HELD_BACK * len(order))
    return part.some(np.sort(order[:cut])), part.some(np.sort(order[cut:]))


def _rounds(rows: int, needed: int, seed: int) -> list[Places]:
    """Return the rows of each round, `needed` of them in all, none again before all were seen."""
    draw = np.random.default_rng(seed)
    turns = [draw.permutation(rows) for _ in range(math.ceil(needed / rows))]
    return np.array_split(np.concatenate(turns)[:needed], ROUNDS)


def _stage_name(read: Fields, train: Seen, checked: Seen) -> str:
    past = f" with {read.depth} earlier events each" if read.depth else ""
    return (
        f"Learning from {len(train):,} rows{past}, without their labels, checked on the "
        f"{len(checked):,} rows that follow them"
    )
