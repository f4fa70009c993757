"""Times: which way round a date is, impossible ones, units, zones, the future, the order."""

from datetime import UTC, datetime, timedelta

import pytest

from backend import drafts
from backend.errors import TouchstoneError
from backend.steps.recipe import Fix, Kind
from tests.backend.bringing import bring, why
from tests.catalogue.desk import accepted, aside, column
from tests.catalogue.sheets import ROWS, changed, csv, good, table


def with_times(*written: str) -> str:
    """Return a file whose times are these, one after another."""
    return changed({row: {"when": written[row % len(written)]} for row in range(ROWS)})


def seconds(text: str) -> float:
    """Return the instant a UTC time names."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_c40_day_or_month_first_is_asked_with_examples(house) -> None:
    draft = bring(with_times("03/04/2024 10:00", "05/06/2024 11:00", "07/02/2024 12:00"))
    asked = drafts.question(draft.id)
    assert asked is not None and asked.key == "written"
    told = [" ".join(option.examples) for option in asked.options]
    assert "03/04/2024" in told[0] and "03/04/2024" in told[1]
    assert [len({each.split(" is ")[1] for each in one.examples}) for one in asked.options] == [
        3,
        3,
    ]
    with pytest.raises(TouchstoneError):
        drafts.accept(draft.id)
    firsts = set()
    for option in asked.options[:2]:
        firsts.add(drafts.fix(draft.id, option.fixes).first_time)
    assert firsts == {seconds("2024-02-07 12:00"), seconds("2024-04-03 10:00")} or len(firsts) == 2
    assert drafts.accept(draft.id).rows == ROWS


def test_c40_a_date_that_can_only_be_one_way_settles_the_rest(house) -> None:
    draft = bring(with_times("03/04/2024 10:00", "25/06/2024 11:00"))
    assert drafts.question(draft.id) is None
    assert draft.first_time == seconds("2024-04-03 10:00")


def test_c40_both_ways_in_one_column(house) -> None:
    draft = bring(with_times("03/04/2024 10:00", "25/06/2024 11:00", "06/25/2024 11:00"))
    with pytest.raises(TouchstoneError) as refused:
        drafts.accept(draft.id)
    assert str(refused.value) == (
        "How are dates written in this file? Say so first, then transactions can be used."
    )
    asked = drafts.question(draft.id)
    assert asked is not None
    assert "06/25/2024 11:00 is no date, and its row is put aside" in asked.options[0].examples
    drafts.fix(draft.id, asked.options[0].fixes)
    with pytest.raises(TouchstoneError) as refused:
        drafts.accept(draft.id)
    assert str(refused.value) == (
        'Column "when", line 4: 13 times are impossible. Too many to put aside: more than 5% of '
        "the rows. Correct them and bring the file again, or choose a way out in the clinic. "
        "There is no such day or hour, or it lies centuries away."
    )


def test_c41_too_many_times_that_do_not_exist_block_the_file(house) -> None:
    draft = bring(changed({row: {"when": "2023-02-30"} for row in range(0, ROWS, 5)}))
    with pytest.raises(TouchstoneError) as refused:
        drafts.accept(draft.id)
    assert str(refused.value) == (
        'Column "when", line 2: 8 times are impossible. Too many to put aside: more than 5% of the '
        "rows. Correct them and bring the file again, or choose a way out in the clinic. There is "
        "no such day or hour, or it lies centuries away."
    )


@pytest.mark.parametrize(
    "written", ["2023-02-30 10:00:00", "2024-01-05 24:61:00", "2024-13-01 10:00:00", "yesterday"]
)
def test_c41_times_that_do_not_exist(house, written: str) -> None:
    assert aside(accepted(changed({7: {"when": written}}))) == [(9, "time", "when")]


@pytest.mark.parametrize("written", ["0001-01-01 00:00:00", "9999-12-31 00:00:00"])
def test_c41_years_that_are_no_dates_of_payments(house, written: str) -> None:
    found = aside(accepted(changed({7: {"when": written}})))
    assert [(line, name) for line, _, name in found] == [(9, "when")]
    assert found[0][1] in ("range", "time", "future")


@pytest.mark.parametrize(("times", "said"), [(1, "seconds"), (1000, "milliseconds")])
def test_c41_seconds_and_milliseconds_since_1970(house, times: int, said: str) -> None:
    start = int(seconds("2024-01-01 00:00"))
    written = changed({row: {"when": str((start + 3_600 * row) * times)} for row in range(ROWS)})
    found = accepted(written.replace("when", "timestamp", 1))
    assert (found.clock, found.first_time) == ("date", start)
    assert said in why(found, "timestamp")


def test_c42_times_with_their_own_zones_become_utc(house) -> None:
    found = accepted(with_times("2024-03-31T02:30:00+02:00", "2024-03-31T02:30:00Z"))
    assert set(column(found, "_time")) == {seconds("2024-03-31 00:30"), seconds("2024-03-31 02:30")}


def test_c42_times_without_a_zone_are_read_as_utc_and_it_says_so(house) -> None:
    found = accepted(good())
    assert found.first_time == seconds("2024-01-01 00:00")
    assert "UTC" in why(found, "when")


def test_c43_the_future(house) -> None:
    now = datetime.now(UTC)
    near, far = now + timedelta(hours=12), now + timedelta(days=3)
    written = {7: {"when": f"{far:%Y-%m-%d %H:%M:%S}"}, 8: {"when": f"{near:%Y-%m-%d %H:%M:%S}"}}
    assert aside(accepted(changed(written))) == [(9, "future", "when")]


def test_c62_rows_out_of_order_are_sorted_for_the_split_and_kept_in_file_order(house) -> None:
    lines = table()
    found = accepted(csv([lines[0], *reversed(lines[1:])]))
    assert column(found, "id") == [f"t{row:05}" for row in reversed(range(ROWS))]
    assert found.first_time == seconds("2024-01-01 00:00")


def test_c42_a_declared_zone_reads_skipped_and_repeated_hours(house) -> None:
    summer, winter = "2024-03-31 02:30:00", "2024-10-27 02:30:00"
    draft = bring(with_times(summer, winter))
    drafts.fix(draft.id, [Fix(Kind.ZONE, "", "Europe/Berlin")])
    ready = drafts.accept(draft.id)
    # An hour that is skipped is the hour after it, one that is repeated the second of the two.
    assert set(column(ready, "_time")) == {seconds("2024-03-31 01:30"), seconds("2024-10-27 01:30")}
    assert "Europe/Berlin" in why(ready, "when")
