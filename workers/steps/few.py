"""How `fewshot` learns: an encoder barely moved, and a line through the vectors of few rows."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from backend.scorer import MODEL
from workers.family import Learned, Lesson
from workers.steps import encoder, export_text, sample
from workers.steps.contrast import A_CLASS, Contrast
from workers.steps.finetune import stage_name, to_check
from workers.steps.learner import Best
from workers.steps.sentence_net import SentenceClassifier, Vectors, vectors_of
from workers.steps.tokenise import Writer
from workers.steps.train import Texts, measure, worth

if TYPE_CHECKING:
    from workers.models.fewshot import Options

CHECKED_FRAUDS, CHECKED_LEGITIMATE = 300, 1_000
STEPS_A_ROUND = 20
ITERATIONS = 1_000


def learn(lesson: Lesson, options: "Options") -> Learned:
    """Draw the examples, learn from their pairs, keep the round that checks best; export ONNX.

    An attempt begins anew: it takes minutes, and comes to the same.
    """
    order, voice = lesson.order, lesson.voice
    source = encoder.chosen(order, options.encoder, options.encoder_revision)
    voice.stage("Writing transactions as text")
    writer = Writer.fit(lesson, source, options.max_length, "sentence")
    label = lesson.train.label.astype(np.int64)
    rows, kept_share = sample.few(label, options.frauds, options.negatives_per_fraud, options.seed)
    train = Texts(writer.ids(lesson.train.some(rows), "train"), label[rows], np.ones(len(rows)))
    check = to_check(lesson, writer, CHECKED_FRAUDS, CHECKED_LEGITIMATE, options.seed)

    voice.stage("Loading the encoder")
    torch.manual_seed(options.seed)
    torch.set_num_threads(order.threads or torch.get_num_threads())
    net = SentenceClassifier(encoder.load_encoder(source, 0))
    voice.stage(stage_name(len(train), check, len(lesson.validation)))
    best = _Rounds(lesson, options, net, train, check, kept_share, writer.pad).run()

    voice.stage("Exporting the model")
    export_text.export_text_model(net, order.folder / MODEL)
    return Learned(
        reader=writer.reader(order.columns, kept_share),
        rows_trained=len(train),
        parameters=sum(each.numel() for each in net.parameters()),
        best_step=best.step,
        parity=export_text.prove(net, order, writer.proof(lesson), writer.pad),
        validation_sample={"rows": len(check), "frauds": int(check.label.sum())},
        extras={"examples": {"frauds": int(train.label.sum()), "rows": len(train)}},
    )


@dataclass
class _Rounds:
    """Rounds of contrast, and after each the line through the vectors as they lie then."""

    lesson: Lesson
    options: "Options"
    net: SentenceClassifier
    train: Texts
    check: Texts
    kept_share: float
    pad: int
    best: Best = field(default_factory=Best)

    def run(self) -> Best:
        """Leave the best round in the net; round 0 is the encoder as it was."""
        voice, steps = self.lesson.voice, self.options.rounds * STEPS_A_ROUND
        self.net.to("cuda" if torch.cuda.is_available() else "cpu")
        contrast = Contrast(
            self.net, self.train, self.pad, self.options.learning_rate, self.options.seed
        )
        voice.plan(max(steps, 1))
        self._look(0)
        began = time.monotonic()
        for step in range(1, steps + 1):
            contrast.step()
            if step % STEPS_A_ROUND == 0:
                self._look(step)
            a_step = (time.monotonic() - began) / step
            voice.pace(step, 2 * A_CLASS / max(a_step, 1e-6), a_step * (steps - step))
            if self.lesson.wishes.keep_best:
                break
        self.net.load_state_dict(self.best.weights)
        return self.best

    def _look(self, step: int) -> None:
        vectors, loss, ap = vectors_of(self.net, self.train.ids, self.pad), np.nan, None
        self.net.draw(*_line(vectors, self.train, self.options.freedom))
        told = measure(self.train, self._logits(vectors), 1.0)
        self.lesson.voice.point("train", step, told[0])
        if len(self.check):
            logits = self._logits(vectors_of(self.net, self.check.ids, self.pad))
            loss, ap = measure(self.check, logits, self.kept_share)
            self.lesson.voice.point("validation", step, loss, ap)
        value = worth(self.check, loss, ap)
        if not self.best.weights or value >= self.best.value or np.isnan(value):
            weights = {name: each.clone() for name, each in self.net.state_dict().items()}
            self.best = Best(value, step, weights)

    def _logits(self, vectors: Vectors) -> Vectors:
        line = self.net.line
        weight = line.weight.detach().double().cpu().numpy()
        logits: Vectors = vectors @ weight[0] + float(line.bias.detach())
        return logits


def _line(vectors: Vectors, train: Texts, freedom: float) -> tuple[Vectors, float]:
    model = LogisticRegression(C=freedom, max_iter=ITERATIONS).fit(vectors, train.label)
    return model.coef_[0], float(model.intercept_[0])
