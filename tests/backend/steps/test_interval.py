"""Wilson's interval: known values, and SQL and Python agree."""

import duckdb
import numpy as np
import pytest

from backend.steps.interval import at_once, wilson, wilson_low


@pytest.mark.parametrize(
    ("hits", "rows", "low", "high"),
    [
        (0, 20, 0.0, 0.1611),  # these four: Newcombe 1998, table I, method 3
        (1, 29, 0.0061, 0.1718),
        (15, 148, 0.0624, 0.1605),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_published_values(hits, rows, low, high):
    assert np.ravel(wilson(hits, rows)) == pytest.approx([low, high], abs=1e-4)


def test_without_rows_nothing_is_known():
    assert np.isnan(wilson(0, 0)).all()


def test_sql_and_python_agree():
    hits, rows = [0, 1, 7, 40, 1_000], [30, 31, 5_000, 40, 2_000_000]
    asked = ", ".join(wilson_low(str(k), str(n)) for k, n in zip(hits, rows, strict=True))
    found = duckdb.connect().execute(f"SELECT {asked}").fetchone()
    assert np.array(found) == pytest.approx(wilson(hits, rows)[0], abs=1e-12)


def test_many_at_once_need_wider_ones():
    assert at_once(1) == pytest.approx(1.959964, abs=1e-6)
    assert at_once(24) == pytest.approx(3.0783, abs=1e-3)
