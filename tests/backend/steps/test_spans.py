"""Labels in periods that are left out do not count, unless the analyst uses them."""

import duckdb
import numpy as np

from backend.steps import spans
from backend.steps.duck import Table


def test_labels_in_those_periods_do_not_count():
    connection = duckdb.connect()
    connection.execute("CREATE TABLE made (_time DOUBLE, _label TINYINT)")
    connection.execute("INSERT INTO made VALUES (5, 1), (15, 0), (NULL, 1)")
    table = Table(connection, "made")
    asked = [(10.0, 20.0)]
    assert table.rows(spans.trusted(asked)) == [(1,), (None,), (1,)]
    assert table.rows(spans.trusted([])) == [(1,), (0,), (1,)]
    inside = spans.within(np.array([5, 10, 20, np.nan]), asked)
    assert inside.tolist() == [False, True, False, False]


def test_the_analyst_may_use_them():
    assert spans.left_out([[1.0, 2.0]], False) == [(1.0, 2.0)]
    assert spans.left_out([[1.0, 2.0]], True) == []
