"""What is said of a judged run: slices, groups, drift, leakage, optimism, capacity."""

import pytest

from backend.judgements import Judgement
from ui.parts import run_charts, run_parts, run_trust
from ui.parts.judgement import between, of_all, spread
from ui.parts.wording import share, three

TOLD = {
    "metrics": {"ap": {"value": 0.726, "low": 0.6, "high": 0.81}},
    "leakage": {"entities_seen": 0.998, "removed_rows": 2_541, "removed_cards": 46,
                "ap_without": 0.367, "twins": 1},
}  # fmt: skip


@pytest.mark.parametrize(
    ("interval", "said"),
    [((0.812, 0.9), "81 to 90%"), ((0.97, 1.0), "97 to 100%"), ((0.004, 0.031), "0.4% to 3.1%")],
)
def test_an_interval_of_shares_is_said_without_a_dash(interval, said):
    assert between(interval) == said


@pytest.mark.parametrize(
    ("part", "said"),
    [(0.984, "98%"), (0.997, "99.7%"), (1.0, "100%"), (0.0, "0%"), (None, "–"), (0.004, "0.4%")],
)
def test_nearly_all_is_not_all(part, said):
    assert of_all(part) == said


def test_an_interval_takes_any_form():
    assert spread((0.81, 0.9), three) == "0.810 to 0.900"
    assert spread(None, share) == "–"


def test_leakage_is_told_control_by_control():
    lines = run_trust.leakage(Judgement(1, TOLD))
    assert lines[0] == "**100%** of test transactions are of customers seen in training."
    assert lines[1] == "**2,541 test transactions** are of 46 cards whose fraud was known before."
    assert lines[2] == "Without those, average precision is **0.367**, not 0.726."
    assert lines[3] == "**1 test row** repeats a training row exactly."
    assert run_trust.leakage(Judgement(1, {"leakage": {}})) == []


def test_optimism_and_folds_are_told_once_they_are_known():
    assert run_trust.optimism({}) == run_trust.optimism({"optimism_gap": None, "folds": None}) == []
    gap = {"ap_random": 0.9, "ap_split": 0.7, "gap": 0.2}
    ap = {"mean": 0.68, "sd": 0.05, "values": [0.63, 0.73]}
    folds = {"count": 2, "days": 7.0, "ap": ap, "note": ""}
    told = run_trust.optimism({"optimism_gap": gap, "folds": folds})
    assert "**0.900**; split as here **0.700**. The difference of 0.200 is optimism." in told[0]
    assert told[1].startswith("Over 2 earlier periods, 7 d apart, it is **0.680** with")


def test_a_split_that_does_not_flatter_and_folds_that_say_nothing_are_told_as_such():
    gap = {"ap_random": 0.6, "ap_split": 0.7, "gap": -0.1}
    folds = {"count": 1, "days": None, "ap": {"mean": None, "sd": None}, "note": "Too few frauds."}
    told = run_trust.optimism({"optimism_gap": gap, "folds": folds})
    assert told[0].endswith("would not have flattered.")
    assert told[1].replace("\\", "") == "Too few frauds."


@pytest.mark.parametrize(
    ("psi", "by_chance", "said"),
    [(0.05, 0.01, "steady"), (0.15, 0.01, "some drift"), (0.15, 0.2, "steady"),
     (0.3, 0.1, "strong drift"), (0.3, None, "strong drift")],
)  # fmt: skip
def test_drift_is_only_what_chance_does_not_explain(psi, by_chance, said):
    assert run_parts.drifted(psi, by_chance) == said


def test_the_score_stands_first_among_what_drifted():
    told = [{"what": "amt", "psi": 0.4, "null_high": 0.01}, {"what": "age", "psi": None},
            {"what": "score", "psi": 0.1, "null_high": 0.01}]  # fmt: skip
    rows = run_parts.drift_table(told)
    assert rows["What"].tolist() == ["Score", "amt"]
    assert run_parts.drift_table([]).empty


@pytest.mark.parametrize(
    ("ratio", "sign", "words"),
    [(0.9, ":green[", "90%"), (0.5, ":orange[", "50%"), (None, "Too few", "")],
)
def test_groups_are_even_from_four_fifths_on(ratio, sign, words):
    said = run_parts.fairness(ratio)
    assert said.startswith(sign) and words in said


def test_small_groups_stand_last_and_without_a_share():
    groups = [
        {"name": "a", "legitimate": 10, "fpr": 0.5, "shown": False},
        {"name": "b", "legitimate": 900, "fpr": 0.01, "shown": True},
        {"name": "c", "legitimate": 800, "fpr": 0.02, "shown": True},
    ]
    rows = run_parts.group_table(groups)
    assert rows["Group"].tolist() == ["c", "b", "a"]
    assert rows["Stopped"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("name", "said"),
    [("from 2024-04-08", "from 8 Apr 2024"), ("2024-04", "Apr 2024"),
     ("2024-11 to 2025-01", "Nov 2024 to Jan 2025"), ("10 to 20", "10 to 20"),
     ("under 10", "under 10")],
)  # fmt: skip
def test_dates_in_names_are_written_as_people_do(name, said):
    assert run_parts.said(name) == said


def test_recall_shows_the_honest_form_beside_the_best():
    told = {
        "metrics": {"recall_at_1_fpr": {"value": 0.88, "low": 0.8, "high": 0.93}},
        "honest_recall": [{"at": 0.01, "threshold": 0.2, "recall": 0.85, "fpr": 0.011}],
    }
    (row,) = run_charts.recall_table(Judgement(1, told)).to_dict("records")
    assert row["Good payments stopped"] == "1 in 100"
    assert (row["Found"], row["Chosen before"], row["Then stopped"]) == (0.88, 0.85, 0.011)
    assert row["95% interval"] == "80% to 93%"


def test_what_a_team_checks_is_told_where_days_are_known():
    top = {"k": 100, "precision_a_day": 0.031, "card_recall": 0.9}
    first, second = run_charts.checked_a_day(top)
    assert "**100** highest scores of each day, **3.1%**" in first and "**90.0%**" in second
    assert run_charts.checked_a_day({"k": 100}) == []
