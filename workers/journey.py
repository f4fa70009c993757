"""The whole path of a transaction through the training process, one line per step.

`python -m workers.journey <folder>` does the job that `order.json` in the folder describes,
tells what happens as JSON lines on standard output, and leaves a sealed folder behind.
Exit codes: 0 done, 143 left when asked to; those of other endings stand in `workers.voice`.
"""

import io
import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

import workers.models
from backend import files, pasts, plugins
from backend.errors import OptionsRefused, TouchstoneError
from backend.scorer import Scorer, open_scorer
from workers.device import die_with
from workers.endings import exit_code
from workers.family import Diverged, Family, Learned, Lesson
from workers.order import SCRATCH, Order
from workers.signals import Wishes, listen
from workers.steps import judge, predict, recall
from workers.voice import DIVERGED, REFUSED, Voice, paced

KEPT_ASIDE = ("reader", "extras")  # of what was learned: a file of its own, or told one by one


def train(order: Order, voice: Voice, wishes: Wishes) -> None:
    """Carry a dataset from its Parquet file to a proven model and the scores it gives.

    Of a family that gives no answers only the weights are left, and no score.
    """
    from workers.steps import read, targets  # Arrow tables: not needed, and not loaded, to score

    family, options = _chosen(order)
    voice.stage("Reading transactions")
    scratch = order.folder / SCRATCH
    table = read.open_table(order.dataset, order.columns, scratch)
    learn = getattr(options, "learn", targets.FRAUD)
    divided, part = read.divide(table, order.label_delay_days, order.uncovered, learn)
    split = divided.to_plain(targets.labels(table, learn))
    voice.divided(split)
    if family.answers:
        targets.check(table, part, learn)
    _check_start(order, options)

    wanted = getattr(options, "past", False) and len(part["train"])
    past, part = recall.recall(order, table, part, voice, scratch) if wanted else (None, part)
    parts = part["train"], part["validation"], part["test"]
    lesson = Lesson(order, *parts, voice, wishes, scratch, divided, past)
    learned = family.train(lesson, options)
    learned.reader.write(order.folder)

    judge.write(order.folder, "split.json", split)
    figures = _judged(order, table, part, learned, voice) if family.answers else {}
    told = {**figures, **_told(learned), "seconds": voice.seconds()}
    judge.write(order.folder, "metrics.json", told)
    if not family.answers:
        predict.write(iter(()), order.folder / predict.FILE)


def _judged(
    order: Order, table: Any, part: Mapping[str, Any], learned: Learned, voice: Voice
) -> dict[str, Any]:
    """Score the validation and test rows with the exported model, and judge it by them."""
    rows = len(part["validation"]) + len(part["test"])
    voice.stage(f"Scoring {rows:,} validation and test rows")
    scorer = open_scorer(order.folder, order.threads)
    frames = ((name, frame) for name in judge.PARTS for frame in part[name].frames())
    answers = predict.predict(scorer, frames, paced(voice, rows))
    predict.write(answers, order.folder / predict.FILE)

    voice.stage("Judging the model")
    return judge.judge(order, table, part, learned.reader)


def score(order: Order, voice: Voice, asked: Iterable[str]) -> None:
    """Score the pieces of a dataset that are asked for, one line each, with a finished model."""
    assert order.model is not None, "an order to score names the folder of its model"
    voice.stage("Opening the model")
    files.verify(order.model)
    scorer = open_scorer(order.model, order.threads)
    past = _recalled(order, scorer, voice)

    voice.ready()
    for line in asked:
        rows = predict.predict_piece(scorer, order.dataset, past, json.loads(line), voice)
        voice.scored(rows)


def main(folder: Path) -> int:
    """Do the order in `folder` and return the exit code."""
    order, wishes = Order.read(folder), listen()
    if order.supervisor is not None:
        die_with(os.getppid() if order.devices > 1 else order.supervisor)
    if order.devices > 1:
        from workers.steps import crew  # torch: not needed, and not loaded, to score

        order = crew.enlist(order)
    voice = Voice(io.StringIO() if order.rank else sys.stdout)
    job: Callable[[], None] = (
        (lambda: score(order, voice, sys.stdin))
        if order.kind == "score"
        else (lambda: train(order, voice, wishes))
    )
    code = _do(job, order, voice)
    told = code in (REFUSED, DIVERGED)  # by the first of several, which must not be ended before
    ended = 0 if order.rank and told else code
    if order.devices > 1:
        crew.leave(ended)
    return ended


def _do(job: Callable[[], None], order: Order, voice: Voice) -> int:
    """Do the job, seal what it left, and tell how it ended; return the exit code."""
    scratch = order.folder / SCRATCH
    try:
        job()
        shutil.rmtree(scratch, ignore_errors=True)
        files.seal(order.folder)
    except TouchstoneError as refusal:
        voice.ended("refused", str(refusal))
        return exit_code(refusal) or REFUSED
    except (OSError, MemoryError, RuntimeError) as error:
        code = exit_code(error)
        if code is None:
            raise
        traceback.print_exc()
        return code
    except Diverged as diverged:
        voice.ended("diverged", str(diverged))
        return DIVERGED
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    voice.ended("done")
    return 0


def _chosen(order: Order) -> tuple[Family, BaseModel]:
    family: Family = plugins.collect(workers.models, "FAMILY")[order.family]
    try:
        return family, family.options.model_validate(order.options)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise OptionsRefused(f"The option {name} cannot be used: {first['msg']}") from wrong


def _recalled(order: Order, scorer: Scorer, voice: Voice) -> Path | None:
    """Return the features of the past of the dataset that is scored, where the model reads them."""
    plan = scorer.reader.past
    if plan is None:
        return None
    return recall.compute(plan, order, voice, order.folder / SCRATCH) / pasts.FEATURES


def _check_start(order: Order, options: BaseModel) -> None:
    """Check the files of the run that this one starts from, if from any."""
    number = getattr(options, "start_from", 0)
    if number and order.start is None:
        raise OptionsRefused(
            f"Run {number}, which this one starts from, is gone. Choose another, or start from "
            "scratch."
        )
    if order.start is not None:
        files.verify(order.start)


def _told(learned: Learned) -> dict[str, Any]:
    told = {name: value for name, value in vars(learned).items() if name not in KEPT_ASIDE}
    reader = learned.reader
    words = reader.past.words if reader.past else {}
    left_out = {words.get(name, name): why for name, why in reader.profile.left_out.items()}
    if reader.past:
        what = reader.past.left_out.items()
        left_out |= {f"Features of the past: {name}": why for name, why in what}
    return {**told, **learned.extras, "kept_share": reader.kept_share, "columns_left_out": left_out}


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
