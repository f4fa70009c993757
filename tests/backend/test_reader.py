"""What a model knows of its data survives its file, and its thresholds follow its calibrator."""

import json
from dataclasses import replace

import numpy as np
import pytest

from backend.reader import FILE, Reader
from backend.steps import calibration
from backend.steps.calibration import NONE, Calibrator
from backend.steps.encode import Encoder
from backend.steps.features import DAY, Plan
from backend.steps.fields import Fields
from tests.workers.learning import COLUMNS, simulated

PLATT = Calibrator("platt", slope=0.5, intercept=-1.0)
CURVE = Calibrator("isotonic", raw=(-4.0, 0.0), calibrated=(-6.0, -1.0))


def fitted() -> Reader:
    profile = Encoder.fit(simulated(300), COLUMNS, "date").profile
    return Reader("vector", profile, COLUMNS, kept_share=0.1)


@pytest.mark.parametrize("calibrator", [Calibrator(), PLATT, CURVE])
def test_survives_its_file(tmp_path, calibrator):
    score = np.linspace(0, 1, 50)
    reader = fitted().judged(score, score < 0.9, score).calibrated(calibrator)
    reader.write(tmp_path)
    assert Reader.read(tmp_path) == reader


def test_what_it_reads_of_the_past_survives_its_file(tmp_path):
    read = Fields.fit(simulated(300), COLUMNS, "date", bins=8, depth=4)
    reader = Reader("events", read.profile, COLUMNS, kept_share=0.1, fields=read)
    reader.write(tmp_path)
    again = Reader.read(tmp_path)
    assert again == reader
    assert again.fields.profile is again.profile


def test_its_plan_of_the_past_survives_its_file_and_files_of_before_have_none(tmp_path):
    plan = Plan.fit(simulated(300), COLUMNS, delay=7.0 * DAY, uncovered=((0.0, 5.0),))
    reader = replace(fitted(), past=plan)
    reader.write(tmp_path)
    assert Reader.read(tmp_path) == reader
    stored = json.loads((tmp_path / FILE).read_text())
    del stored["past"], stored["profile"]["past"]
    (tmp_path / FILE).write_text(json.dumps(stored))
    assert Reader.read(tmp_path) == fitted()


def test_a_file_of_before_calibrators_still_opens(tmp_path):
    reader = fitted()
    reader.write(tmp_path)
    stored = json.loads((tmp_path / FILE).read_text())
    del stored["calibrator"], stored["fields"], stored["serialiser"]
    (tmp_path / FILE).write_text(json.dumps(stored))
    assert Reader.read(tmp_path) == reader


def test_texts_are_read_as_they_were_learned(tmp_path):
    replace(fitted(), kind="text", serialiser="words").write(tmp_path)
    assert Reader.read(tmp_path).serialiser == "words"
    stored = json.loads((tmp_path / FILE).read_text())
    del stored["serialiser"]
    (tmp_path / FILE).write_text(json.dumps(stored))
    assert Reader.read(tmp_path).serialiser == "bands"


@pytest.mark.parametrize("calibrator", [PLATT, CURVE])
def test_judging_and_calibrating_may_come_in_either_order(calibrator):
    score = np.random.default_rng(0).random(400)
    after = calibrator.apply(score)
    first = fitted().judged(score, score < 0.9, score).calibrated(calibrator)
    assert first == fitted().calibrated(calibrator).judged(after, score < 0.9, after)


def test_thresholds_that_nobody_set_stay_out_of_reach():
    reader = fitted().calibrated(PLATT)
    assert (reader.review, reader.high, reader.marks) == (1.0, 1.0, ())


def test_is_calibrated_once():
    with pytest.raises(ValueError, match="platt already"):
        fitted().calibrated(PLATT).calibrated(PLATT)


def test_amounts_are_told_in_their_unit_and_scored_by_their_rank(tmp_path):
    answer = np.random.default_rng(0).standard_t(2, 5_000) * 3
    reader = replace(fitted(), learned="amount", middle=50.0, spread=20.0)
    assert reader.amount(np.array([0.0, 1.0, -2.0])).tolist() == [50.0, 70.0, 10.0]
    reader = reader.calibrated(calibration.rank(reader.score(answer)))
    score = reader.score(answer)
    assert (np.argsort(score) == np.argsort(answer)).all() and len(np.unique(score)) == 5_000
    assert score == pytest.approx((np.argsort(np.argsort(answer)) + 0.5) / 5_000, abs=0.01)
    assert not reader.is_probability and fitted().is_probability
    reader.write(tmp_path)
    assert Reader.read(tmp_path) == reader


def test_of_scores_that_are_all_the_same_there_is_no_rank():
    assert calibration.rank([0.5] * 9) == calibration.rank([]) == NONE
