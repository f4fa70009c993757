"""How `zeroshot` answers without learning: is a row's text nearer to one sentence or another?

The difference of two cosines is a line through the vector of the text, so the finished model
has the same form as any other that reads text.
"""

import math
from typing import TYPE_CHECKING

import numpy as np
import torch

from backend.scorer import MODEL
from backend.steps import tokens
from workers.family import Learned, Lesson
from workers.steps import encoder, export_text
from workers.steps.finetune import to_check
from workers.steps.sentence_net import SentenceClassifier, Vectors, vectors_of
from workers.steps.tokenise import Writer
from workers.steps.train import logits_of, measure

if TYPE_CHECKING:
    from workers.models.zeroshot import Options

CHECKED_FRAUDS, CHECKED_LEGITIMATE = 300, 1_000
CENTRED_ON = 1_000  # training rows, their labels unread, that say which similarity is usual
SUPPOSED = 0.01  # share of frauds when nobody says
CAUTION = "Weak: not trained on your labels."


def learn(lesson: Lesson, options: "Options") -> Learned:
    """Draw the line between two sentences, look once at validation; export ONNX."""
    order, voice = lesson.order, lesson.voice
    source = encoder.chosen(order, options.encoder, options.encoder_revision)
    voice.stage("Writing transactions as text")
    writer = Writer.fit(lesson, source, options.max_length, "sentence")
    check = to_check(lesson, writer, CHECKED_FRAUDS, CHECKED_LEGITIMATE, 0)
    usual = writer.ids(lesson.train.drawn(CENTRED_ON), "train")

    voice.stage("Comparing texts with two sentences; nothing is learned")
    torch.set_num_threads(order.threads or torch.get_num_threads())
    net = SentenceClassifier(encoder.load_encoder(source, 0))
    asked = tokens.encode(writer.tokeniser, [options.fraud, options.ordinary])
    net.draw(*_line(vectors_of(net, asked, writer.pad), vectors_of(net, usual, writer.pad)))
    voice.plan(1)
    if len(check):
        logits = logits_of(net, check.ids, writer.pad)
        voice.point("validation", 1, *measure(check, logits, 1.0))

    voice.stage("Exporting the model")
    export_text.export_text_model(net, order.folder / MODEL)
    return Learned(
        reader=writer.reader(order.columns, 1.0),
        rows_trained=0,
        parameters=sum(each.numel() for each in net.parameters()),
        best_step=1,
        parity=export_text.prove(net, order, writer.proof(lesson), writer.pad),
        validation_sample={"rows": len(check), "frauds": int(check.label.sum())},
        extras={"caution": CAUTION},
    )


def _line(asked: Vectors, usual: Vectors) -> tuple[Vectors, float]:
    """Return weight (hidden,) and bias: logits of usual rows deviate by 1 around 1 in 100."""
    weight = asked[0] - asked[1]
    nearness = usual @ weight
    scale = 1 / max(float(nearness.std()), 1e-6)
    prior = math.log(SUPPOSED / (1 - SUPPOSED))
    return weight * scale, prior - scale * float(np.mean(nearness))
