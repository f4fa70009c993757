"""How `bert` learns: transactions to texts, texts to tokens, an encoder to a classifier."""

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from backend.reader import Reader
from backend.scorer import MODEL, TOKENISER
from backend.steps import tokens
from backend.steps.serialise import Serialiser
from workers.family import Learned, Lesson
from workers.steps import encoder, export, export_text, sample
from workers.steps.read import Part
from workers.steps.tokenise import tokenise
from workers.steps.train import Recipe, Texts, Training, logits_of

if TYPE_CHECKING:
    from workers.models.bert import Options

WARM_UP = 0.06
SPARE = 10  # tokens of a text that are not columns: marks, amount, hour, weekday
CHECKED_FRAUDS, CHECKED_LEGITIMATE = 1_000, 3_000
SCORING_SHARE = 1.6  # time per row of the exported model, float32, over that of a check
EXPORT_SECONDS = 12.0

Labels = NDArray[np.int64]
Rows = NDArray[np.int64]


def learn(lesson: Lesson, options: "Options") -> Learned:
    """Fit the serialiser on the training part, the encoder on a sample of it; export ONNX."""
    order, voice = lesson.order, lesson.voice
    source = encoder.find(
        options.encoder or order.encoder,
        options.encoder_revision if options.encoder else order.encoder_revision,
    )
    voice.stage("Writing transactions as text")
    pad = encoder.save_tokeniser(source, order.folder / TOKENISER)
    tokeniser = tokens.open_tokeniser(order.folder / TOKENISER, options.max_length)
    serialiser = Serialiser.fit(
        lesson.train.fitting_frame(), order.columns, order.clock, options.max_length - SPARE
    )
    train, rounds, kept_share = _to_learn(lesson, options, serialiser, tokeniser)
    check = _to_check(lesson, options, serialiser, tokeniser)

    voice.stage(f"Loading the encoder, {options.layers or 'all'} layers")
    model = encoder.load_classifier(source, options.layers, options.seed)
    voice.stage(_stage_name(len(train), check, len(lesson.validation)))
    training = _training(lesson, options, model, train, rounds, check, kept_share, pad)
    best = training.run()

    voice.stage("Exporting the model")
    model.save_pretrained(order.folder / "model")  # type: ignore[operator]
    export_text.export_text_model(model, order.folder / MODEL)
    return Learned(
        reader=Reader(
            "text",
            serialiser.profile,
            order.columns,
            kept_share,
            options.max_length,
            pad,
            serialiser=serialiser.style,
        ),
        rows_trained=len(train),
        parameters=sum(each.numel() for each in model.parameters()),
        best_step=best.step,
        parity=_parity(lesson, model, serialiser, tokeniser, pad),
        validation_sample={"rows": len(check), "frauds": int(check.label.sum())},
    )


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
        seconds_after=seconds_after,
    )


def _to_learn(
    lesson: Lesson, options: "Options", serialiser: Serialiser, tokeniser: Tokenizer
) -> tuple[Texts, list[Rows], float]:
    """Return every row that is learned from, its places epoch by epoch, and the share kept."""
    label = _labels(lesson.train)
    epochs, seed = math.ceil(options.epochs), options.seed
    chosen, kept_share = sample.rounds(label, options.negatives_per_fraud, epochs, seed)
    rows = np.unique(np.concatenate(chosen))
    ids = tokenise(lesson.train.some(rows), serialiser, tokeniser, lesson.scratch, "train")
    rounds = [np.searchsorted(rows, some) for some in chosen]
    return Texts(ids, label[rows], np.ones(len(rows))), rounds, kept_share


def _to_check(
    lesson: Lesson, options: "Options", serialiser: Serialiser, tokeniser: Tokenizer
) -> Texts:
    label = _labels(lesson.validation)
    places, weight = sample.look(label, CHECKED_FRAUDS, CHECKED_LEGITIMATE, options.seed)
    part = lesson.validation.some(places)
    ids = tokenise(part, serialiser, tokeniser, lesson.scratch, "validation")
    return Texts(ids, label[places], weight)


def _parity(
    lesson: Lesson, model: torch.nn.Module, serialiser: Serialiser, tokeniser: Tokenizer, pad: int
) -> float:
    part = lesson.test if len(lesson.test) else lesson.train
    rows = part.some(np.arange(min(len(part), export.PROVEN_ON)))
    ids = tokens.encode(tokeniser, serialiser.apply(rows.frame()))
    trained = logits_of(model, ids, pad)
    path = lesson.order.folder / MODEL
    return export.prove_equal(
        trained, export_text.text_logits(path, ids, pad, lesson.order.threads)
    )


def _labels(part: Part) -> Labels:
    return part.label.astype(np.int64)


def _stage_name(rows: int, check: Texts, whole: int) -> str:
    learning = f"Learning from {rows:,} rows"
    if not len(check):
        return f"{learning}; there is no validation row to check on"
    kind = "a fixed sample of " if len(check) < whole else ""
    frauds = f"{len(check):,} validation rows, {int(check.label.sum()):,} frauds among them"
    return f"{learning}, checked on {kind}{frauds}"
