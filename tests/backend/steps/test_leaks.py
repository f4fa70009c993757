"""Columns that tell the answer are suspects; columns that merely help are not."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from backend.steps import leaks
from backend.steps.checkup import Severity
from backend.steps.columns import Role
from backend.steps.recipe import Fix, Kind
from tests.backend.steps.outlines import outlined

ROWS = 4_000


@pytest.fixture
def fraud():
    return (np.random.default_rng(0).random(ROWS) < 0.05).astype(int)


def found(folder, fraud, **columns):
    given = {name: (role, values) for name, (role, values) in columns.items()}
    with outlined(folder, {**given, "is_fraud": (Role.LABEL, fraud)}) as outline:
        return {s.column: s for s in leaks.suspects(outline.table, outline.columns, outline.typed)}


def aucs(folder, fraud, **columns):
    given = {name: (role, values) for name, (role, values) in columns.items()}
    with outlined(folder, {**given, "is_fraud": (Role.LABEL, fraud)}) as outline:
        features = [column for column in outline.columns if column.role is not Role.LABEL]
        return leaks.single_aucs(outline.table, features, outline.typed)


class TestAuc:
    @pytest.mark.parametrize("decimals", [0, 1, 6])
    def test_of_a_number_is_that_of_scikit_learn(self, tmp_path, fraud, decimals):
        values = np.round(np.random.default_rng(1).normal(size=ROWS) + 1.5 * fraud, decimals)
        expected = roc_auc_score(fraud, values)
        assert aucs(tmp_path, fraud, a=(Role.NUMBER, values))["a"] == pytest.approx(expected)

    def test_does_not_care_at_which_end_frauds_stand(self, tmp_path, fraud):
        values = np.random.default_rng(1).normal(size=ROWS) - 2 * fraud
        expected = roc_auc_score(fraud, -values)
        assert aucs(tmp_path, fraud, a=(Role.NUMBER, values))["a"] == pytest.approx(expected)

    def test_takes_a_missing_value_for_the_lowest(self, tmp_path, fraud):
        values = np.random.default_rng(1).normal(size=ROWS) + fraud
        holes = np.random.default_rng(2).random(ROWS) < 0.3
        given = [None if hole else value for hole, value in zip(holes, values, strict=True)]
        expected = roc_auc_score(fraud, np.where(holes, -99, values))
        assert aucs(tmp_path, fraud, a=(Role.NUMBER, given))["a"] == pytest.approx(expected)

    def test_of_values_that_never_repeat_is_a_coin(self, tmp_path, fraud):
        unique = [f"id{number}" for number in range(ROWS)]
        assert aucs(tmp_path, fraud, a=(Role.CATEGORY, unique))["a"] == 0.5

    def test_of_a_category_is_measured_on_rows_it_was_not_learned_from(self, tmp_path, fraud):
        draw = np.random.default_rng(3)
        nothing = draw.integers(0, 500, ROWS).astype(str)
        a_little = np.where((fraud == 1) & (draw.random(ROWS) < 0.5), "risky", "usual")
        measured = aucs(tmp_path, fraud, a=(Role.CATEGORY, nothing), b=(Role.CATEGORY, a_little))
        assert measured["a"] < 0.6
        assert measured["b"] == pytest.approx(0.75, abs=0.06)

    def test_is_not_taken_of_fewer_than_ten_frauds(self, tmp_path):
        fraud = np.array([1] * 9 + [0] * 500)
        assert aucs(tmp_path, fraud, a=(Role.NUMBER, fraud)) == {}

    def test_finds_frauds_in_the_middle_of_a_scale_of_few_steps(self, tmp_path, fraud):
        other = np.random.default_rng(4).choice([1, 2, 4, 5], ROWS)
        code = np.where(fraud == 1, 3, other)
        assert aucs(tmp_path, fraud, a=(Role.NUMBER, code))["a"] == pytest.approx(1)


class TestSuspects:
    def test_are_columns_that_tell_it_all(self, tmp_path, fraud):
        draw = np.random.default_rng(5)
        suspects = found(
            tmp_path,
            fraud,
            copy=(Role.CATEGORY, np.where(fraud == 1, "F", "ok")),
            late_balance=(Role.NUMBER, draw.normal(size=ROWS) + 9 * fraud),
            helpful=(Role.NUMBER, draw.normal(size=ROWS) + 2 * fraud),
            ids=(Role.ID, fraud),
        )
        assert suspects.keys() == {"copy", "late_balance"}
        assert suspects["copy"].auc == 1
        assert suspects["copy"].why.endswith("in all pairs (AUC 1.000)")
        assert suspects["late_balance"].auc > leaks.TOO_GOOD

    @pytest.mark.parametrize(
        "name", ["is_fraud_copy", "chargeback_date", "Flagged", "newbalanceOrig", "scam_type"]
    )
    def test_are_columns_whose_names_speak(self, tmp_path, fraud, name):
        suspect = found(tmp_path, fraud, **{name: (Role.CATEGORY, ["a", "b"] * (ROWS // 2))})
        assert suspect[name].why.startswith("By its name")

    @pytest.mark.parametrize("name", ["oldbalanceOrg", "amount", "merchant_rating", "V14"])
    def test_are_not_columns_with_ordinary_names(self, tmp_path, fraud, name):
        values = np.random.default_rng(6).normal(size=ROWS)
        assert found(tmp_path, fraud, **{name: (Role.NUMBER, values)}) == {}

    def test_need_no_label_to_be_told_by_name(self, tmp_path):
        columns = {"chargeback_date": (Role.CATEGORY, ["a", "b", "a"])}
        with outlined(tmp_path, columns) as outline:
            (suspect,) = leaks.suspects(outline.table, outline.columns, outline.typed)
        assert suspect.auc is None


def test_a_suspect_is_a_warning_with_frauds_and_two_ways_to_go(tmp_path, fraud):
    columns = {"copy": (Role.CATEGORY, fraud), "is_fraud": (Role.LABEL, fraud)}
    with outlined(tmp_path, columns) as outline:
        (problem,) = leaks.problems(outline)
    lines = [int(row) + 2 for row in np.flatnonzero(fraud)[:3]]
    assert problem.severity is Severity.WARNING
    assert problem.title == "copy may give the answer away"
    assert [example.line for example in problem.examples] == lines
    assert problem.examples[0].text == "is_fraud “1”, copy “1”"
    assert [offer.fixes for offer in problem.offers] == [
        (Fix(Kind.ROLE, "copy", Role.IGNORE),),
        (Fix(Kind.KEEP, "copy", "leak:copy"),),
    ]


@pytest.mark.parametrize(("values", "role"), [(["1.5", "2", "3"], "number"), (["a"] * 3, "")])
def test_a_column_left_out_by_name_can_be_taken_back(tmp_path, values, role):
    columns = {"chargeback_fee": (Role.IGNORE, values), "is_fraud": (Role.LABEL, [0, 1, 0])}
    with outlined(tmp_path, columns) as outline:
        problems = list(leaks.left_out(outline))
    assert [problem.offers[1].fixes[0].value for problem in problems] == [role][: len(role)]


class TestWithoutSuspects:
    @pytest.fixture
    def columns(self, fraud):
        return {
            "copy": (Role.CATEGORY, np.where(fraud == 1, "F", "ok")),
            "channel": (Role.CATEGORY, ["web", "pos"] * (ROWS // 2)),
            "is_fraud": (Role.LABEL, fraud),
        }

    def test_leaves_them_out_and_says_why(self, tmp_path, columns):
        with outlined(tmp_path, columns) as outline:
            table, typed = outline.table, outline.typed
            left = leaks.without_suspects(table, outline.columns, typed, ())
            after = type(outline)(table, left, typed, outline.line_of)
            (problem,) = leaks.left_out(after)
        assert [column.role for column in left] == [Role.IGNORE, Role.CATEGORY, Role.LABEL]
        assert left[0].why.startswith("Left out: alone it tells a fraud")
        assert problem.severity is Severity.WARNING
        assert problem.title == "copy gives the answer away and is left out"
        assert problem.detail.startswith("Alone it tells a fraud")

    @pytest.mark.parametrize(
        "fix", [Fix(Kind.KEEP, "copy", "leak:copy"), Fix(Kind.ROLE, "copy", Role.CATEGORY)]
    )
    def test_leaves_alone_what_was_decided(self, tmp_path, columns, fix):
        with outlined(tmp_path, columns) as outline:
            table, typed = outline.table, outline.typed
            left = leaks.without_suspects(table, outline.columns, typed, [fix])
        assert left == outline.columns
