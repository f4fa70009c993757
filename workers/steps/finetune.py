"""How `bert` learns: transactions to texts, texts to tokens, an encoder to a classifier."""

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from backend.scorer import MODEL
from workers.family import Learned, Lesson
from workers.steps import adapt, encoder, export_text, sample
from workers.steps.crew import Crew
from workers.steps.tokenise import Writer
from workers.steps.train import Recipe, Texts, Training

if TYPE_CHECKING:
    from workers.models.bert import Options

WARM_UP = 0.06
CHECKED_FRAUDS, CHECKED_LEGITIMATE = 1_000, 3_000
SCORING_SHARE = 1.6  # time per row of the exported model, float32, over that of a check
EXPORT_SECONDS = 12.0

Rows = NDArray[np.int64]


def learn(lesson: Lesson, options: "Options") -> Learned:
    """Fit the serialiser on the training part, the encoder on a sample of it; export ONNX."""
    order, voice = lesson.order, lesson.voice
    source = encoder.chosen(order, options.encoder, options.encoder_revision)
    voice.stage("Writing transactions as text")
    writer = Writer.fit(lesson, source, options.max_length)
    train, rounds, kept_share = _to_learn(lesson, options, writer)
    check = to_check(lesson, writer, CHECKED_FRAUDS, CHECKED_LEGITIMATE, options.seed)

    voice.stage(f"Loading the encoder, {options.layers or 'all'} layers")
    whole = encoder.load_classifier(source, options.layers, options.seed)
    model = adapt.prepare(whole, options.adapter)
    learning = adapt.told(model)
    voice.stage(stage_name(len(train), check, len(lesson.validation)))
    best = _training(lesson, options, model, train, rounds, check, kept_share, writer.pad).run()

    voice.stage("Exporting the model")
    model = adapt.merged(model)
    model.save_pretrained(order.folder / "model")  # type: ignore[operator]
    export_text.export_text_model(model, order.folder / MODEL)
    return Learned(
        reader=writer.reader(order.columns, kept_share),
        rows_trained=len(train),
        parameters=sum(each.numel() for each in model.parameters()),
        best_step=best.step,
        parity=export_text.prove(model, order, writer.proof(lesson), writer.pad),
        validation_sample={"rows": len(check), "frauds": int(check.label.sum())},
        extras={"adapter": learning},
    )


def to_check(lesson: Lesson, writer: Writer, frauds: int, legitimate: int, seed: int) -> Texts:
    """Return a fixed sample of the validation part, with how many rows each stands for."""
    label = lesson.validation.label.astype(np.int64)
    places, weight = sample.look(label, frauds, legitimate, seed)
    ids = writer.ids(lesson.validation.some(places), "validation")
    return Texts(ids, label[places], weight)


def stage_name(rows: int, check: Texts, whole: int) -> str:
    """Return what is learned from and checked on, in words."""
    learning = f"Learning from {rows:,} rows"
    if not len(check):
        return f"{learning}; there is no validation row to check on"
    kind = "a fixed sample of " if len(check) < whole else ""
    frauds = f"{len(check):,} validation rows, {int(check.label.sum()):,} frauds among them"
    return f"{learning}, checked on {kind}{frauds}"


def _training(
    lesson: Lesson,
    options: "Options",
    model: torch.nn.Module,
    train: Texts,
    rounds: list[Rows],
    check: Texts,
    kept_share: float,
    pad: int,
) -> Training:
    torch.set_num_threads(lesson.order.threads or torch.get_num_threads())
    recipe = Recipe(
        epochs=options.epochs,
        learning_rate=options.learning_rate,
        batch_size=options.batch_size,
        warm_up=WARM_UP,
        checks=options.checks,
        seed=options.seed,
        pad=pad,
    )
    to_score = len(lesson.validation) + len(lesson.test)

    def seconds_after(per_row: float) -> float:
        return EXPORT_SECONDS + to_score * per_row * SCORING_SHARE

    return Training(
        model=model,
        recipe=recipe,
        train=train,
        rounds=rounds,
        check=check,
        kept_share=kept_share,
        voice=lesson.voice,
        wishes=lesson.wishes,
        keeper=lesson.keeper,
        seconds_after=seconds_after,
        crew=Crew.of(lesson.order),
    )


def _to_learn(
    lesson: Lesson, options: "Options", writer: Writer
) -> tuple[Texts, list[Rows], float]:
    """Return every row that is learned from, its places epoch by epoch, and the share kept."""
    label = lesson.train.label.astype(np.int64)
    epochs, seed = math.ceil(options.epochs), options.seed
    chosen, kept_share = sample.rounds(label, options.negatives_per_fraud, epochs, seed)
    rows = np.unique(np.concatenate(chosen))
    ids = writer.ids(lesson.train.some(rows), "train")
    rounds = [np.searchsorted(rows, some) for some in chosen]
    return Texts(ids, label[rows], np.ones(len(rows))), rounds, kept_share
