"""Times in every way people write them."""

from pathlib import Path

import pytest

from backend.steps.duck import Table, literal, open_duck
from backend.steps.moments import read_clock

NOON = 1709985600  # 2024-03-09 12:00:00 UTC


def table(connection, rows: list[tuple[str, ...]]) -> Table:
    values = ", ".join(f"({', '.join(literal(cell) for cell in row)})" for row in rows)
    names = ", ".join(f"c{place}" for place in range(len(rows[0])))
    return Table(connection, f"(VALUES {values}) AS t({names})")


@pytest.mark.parametrize(
    ("value", "kind", "seconds"),
    [
        ("2024-03-09 12:00:00", "date", NOON),
        ("2024-03-09T12:00:00Z", "date", NOON),
        ("2024-03-09T13:00:00+01:00", "date", NOON),
        ("2024-03-09 12:00:00.250", "date", NOON + 0.25),
        ("2024-03-09", "date", NOON - 43200),
        ("25/03/2024 12:00", "date", NOON + 16 * 86400),
        ("03/25/2024 12:00 PM", "date", NOON + 16 * 86400),
        ("25.03.2024", "date", NOON + 16 * 86400 - 43200),
        ("09 Mar 2024 12:00", "date", NOON),
        ("20240309", "date", NOON - 43200),
        (str(NOON), "date", NOON),
        (f"{NOON}000", "date", NOON),
        (f"{NOON}000000", "date", NOON),
        ("172792.5", "elapsed", 172792.5),
        ("86400", "elapsed", 86400),
        ("tomorrow", "none", None),
        ("N/A", "none", None),
    ],
)
def test_one_column(tmp_path: Path, value: str, kind: str, seconds: float | None) -> None:
    with open_duck(tmp_path) as connection:
        one = table(connection, [(value,)])
        clock = read_clock(one, [("when", "c0")])
        assert (clock.kind, one.row(clock.seconds)[0]) == (kind, seconds)


def test_steps_are_hours(tmp_path: Path) -> None:
    with open_duck(tmp_path) as connection:
        one = table(connection, [("7",)])
        assert one.row(read_clock(one, [("step", "c0")]).seconds) == (7 * 3600,)


@pytest.mark.parametrize(
    ("names", "row"),
    [
        (("Year", "Month", "Day", "Time"), ("2024", "3", "9", "12:00")),
        (("Year", "Month", "Day", "Time"), ("2024.0", "3.0", "9.0", "12:00")),
        (("year", "month", "day", "hour"), ("2024", "03", "09", "12")),
        (("date", "time"), ("2024-03-09", "12:00:00")),
        (("date", "time"), ("09/03/2024", "12:00")),
    ],
)
def test_parts_are_joined(tmp_path: Path, names: tuple[str, ...], row: tuple[str, ...]) -> None:
    columns = [(name, f"c{place}") for place, name in enumerate(names)]
    late = tuple(cell.replace("09/03", "28/03") for cell in row)
    with open_duck(tmp_path) as connection:
        both = table(connection, [row, late])
        clock = read_clock(both, columns)
        assert both.rows(clock.seconds)[0] == (NOON,)


def test_day_and_month_are_told_apart_by_the_shorter_span(tmp_path: Path) -> None:
    """01/03 to 12/03: twelve days of March, rather than one day in each month."""
    with open_duck(tmp_path) as connection:
        march = table(connection, [(f"{day:02}/03/2024",) for day in range(1, 13)])
        clock = read_clock(march, [("when", "c0")])
        low, high = march.row(f"min({clock.seconds}), max({clock.seconds})")
    assert "day/month/year" in clock.why
    assert high - low == 11 * 86400


def test_a_few_broken_times_are_missing_and_counted(tmp_path: Path) -> None:
    rows = [("2024-03-09 12:00:00",)] * 40 + [("2023-02-30",)] + [("",)]
    with open_duck(tmp_path) as connection:
        some = table(connection, rows)
        clock = read_clock(some, [("when", "c0")])
        assert some.row(f"count({clock.seconds})") == (40,)
    assert (clock.present, clock.broken, clock.first_broken) == (41, 1, "2023-02-30")


def test_no_columns_no_clock(tmp_path: Path) -> None:
    with open_duck(tmp_path) as connection:
        assert read_clock(table(connection, [("1",)]), []).kind == "none"
