"""How `transaction` learns: fields and earlier events to arrays, arrays to a network, to ONNX."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from backend.reader import Reader
from backend.scorer import EVENTS, MODEL, open_scorer
from backend.steps.events import Events
from backend.steps.fields import Fields
from backend.steps.situation import Rows
from workers.family import Learned, Lesson
from workers.steps import export, sample
from workers.steps.epochs import Floats, Pace, Places, Schooling, Seen, logits_of
from workers.steps.export_history import export_history_model
from workers.steps.history_net import HistoryConfig, TransactionModel
from workers.steps.read import Part

if TYPE_CHECKING:
    from workers.models.transaction import Options

CHECKED_FRAUDS, CHECKED_LEGITIMATE = 5_000, 50_000
SIZES = {  # of the attention and of the head
    "tiny": {"width": 32, "heads": 4, "blocks": 1, "hidden": 128},
    "small": {"width": 48, "heads": 4, "blocks": 1, "hidden": 192},
    "base": {"width": 128, "heads": 8, "blocks": 2, "hidden": 256, "members": 16},
    "large": {"width": 256, "heads": 8, "blocks": 3, "hidden": 512, "members": 16},
}
FEWEST_EPOCHS = 8


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
    chosen, kept_share, manner = _drawn(lesson.train.label.astype(np.int64), options)
    read = Fields.fit(
        lesson.train.fitting_frame(), lesson.columns, order.clock, manner.bins, options.events
    )
    events = _events(read, lesson) if read.depth else None
    used = np.unique(np.concatenate(chosen))
    train = _seen(read, events, lesson.train.some(used), np.ones(len(used)))
    check = _to_check(read, events, lesson.validation, options.seed)

    voice.stage(_stage_name(read, train, check))
    model = _model(read, train, len(chosen[0]), manner.dropout, options)
    rounds = [np.searchsorted(used, places) for places in chosen]
    pace = Pace(options.learning_rate, manner.batch_size, options.patience, options.seed)
    school = Schooling(model, pace, train, rounds, check, kept_share, voice, lesson.wishes)
    best = school.run()

    voice.stage("Exporting the model")
    model.save_pretrained(order.folder / "model")
    export_history_model(model, *train.batch(slice(0, 5)), order.folder / MODEL)
    reader = Reader(
        "events", read.profile, order.columns, kept_share, fields=read, past=lesson.past
    )
    return Learned(
        reader=reader,
        rows_trained=len(train),
        parameters=sum(each.numel() for each in model.parameters()),
        best_step=best.step,
        parity=_parity(lesson, reader, model, read, events),
        validation_sample={"rows": len(check), "frauds": int(check.label.sum())},
    )


def _drawn(label: Places, options: "Options") -> tuple[list[Places], float, Manner]:
    """Return the rows of each epoch, the share of legitimate ones kept, and how to learn."""
    (first,), kept_share = sample.rounds(label, options.negatives_per_fraud, 1, options.seed)
    manner = next(each for each in MANNERS if len(first) < each.rows)
    epochs = max(math.ceil(options.steps * manner.batch_size / len(first)), FEWEST_EPOCHS)
    chosen, _ = sample.rounds(label, options.negatives_per_fraud, epochs, options.seed)
    return chosen, kept_share, manner


def _events(read: Fields, lesson: Lesson) -> Events:
    """Write all rows of the dataset as events, labelled or not, and open what was written."""
    table = lesson.train.table
    everything = Part(table, np.arange(table.num_rows), np.zeros(table.num_rows))
    folder = lesson.order.folder / EVENTS
    Events.of(read, everything.frames()).write(folder)
    return Events.open(folder)


def _seen(read: Fields, events: Events | None, part: Part, weight: Floats) -> Seen:
    frames = [Rows.of(read, events, frame) for frame in part.frames()]
    rows = Rows.joined(frames or [Rows.of(read, events, part.frame())])
    return Seen(read, events, rows, part.label.astype(np.int64), weight)


def _to_check(read: Fields, events: Events | None, part: Part, seed: int) -> Seen:
    label = part.label.astype(np.int64)
    places, weight = sample.look(label, CHECKED_FRAUDS, CHECKED_LEGITIMATE, seed)
    order = np.argsort(places)
    return _seen(read, events, part.some(places[order]), weight[order])


def _model(
    read: Fields, train: Seen, rows: int, dropout: float, options: "Options"
) -> TransactionModel:
    """Return networks that learned nothing; `rows` is how many an epoch has."""
    torch.manual_seed(options.seed)
    config = HistoryConfig.of(
        read,
        train.rows.more.shape[1],
        chance=float(train.label.sum() / rows),
        dropout=dropout,
        nets=options.networks,
        **SIZES[options.size],
    )
    return TransactionModel(config)


def _parity(
    lesson: Lesson, reader: Reader, model: TransactionModel, read: Fields, events: Events | None
) -> float:
    part = lesson.test if len(lesson.test) else lesson.train
    part = part.some(np.arange(min(len(part), export.PROVEN_ON)))
    reader.write(lesson.order.folder)
    trained = logits_of(model, _seen(read, events, part, np.ones(len(part))))
    exported = open_scorer(lesson.order.folder).logits(part.frame())
    return export.prove_equal(trained, exported)


def _stage_name(read: Fields, train: Seen, check: Seen) -> str:
    past = f" with {read.depth} earlier events each" if read.depth else ""
    learning = f"Learning from {len(train):,} rows{past}"
    if not len(check):
        return f"{learning}; there is no validation row to check on"
    frauds = int(check.label.sum())
    return f"{learning}, checked on {len(check):,} validation rows, {frauds:,} frauds among them"
