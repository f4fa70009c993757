"""How `logistic` learns: rounds of scikit-learn's solver, so that its loss can be watched."""

import math
import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from backend.reader import Reader
from backend.scorer import MODEL
from backend.steps import metrics
from backend.steps.encode import Encoder, Vectors
from backend.steps.session import open_session
from workers.family import Diverged, Learned, Lesson
from workers.steps import export, minilm, sample, vectors

if TYPE_CHECKING:
    from workers.models.logistic import Options

ROUNDS, STEPS_A_ROUND = 20, 15
ENOUGH = 1e-5  # gain in training loss below which more rounds are pointless
CHECKED_FRAUDS, CHECKED_LEGITIMATE = 2_000, 50_000

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


def learn(lesson: Lesson, options: "Options") -> Learned:
    """Fit the encoder on the training part, the regression on a sample of it; export ONNX.

    An attempt begins anew: it takes seconds, and comes to the same.
    """
    order = lesson.order
    lesson.voice.stage("Reading the training part")
    encoder = Encoder.fit(
        lesson.train.fitting_frame(), lesson.columns, order.clock, sentences=minilm.beside(lesson)
    )
    return learn_from(encoder, lesson, options)


def learn_from(encoder: Encoder, lesson: Lesson, options: "Options") -> Learned:
    """Fit the regression on a sample of the training part as this encoder reads it."""
    order, voice = lesson.order, lesson.voice
    places, kept_share = sample.draw(
        lesson.train.label.astype(np.int64), options.negatives_per_fraud, options.seed
    )
    train = lesson.train.some(places)
    looked, weight = sample.look(
        lesson.validation.label.astype(np.int64), CHECKED_FRAUDS, CHECKED_LEGITIMATE, options.seed
    )
    check = lesson.validation.some(looked)

    voice.stage(f"Learning from {len(train):,} rows")
    rows, label = vectors.of(encoder, train), train.label.astype(np.int64)
    watch = _Watch(lesson, vectors.of(encoder, check), check.label.astype(np.int64), weight)
    model, rounds = _fit(rows, label, options, watch, kept_share)

    voice.stage("Exporting the model")
    export.export_linear_model(model.coef_[0], model.intercept_[0], order.folder / MODEL)
    return Learned(
        reader=Reader("vector", encoder.profile, order.columns, kept_share, past=lesson.past),
        rows_trained=len(train),
        parameters=rows.shape[1] + 1,
        best_step=rounds,
        parity=_parity(model, encoder, lesson),
        validation_sample={"rows": len(check), "frauds": int(np.sum(check.label))},
    )


class _Watch:
    """Tells losses as the rounds go by."""

    def __init__(self, lesson: Lesson, vectors: Vectors, label: Labels, weight: Floats) -> None:
        self.lesson, self.vectors, self.label, self.weight = lesson, vectors, label, weight

    def tell(self, model: LogisticRegression, step: int, loss: float, kept_share: float) -> None:
        self.lesson.voice.point("train", step, loss)
        if not len(self.label):
            return
        logit = model.decision_function(self.vectors)
        mix = np.where(self.label == 1, self.weight, self.weight * kept_share)
        checked = float(np.average(losses(self.label, logit), weights=mix))
        both = metrics.FEWEST_FRAUDS <= self.label.sum() < len(self.label)
        ap = metrics.average_precision(self.label, logit, self.weight) if both else None
        self.lesson.voice.point("validation", step, checked, ap)


def losses(label: Labels, logit: Floats) -> Floats:
    """Return the cross-entropy of each row (n,), in nats."""
    loss: Floats = np.logaddexp(0, np.where(label == 1, -logit, logit))
    return loss


def _fit(
    rows: Vectors, label: Labels, options: "Options", watch: _Watch, kept_share: float
) -> tuple[LogisticRegression, int]:
    voice = watch.lesson.voice
    voice.plan(ROUNDS)
    model = LogisticRegression(
        C=options.regularisation, warm_start=True, max_iter=STEPS_A_ROUND, tol=1e-6
    )
    before = math.inf
    for step in range(1, ROUNDS + 1):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it goes on in the next round
            model.fit(rows, label)
        loss = float(losses(label, model.decision_function(rows)).mean())
        if not math.isfinite(loss):
            raise Diverged("The loss stopped being a number. Look for extreme values in the file.")
        watch.tell(model, step, loss, kept_share)
        if before - loss < ENOUGH or watch.lesson.wishes.keep_best:
            break
        before = loss
    return model, step


def _parity(model: LogisticRegression, encoder: Encoder, lesson: Lesson) -> float:
    rows = vectors.of(encoder, lesson.test.some(np.arange(min(len(lesson.test), 1_000))))
    session = open_session(lesson.order.folder / MODEL)
    exported = session.run(["logit"], {"vector": rows})[0].ravel()
    return export.prove_equal(model.decision_function(rows), exported.astype(np.float64))
