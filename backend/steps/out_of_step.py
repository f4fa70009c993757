"""Text that stands one row away from its label: an export that slipped, found before training.

A text column of natural language that says nothing about fraud, while the label of the row
before or after it is told almost surely, belongs to that other row.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from backend.steps.canonical import cells
from backend.steps.checkup import Offer, Problem, Severity
from backend.steps.columns import Role, named
from backend.steps.outline import Outline
from backend.steps.recipe import Fix, Kind
from backend.steps.values import words

KEY = "out-of-step:"
MOST_ROWS = 20_000  # of the beginning of the file, in its order
FEWEST = 30  # rows of each class
LANGUAGE = 3.0  # mean words per text
FOLDS, SEED, WIDTH = 3, 0, 2**16
NOTHING, PLENTY = 0.6, 0.8  # area under the ROC curve that says nothing, that says a lot
SURE = 1.96


@dataclass(frozen=True)
class Step:
    """How well a text tells the label of its own row, and of the row it is out of step with."""

    own: float  # area under the ROC curve, out of sample
    error: float  # half its 95% interval
    other: float
    away: int  # rows from the text to its label: -1 the row before, 1 the row after


def out_of_step(outline: Outline) -> Iterator[Problem]:
    """Yield a warning for each text column that tells the label of a neighbouring row."""
    labels = named(outline.columns, Role.LABEL)
    for name, text in cells(outline.columns, Role.TEXT).items() if labels else ():
        step = _look(outline, text)
        if step is None:
            continue
        where = "before" if step.away < 0 else "after"
        yield Problem(
            key=KEY + name,
            severity=Severity.WARNING,
            title=f"{name} seems one row out of step with {labels[0]}",
            detail=f"It says nothing about its own row (AUROC {step.own:.2f}, 95% interval "
            f"{step.own - step.error:.2f} to {step.own + step.error:.2f}) but tells the label of "
            f"the row {where} it (AUROC {step.other:.2f}). Export the file again, or leave "
            f"{name} out.",
            column=name,
            examples=outline.rows(range(3), [*labels[:1], name]),
            offers=(
                Offer("Leave it out", (Fix(Kind.ROLE, name, Role.IGNORE),)),
                Offer("Keep it", (Fix(Kind.KEEP, name, KEY + name),)),
            ),
        )


def measure(texts: list[str], fraud: NDArray[np.bool_]) -> Step | None:
    """Return how far texts (n,) and labels (n,) in file order are out of step.

    None when a text tells about its own row, about none, or when a class has fewer than 30
    rows.
    """
    if min(fraud.sum(), (~fraud).sum()) <= FEWEST:
        return None
    counts = HashingVectorizer(n_features=WIDTH, ngram_range=(1, 2), alternate_sign=False)
    features = TfidfTransformer(sublinear_tf=True).fit_transform(counts.transform(texts))
    own = _auc(features, fraud)
    if abs(own - 0.5) >= NOTHING - 0.5:
        return None
    shifted = {-1: _auc(features[1:], fraud[:-1]), 1: _auc(features[:-1], fraud[1:])}
    away = max(shifted, key=lambda step: shifted[step])
    if shifted[away] <= PLENTY:
        return None
    return Step(own, SURE * _error(own, fraud), shifted[away], away)


def _look(outline: Outline, text: str) -> Step | None:
    typed = outline.typed.expressions["_label"]
    said = cells(outline.columns, Role.LABEL)
    said_words = words(next(iter(said.values())))
    found = outline.table.rows(
        f"coalesce({words(text)}, ''), {typed}, {said_words}",
        "TRUE",
        f"ORDER BY file_row_number LIMIT {MOST_ROWS}",
    )
    texts = [row[0] for row in found]
    if not texts or np.mean([text.count(" ") + 1 for text in texts]) < LANGUAGE:
        return None
    return measure(texts, _fraud([row[1] for row in found], [row[2] for row in found]))


def _fraud(labels: list[int | None], said: list[str | None]) -> NDArray[np.bool_]:
    """What counts as fraud: the label, or, while its values are not decided, the rarer ones."""
    fraud = np.array([label == 1 for label in labels], dtype=bool)
    if fraud.any():
        return fraud
    values, counts = np.unique([value or "" for value in said], return_counts=True)
    usual = values[np.argmax(counts)]
    return np.array([(value or "") != usual for value in said], dtype=bool)


def _auc(features: Any, fraud: NDArray[np.bool_]) -> float:
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    model = LogisticRegression(solver="liblinear", C=10.0, class_weight="balanced", max_iter=300)
    score = cross_val_predict(model, features, fraud, cv=folds, method="decision_function")
    return float(roc_auc_score(fraud, score))


def _error(auc: float, fraud: NDArray[np.bool_]) -> float:
    """Standard error of an area under the ROC curve (Hanley and McNeil 1982)."""
    frauds, others = float(fraud.sum()), float((~fraud).sum())
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = (frauds - 1) * (one - auc**2) + (others - 1) * (two - auc**2) + auc * (1 - auc)
    return math.sqrt(spread / (frauds * others))
