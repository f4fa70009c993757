"""How `constant` and `amount` learn: the least that any model has to beat."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from backend.errors import NotTrainable
from backend.reader import Reader
from backend.scorer import MODEL
from backend.steps.encode import Encoder
from backend.steps.profile import Profile
from backend.steps.session import open_session
from workers.family import Learned, Lesson
from workers.steps import export, vectors
from workers.steps.regress import learn_from, losses

if TYPE_CHECKING:
    from workers.models.amount import Options

NO_AMOUNT = "No column is the amount, so nothing can be learned from it alone."


def learn_constant(lesson: Lesson) -> Learned:
    """Answer every transaction with the share of frauds in the training part; export ONNX."""
    order, voice = lesson.order, lesson.voice
    voice.stage("Counting frauds in the training part")
    voice.plan(1)
    profile = Profile.fit(lesson.train.fitting_frame(), order.columns, order.clock)
    share = float((lesson.train.label == 1).mean())
    logit = float(np.log(share / (1 - share)))
    for name, part in (("train", lesson.train), ("validation", lesson.validation)):
        if len(part):
            label = part.label.astype(np.int64)
            voice.point(name, 1, float(losses(label, np.full(len(label), logit)).mean()))

    voice.stage("Exporting the model")
    rows = vectors.of(Encoder(profile), lesson.test.some(_first(lesson)))
    export.export_linear_model(np.zeros(rows.shape[1]), logit, order.folder / MODEL)
    session = open_session(order.folder / MODEL)
    exported = session.run(["logit"], {"vector": rows})[0].ravel().astype(np.float64)
    return Learned(
        reader=Reader("vector", profile, order.columns, kept_share=1.0),
        rows_trained=len(lesson.train),
        parameters=1,
        best_step=1,
        parity=export.prove_equal(np.full(len(rows), logit), exported),
        validation_sample={
            "rows": len(lesson.validation),
            "frauds": int((lesson.validation.label == 1).sum()),
        },
    )


def learn_amount(lesson: Lesson, options: "Options") -> Learned:
    """Fit a logistic regression on the amount alone; see `regress.learn_from`.

    Raises NotTrainable when the file has no amount.
    """
    lesson.voice.stage("Reading the training part")
    profile = Profile.fit(lesson.train.fitting_frame(), columns=(), clock="none")
    if profile.amount is None:
        raise NotTrainable(NO_AMOUNT)
    return learn_from(Encoder(profile), lesson, options)


def _first(lesson: Lesson) -> NDArray[np.int64]:
    return np.arange(min(len(lesson.test), export.PROVEN_ON))
