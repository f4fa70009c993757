"""How `transaction` learns: fields and earlier events to arrays, arrays to a network, to ONNX."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from backend.reader import Reader
from backend.scorer import EVENTS, MODEL, open_scorer
from backend.steps.events import Events
from backend.steps.fields import Fields
from workers.family import Learned, Lesson
from workers.steps import export, minilm, sample
from workers.steps.aims import Aim
from workers.steps.carry import Carried, Start, carry
from workers.steps.column_names import call
from workers.steps.crew import Crew
from workers.steps.epochs import AT_ONCE, Labelled, Pace, Schooling, logits_of
from workers.steps.export_history import export_history_model
from workers.steps.guess_net import GuessingModel
from workers.steps.history_net import HistoryConfig, TransactionModel
from workers.steps.learner import Best
from workers.steps.losses import LOSSES
from workers.steps.pretraining import training_time
from workers.steps.read import Part
from workers.steps.seen import Places, Seen, seen_of, whole, write_events
from workers.steps.sizes import SIZES
from workers.steps.unlabelled import Beside, Unlabelled

if TYPE_CHECKING:
    from workers.models.transaction import Options

CHECKED_FRAUDS, CHECKED_LEGITIMATE = 5_000, 50_000
FEWEST_EPOCHS, MOST_CHECKS = 8, 24


@dataclass(frozen=True)
class Manner:
    """How to learn from so many rows an epoch. Few of them are soon learned by heart."""

    rows: float  # fewer than these
    batch_size: int
    dropout: float
    bins: int  # steps of a number


MANNERS = (
    Manner(8_000, 128, 0.3, 16),
    Manner(32_000, 256, 0.15, 24),
    Manner(math.inf, 512, 0.1, 32),
)


def learn(lesson: Lesson, options: "Options") -> Learned:
    """Fit fields on the training part, networks on a sample of it; export ONNX."""
    order, voice = lesson.order, lesson.voice
    torch.set_num_threads(order.threads or torch.get_num_threads())
    voice.stage("Reading what happened before")
    start = Start.open(order.start) if order.start else None
    aim = Aim.of(lesson.train, options.learn, options.loss)
    marked = aim.marked(lesson.train)
    chosen, kept_share, manner = _drawn(marked, options)
    read = _fields(lesson, options, manner, start)
    events = write_events(read, whole(lesson.train), order.folder / EVENTS) if read.depth else None
    used = np.unique(np.concatenate(chosen))
    some = lesson.train.some(used)
    weight, kept_share = aim.weight(marked[used], kept_share)
    train = seen_of(read, events, some, weight, aim.wanted(some))
    check = _to_check(read, events, lesson.validation, aim, options.seed)

    voice.stage(_stage_name(read, train, check))
    rounds = [np.searchsorted(used, places) for places in chosen]
    model = _model(lesson, train, rounds[0], manner.dropout, aim, options)
    carried = carry(start, model, read) if start else Carried()
    task = Labelled(LOSSES[model.config.loss], train, check, kept_share, AT_ONCE >> order.halvings)
    pace = Pace(
        options.learning_rate, manner.batch_size, options.patience, options.seed, carried.brought
    )
    best = _schooled(lesson, options, model, task, pace, rounds, events)

    voice.stage("Exporting the model")
    model.save_pretrained(order.folder / "model")
    export_history_model(model, *train.batch(slice(0, 5)), order.folder / MODEL)
    told = {"fields": read, "past": lesson.past, **aim.told()}
    reader = Reader("events", read.profile, order.columns, kept_share, **told)
    return Learned(
        reader=reader,
        rows_trained=len(train),
        parameters=sum(each.numel() for each in model.parameters()),
        best_step=best.step,
        parity=_parity(lesson, reader, model, read, events),
        validation_sample={"rows": len(check), "frauds": int(check.label.sum())},
        extras={"carried": carried.told()} if start else {},
    )


def _fields(lesson: Lesson, options: "Options", manner: Manner, start: Start | None) -> Fields:
    """Return how fields are read: fitted anew, or as the start does on the same columns."""
    if start is not None and start.read_alike(lesson.order, lesson.past):
        depth = options.events if start.read.depth else 0
        return replace(start.read, depth=depth)
    bins = start.bins if start else manner.bins
    frame = lesson.train.fitting_frame()
    told = lesson.columns, lesson.order.clock, bins, options.events
    return Fields.fit(frame, *told, sentences=minilm.beside(lesson))


def _schooled(
    lesson: Lesson,
    options: "Options",
    model: TransactionModel,
    task: Labelled,
    pace: Pace,
    rounds: list[Places],
    events: Events | None,
) -> Best:
    """Let the model learn, with or without a second task beside the labels."""
    hold = lesson.voice, lesson.wishes, lesson.keeper, Crew.of(lesson.order)
    if not options.auxiliary:
        return Schooling(model, pace, task, rounds, *hold).run()
    everything = seen_of(task.train.read, events, training_time(lesson))
    beside = Unlabelled(everything, task.checked, options.seed)
    both = Beside(task, beside, options.auxiliary)
    pace = replace(pace, brought=frozenset(f"model.{name}" for name in pace.brought))
    return Schooling(GuessingModel(model), pace, both, rounds, *hold).run()


def _drawn(label: Places, options: "Options") -> tuple[list[Places], float, Manner]:
    """Return the rows of each epoch, the share of legitimate ones kept, and how to learn."""
    (first,), kept_share = sample.rounds(label, options.negatives_per_fraud, 1, options.seed)
    manner = next(each for each in MANNERS if len(first) < each.rows)
    epochs = max(math.ceil(options.steps * manner.batch_size / len(first)), FEWEST_EPOCHS)
    chosen, _ = sample.rounds(label, options.negatives_per_fraud, epochs, options.seed)
    together = math.ceil(epochs / MOST_CHECKS)  # of few rows, several epochs before each check
    chosen = [np.concatenate(chosen[at : at + together]) for at in range(0, len(chosen), together)]
    return chosen, kept_share, manner


def _to_check(read: Fields, events: Events | None, part: Part, aim: Aim, seed: int) -> Seen:
    marked = aim.marked(part)
    places, weight = sample.look(marked, CHECKED_FRAUDS, CHECKED_LEGITIMATE, seed)
    order = np.argsort(places)
    some = part.some(places[order])
    return seen_of(read, events, some, weight[order], aim.wanted(some))


def _model(
    lesson: Lesson, train: Seen, first: Places, dropout: float, aim: Aim, options: "Options"
) -> TransactionModel:
    """Return networks that learned nothing; `first` are the places of the first round."""
    torch.manual_seed(options.seed)
    config = HistoryConfig.of(
        train.read,
        train.rows.more.shape[1],
        chance=aim.chance(train.label[first]),
        loss=aim.loss,
        answers=aim.answers,
        dropout=dropout,
        nets=options.networks,
        dataset=str(lesson.order.dataset),
        field_blocks=options.field_blocks,
        **SIZES[options.size],
    )
    return call(TransactionModel(config), lesson.scratch)


def _parity(
    lesson: Lesson, reader: Reader, model: TransactionModel, read: Fields, events: Events | None
) -> float:
    part = lesson.test if len(lesson.test) else lesson.train
    part = part.some(np.arange(min(len(part), export.PROVEN_ON)))
    reader.write(lesson.order.folder)
    trained = logits_of(model, seen_of(read, events, part))
    exported = open_scorer(lesson.order.folder).logits(part.frame())
    return export.prove_equal(trained, exported)


def _stage_name(read: Fields, train: Seen, check: Seen) -> str:
    past = f" with {read.depth} earlier events each" if read.depth else ""
    learning = f"Learning from {len(train):,} rows{past}"
    if not len(check):
        return f"{learning}; there is no validation row to check on"
    frauds = int(check.label.sum())
    return f"{learning}, checked on {len(check):,} validation rows, {frauds:,} frauds among them"
