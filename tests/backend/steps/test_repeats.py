"""Copies and repeats are counted against a plain pandas count, and shown with their lines."""

import numpy as np
import pandas as pd
import pytest

from backend.steps.checkup import Severity
from backend.steps.columns import Role
from backend.steps.recipe import Fix, Kind
from backend.steps.repeats import across_the_split, copies, judged_from
from tests.backend.steps.outlines import outlined


def columns(frame: pd.DataFrame) -> dict:
    roles = {
        "day": Role.TIME,
        "card": Role.ENTITY,
        "shop": Role.COUNTERPARTY,
        "amount": Role.AMOUNT,
        "fraud": Role.LABEL,
    }
    return {name: (roles[name], frame[name].tolist()) for name in frame}


@pytest.fixture
def rows() -> pd.DataFrame:
    draw = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "day": np.arange(2_000),
            "card": draw.integers(0, 20, 2_000),
            "shop": draw.choice(["a", "b", "c"], 2_000),
            "amount": draw.integers(1, 60, 2_000),
            "fraud": (draw.random(2_000) < 0.05).astype(int),
        }
    )


class TestAcrossTheSplit:
    def test_counts_rows_of_the_last_15_percent_that_were_seen_before(self, tmp_path, rows):
        late = rows["day"] >= 1_700
        seen = rows[~late].set_index(["card", "shop", "amount"]).index
        expected = rows[late].set_index(["card", "shop", "amount"]).index.isin(seen).sum()
        with outlined(tmp_path, columns(rows)) as outline:
            assert judged_from(outline.brief) == 1_700 * 86_400
            (problem,) = across_the_split(outline)
        assert problem.count == expected > 0
        assert problem.severity is Severity.WARNING
        assert f"{expected:,} rows repeat an earlier one" in problem.title
        assert f"{expected / 300:.1%} of the last 15%" in problem.detail
        assert len(problem.examples) == 3

    def test_finds_nothing_where_nothing_repeats(self, tmp_path, rows):
        rows["amount"] = np.arange(2_000) + 0.5
        with outlined(tmp_path, columns(rows)) as outline:
            assert list(across_the_split(outline)) == []

    def test_says_nothing_without_a_time(self, tmp_path, rows):
        with outlined(tmp_path, columns(rows.drop(columns="day"))) as outline:
            assert list(across_the_split(outline)) == []

    def test_says_nothing_of_rows_with_hardly_a_column(self, tmp_path, rows):
        with outlined(tmp_path, columns(rows[["day", "amount", "fraud"]])) as outline:
            assert list(across_the_split(outline)) == []


class TestCopies:
    def test_are_counted_as_pandas_counts_them(self, tmp_path, rows):
        rows = pd.concat([rows, rows.iloc[[5, 5, 70]]], ignore_index=True)
        with outlined(tmp_path, columns(rows)) as outline:
            (problem,) = copies(outline)
        assert problem.count == rows.duplicated().sum() == 3
        assert problem.severity is Severity.NOTE
        assert problem.examples[0].line == 7
        assert problem.title == "3 rows repeat another one in every cell"

    def test_are_worth_a_warning_from_one_in_a_hundred(self, tmp_path, rows):
        rows = pd.concat([rows, rows.iloc[:30]], ignore_index=True)
        with outlined(tmp_path, columns(rows)) as outline:
            (problem,) = copies(outline)
        assert problem.severity is Severity.WARNING

    def test_are_found_beside_sealed_cells_which_never_repeat(self, tmp_path, rows):
        rows = pd.concat([rows, rows.iloc[[5]]], ignore_index=True)
        sealed = {"name": (Role.SEALED, [f"s1:{row}" for row in range(len(rows))])}
        with outlined(tmp_path, {**columns(rows), **sealed}) as outline:
            assert [problem.count for problem in copies(outline)] == [1]

    def test_are_put_aside_but_for_the_first_where_that_is_wanted(self, tmp_path, rows):
        rows = pd.concat([rows, rows.iloc[[5, 5, 70]]], ignore_index=True)
        once = [Fix(Kind.ONCE, "", "copies")]
        with outlined(tmp_path, columns(rows), once) as outline:
            assert list(copies(outline)) == []
            aside = outline.table.rows("file_row_number", outline.typed.aside)
        assert [row for (row,) in aside] == np.flatnonzero(rows.duplicated()).tolist()

    def test_of_numbered_transactions_are_another_finding(self, tmp_path, rows):
        rows = pd.concat([rows, rows.iloc[:30]], ignore_index=True)
        numbers = [*range(2_000), *range(30)]
        numbered = {**columns(rows), "transaction_id": (Role.ID, numbers)}
        with outlined(tmp_path, numbered) as outline:
            assert outline.brief.row("count(*)") == (2_000,)
            assert list(copies(outline)) == []


def test_an_empty_table_has_no_repeats(tmp_path):
    with outlined(tmp_path, {"amount": (Role.AMOUNT, []), "fraud": (Role.LABEL, [])}) as outline:
        assert [*copies(outline), *across_the_split(outline)] == []
