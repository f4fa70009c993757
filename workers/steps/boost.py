"""How `trees` learns: LightGBM on the vectors that `logistic` reads, tuned while time lasts."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from backend.reader import Reader
from backend.scorer import MODEL
from backend.steps.encode import Encoder
from backend.steps.session import open_session
from workers.family import Learned, Lesson
from workers.steps import export, minilm, overall, sample, vectors
from workers.steps.export_trees import export_trees
from workers.steps.grow import STEADY_FRAUDS, Floats, Ground, Rows, Trees, grow
from workers.steps.read import Part
from workers.steps.tune import Found, Search

if TYPE_CHECKING:
    from workers.models.trees import Options

MOST_ROWS = 1_000_000  # that trees grow on; of more, legitimate ones are drawn
CHECKED_FRAUDS, CHECKED_LEGITIMATE = 2_000, 50_000
LOOKED_AT = 20_000  # training rows whose loss is told
PROVEN_ON = 1_000  # rows of the test part


def learn(lesson: Lesson, options: "Options") -> Learned:
    """Fit the encoder on the training part, trees on a sample of it; export ONNX.

    An attempt goes on with the search; the rest, the other splits too, is done anew.
    """
    order, voice = lesson.order, lesson.voice
    voice.stage("Reading the training part")
    encoder, train, kept_share = _fitted(lesson, lesson.train, options)
    check = _looked_at(encoder, lesson.validation, options.seed)
    ground = Ground.prepare(train, check, kept_share, order.threads, options.seed)

    voice.stage(_stage_name(len(train), check, options))
    search = Search(
        lesson, ground, _some(train), check, kept_share, options.seconds, options.trials, len(train)
    )
    found = search.run()

    voice.stage("Exporting the model")
    export_trees(found.trees.dumped(), train.vectors.shape[1], order.folder / MODEL)
    return Learned(
        reader=Reader("vector", encoder.profile, order.columns, kept_share, past=lesson.past),
        rows_trained=len(train),
        parameters=found.trees.leaves,
        best_step=found.best_trial,
        parity=_parity(found.trees, encoder, lesson),
        validation_sample={"rows": len(check), "frauds": check.frauds},
        extras={"tuning": _told(found), "overall": _overall(lesson, options, encoder, found)},
    )


def _fitted(lesson: Lesson, part: Part, options: "Options") -> tuple[Encoder, Rows, float]:
    """Return an encoder fitted on a part, the rows to grow on, and the share of others kept."""
    label = part.label.astype(np.int64)
    frauds = max(int((label == 1).sum()), 1)
    room = max(MOST_ROWS - frauds, frauds) / frauds
    drawn = min(options.negatives_per_fraud or room, room)
    places, kept_share = sample.draw(label, drawn, options.seed)
    encoder = Encoder.fit(
        part.fitting_frame(), lesson.columns, lesson.order.clock, sentences=minilm.beside(lesson)
    )
    rows = part.some(places)
    return encoder, Rows(vectors.of(encoder, rows), label[places], np.ones(len(rows))), kept_share


def _looked_at(encoder: Encoder, part: Part, seed: int) -> Rows:
    label = part.label.astype(np.int64)
    places, weight = sample.look(label, CHECKED_FRAUDS, CHECKED_LEGITIMATE, seed)
    order = np.argsort(places)
    places, weight = places[order], weight[order]
    return Rows(vectors.of(encoder, part.some(places)), label[places], weight)


def _some(rows: Rows) -> Rows:
    places, weight = sample.look(rows.label, LOOKED_AT // 2, LOOKED_AT // 2, seed=0)
    return Rows(rows.vectors[places], rows.label[places], weight)


def _stage_name(rows: int, check: Rows, options: "Options") -> str:
    if not check.judges:
        return (
            f"Growing trees on {rows:,} rows with the usual options: the {check.frauds} "
            "validation frauds are too few to choose by"
        )
    judged = "average precision" if check.frauds >= STEADY_FRAUDS else "loss"
    return (
        f"Growing trees on {rows:,} rows for {options.seconds:,.0f} seconds, the best by {judged} "
        f"on {len(check):,} validation rows, {check.frauds:,} frauds among them"
    )


def _told(found: Found) -> dict[str, Any]:
    return {
        "trials": found.trials,
        "rounds": found.trees.rounds,
        "seconds": round(found.seconds, 1),
        "options": found.trees.options,
        "validation_loss": found.loss if math.isfinite(found.loss) else None,
        "validation_ap": found.ap,
    }


def _overall(
    lesson: Lesson, options: "Options", encoder: Encoder, found: Found
) -> dict[str, Any] | None:
    """Measure on other splits what the tuned options are worth; see `overall.measure`."""
    if lesson.divided is None or not options.folds or lesson.wishes.keep_best:
        return None

    def fit(train: Part) -> overall.Score:
        other, rows, kept_share = _fitted(lesson, train, options)
        nobody = Rows(rows.vectors[:0], rows.label[:0], rows.weight[:0])
        ground = Ground.prepare(rows, nobody, kept_share, lesson.order.threads, options.seed)
        trees = grow(ground, found.trees.options, lambda _: False, found.trees.rounds)
        return _scoring(other, trees)

    lesson.voice.stage("Growing them again on other splits of the rows")
    return overall.measure(
        lesson, fit, _scoring(encoder, found.trees), options.folds, options.seconds
    )


def _scoring(encoder: Encoder, trees: Trees) -> overall.Score:
    def score(part: Part) -> Floats:
        return trees.logits(vectors.of(encoder, part))

    return score


def _parity(trees: Trees, encoder: Encoder, lesson: Lesson) -> float:
    part = lesson.test if len(lesson.test) else lesson.train
    rows = vectors.of(encoder, part.some(np.arange(min(len(part), PROVEN_ON))))
    session = open_session(lesson.order.folder / MODEL)
    exported = session.run(["logit"], {"vector": rows})[0].ravel()
    return export.prove_equal(trees.logits(rows), exported.astype(np.float64))
