"""What a dataset's page shows: counted once, kept beside the rows, gone with them."""

import json

import numpy as np
import pandas as pd
import pytest

from backend import datasets, drafts, pictures
from backend.errors import DatasetNotFound, TouchstoneError
from backend.steps.columns import Role
from tests.backend.bringing import bring, roles
from tests.backend.payments import payments

MARCH, MAY = 1_519_862_400.0, 1_525_132_800.0  # of 2018
JUNE, JULY = 1_559_347_200.0, 1_561_939_200.0  # of 2019
GREYED = ((MARCH, MAY), (JUNE, JULY))


@pytest.fixture
def accepted(house):
    return drafts.accept(bring(payments()).id)


def kept(dataset) -> list[str]:
    return sorted(path.name for path in dataset.folder.glob("pictures-*.json"))


def test_periods_without_labels_are_found_when_a_draft_is_accepted(accepted):
    assert accepted.uncovered == GREYED
    assert not accepted.uses_uncovered
    gaps = pictures.paint(accepted.id).coverage.query("not covered")
    assert pd.to_datetime(gaps["start"], unit="s").dt.strftime("%Y-%m").tolist() == [
        "2018-03",
        "2018-04",
        "2019-06",
    ]


def test_the_counts_add_up_to_the_dataset(accepted):
    seen = pictures.paint(accepted.id)
    rows = pd.read_parquet(accepted.parquet)
    inside = np.zeros(len(rows), dtype=bool)
    for start, end in GREYED:
        inside |= rows["_time"].between(start, end, inclusive="left")
    trusted = rows[~inside & rows["_label"].notna()]
    assert seen.weeks["transactions"].sum() == accepted.rows
    assert seen.weeks["frauds"].sum() == seen.coverage["frauds"].sum() == accepted.frauds
    assert seen.rhythm["transactions"].sum() == accepted.rows
    assert seen.rhythm["labelled"].sum() == len(trusted)
    assert seen.amounts["legitimate"].sum() == (trusted["_label"] == 0).sum()
    assert seen.amounts["frauds"].sum() == accepted.frauds
    assert seen.missing.set_index("column")["missing"].to_dict() == {
        "is_fraud": accepted.unlabelled,
        "amount": 0,
        "booked_at": 0,
        "card": 0,
        "merchant": 0,
        "id": 0,
        "channel": rows["channel"].isna().sum(),
    }
    top = seen.groups.iloc[0]
    assert (top["column"], top["value"], top["stands_out"]) == ("merchant", "Merchant 7", True)
    at_7 = trusted[trusted["_counterparty"] == "Merchant 7"]
    assert (top["rows"], top["frauds"]) == (len(at_7), at_7["_label"].sum())


def test_what_was_counted_is_kept_and_found_again(accepted):
    first = pictures.paint(accepted.id)
    (name,) = kept(accepted)
    path = accepted.folder / name
    stored = json.loads(path.read_text())
    stored["missing"]["missing"][0] = 12_345
    path.write_text(json.dumps(stored))
    again = pictures.paint(accepted.id)
    assert again.missing["missing"][0] == 12_345
    for name in ("weeks", "coverage", "amounts", "rhythm", "groups", "aside"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name), check_dtype=False)


def test_using_the_periods_counts_anew(accepted):
    left_out = pictures.paint(accepted.id)
    used = datasets.use_uncovered(accepted.id, True)
    assert used.uses_uncovered
    seen = pictures.paint(accepted.id)
    assert seen.rhythm["labelled"].sum() == accepted.rows - accepted.unlabelled
    assert seen.rhythm["labelled"].sum() > left_out.rhythm["labelled"].sum()
    assert len(kept(accepted)) == 2


def test_they_go_with_the_dataset(accepted):
    assert kept(accepted)
    datasets.delete(accepted.id)
    assert not accepted.folder.exists()
    with pytest.raises(DatasetNotFound):
        pictures.paint(accepted.id)


def test_what_could_name_somebody_is_masked(house):
    given = payments(3_000).replace("Merchant ", "4929123")
    dataset = drafts.accept(bring(given).id)
    assert roles(dataset)["merchant"] is Role.COUNTERPARTY
    shown = pictures.paint(dataset.id).groups
    values = shown.loc[shown["column"] == "merchant", "value"]
    assert len(values)
    assert not values.str.fullmatch(r"\d+").any()


def test_progress_is_told(accepted):
    for name in kept(accepted):
        (accepted.folder / name).unlink()
    told: list[float] = []
    pictures.paint(accepted.id, lambda share, _words: told.append(share))
    assert told == sorted(told)
    assert len(told) >= 5
    told.clear()
    pictures.paint(accepted.id, lambda share, _words: told.append(share))
    assert not told


def test_a_draft_has_weeks_and_no_pictures(house):
    draft = bring(payments(2_000))
    with pytest.raises(TouchstoneError, match="not accepted yet"):
        pictures.paint(draft.id)
    before = pictures.by_week(draft.id)
    drafts.accept(draft.id)
    pd.testing.assert_frame_equal(before, pictures.by_week(draft.id))


def test_a_file_of_amounts_alone(house):
    text = "amount,is_fraud\n" + "".join(f"{row}.5,{int(row % 9 == 0)}\n" for row in range(90))
    dataset = drafts.accept(bring(text).id)
    seen = pictures.paint(dataset.id)
    assert seen.weeks.empty and seen.coverage.empty and seen.rhythm.empty and seen.groups.empty
    assert seen.amounts["frauds"].sum() == 10
    again = pictures.paint(dataset.id)
    assert list(again.rhythm.columns) == list(seen.rhythm.columns)


def test_rows_put_aside_are_counted_by_reason(house):
    good = [f"{row}.5,2024-01-{row % 28 + 1:02d},{int(row % 9 == 0)}" for row in range(300)]
    bad = ["1.5,2024-01-03", "2.5,2024-01-03,1,7"]
    dataset = drafts.accept(bring("\n".join(["amount,day,is_fraud", *good, *bad]) + "\n").id)
    assert dataset.quarantined == 2
    aside = pictures.paint(dataset.id).aside
    assert dict(zip(aside["reason"], aside["rows"], strict=True)) == {"short": 1, "long": 1}
