"""What holds for every file: rows are kept or counted, order and cuts change nothing else."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from backend.reading import ReadingOrder, Understanding, understand
from backend.steps.folder import text_table
from backend.uploads import remember

HEADER = ["first thing", "second", "third"]
CELL = st.text(alphabet="ab ,;\"'\n€é09.-\t|", max_size=8)
ROWS = st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=30)
BAD = ("one", "one,two", "1,2,3,4", 'x,"y"z,w')
OFTEN = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
pytestmark = pytest.mark.slow
Cells = list[tuple[str | None, ...]]


def written(rows: list[tuple[str, ...]]) -> str:
    """Return a CSV with every cell quoted."""
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([HEADER, *rows])
    return file.getvalue()


def read(text: str) -> tuple[Understanding, Cells]:
    """Return what is understood of a file, and its cells as they were kept."""
    origin = remember(io.BytesIO(text.encode()), 10**9, "t.csv")
    try:
        with TemporaryDirectory() as place:
            folder = Path(place)
            order = ReadingOrder(origin, folder / "draft", "table", folder / "ring.json")
            found = understand(order, lambda _told: None)
            kept = pq.read_table(text_table(folder / "draft")).to_pylist()
            return found, [tuple(row.values()) for row in kept]
    finally:
        origin.close()


def plain(cells: Cells | list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return cells without what a reader may drop: the difference of empty and missing."""
    return [tuple((cell or "") for cell in row) for row in cells]


@OFTEN
@given(rows=ROWS)
def test_what_is_written_is_read_and_written_and_read(rows: list[tuple[str, ...]]) -> None:
    found, cells = read(written(rows))
    assert (found.readable, found.rejected, found.blank_lines) == (len(rows), 0, 0)
    assert plain(cells) == plain(rows)
    assert plain(read(written(plain(cells)))[1]) == plain(rows)


@OFTEN
@given(rows=ROWS, bad=st.sampled_from(BAD), at=st.integers(0, 30))
def test_a_bad_row_more_is_one_row_more_put_aside(rows, bad: str, at: int) -> None:
    whole = [*rows, *[("x", "y", "z")] * 40]
    lines = [written(whole[:1]).splitlines()[0] + "\n"]
    lines += [written([row]).removeprefix(written([])) for row in whole]
    lines.insert(1 + min(at, len(rows)), bad + "\n")
    found, cells = read("".join(lines))
    assert (found.readable, found.rejected) == (len(whole), 1)
    assert plain(cells) == plain(whole)


@OFTEN
@given(rows=ROWS, draw=st.randoms(use_true_random=False))
def test_another_order_of_rows_is_the_same_data(rows, draw) -> None:
    shuffled = list(rows)
    draw.shuffle(shuffled)
    first, cells = read(written(rows))
    second, others = read(written(shuffled))
    assert sorted(plain(cells)) == sorted(plain(others))
    told = [{one.name: (one.role, one.missing, one.distinct) for one in found.columns}
            for found in (first, second)]  # fmt: skip
    assert told[0] == told[1]


@OFTEN
@given(rows=ROWS, cut=st.integers(0, 30))
def test_a_file_in_two_parts_holds_what_the_whole_holds(rows, cut: int) -> None:
    assume(len(rows) > 1)
    cut = 1 + cut % (len(rows) - 1)
    whole = plain(read(written(rows))[1])
    parts = [plain(read(written(part))[1]) for part in (rows[:cut], rows[cut:])]
    assert parts[0] + parts[1] == whole
