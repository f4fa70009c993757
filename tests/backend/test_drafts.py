"""Drafts: rows put aside, questions, fixes, and what is told of them."""

import io
import random

import pandas as pd
import pyarrow.parquet as pq
import pytest

from backend import datasets, drafts
from backend.dataset_view import Dataset
from backend.errors import FileRefused
from backend.steps.checkup import Problem, Severity
from backend.steps.columns import Role
from backend.steps.recipe import Fix, Kind
from tests.backend.bringing import bring, roles

HEADER = "transaction_id,booked_at,account,amount,fee,is_fraud\n"
ROWS = [
    f"t{i},2024-01-{i % 28 + 1:02} 10:00:00,c{i % 7},{i}.5,0.{i % 3},{int(i % 4 == 0)}"
    for i in range(100)
]
GOOD = HEADER + "\n".join(ROWS) + "\n"


def with_row(**changed: str) -> str:
    """Return the good file with one more row, some of its cells changed."""
    row = {"transaction_id": "x", "booked_at": "2024-01-05 00:00:00", "account": "c1",
           "amount": "1.5", "fee": "0.1", "is_fraud": "0"} | changed  # fmt: skip
    return GOOD + ",".join(row.values()) + "\n"


def problem(dataset: Dataset, key: str) -> Problem:
    return next(found for found in drafts.faults(dataset.id) if found.key == key)


def keys(dataset: Dataset) -> set[str]:
    return {found.key for found in drafts.faults(dataset.id)}


def aside(dataset: Dataset) -> list[tuple[int, str, str]]:
    found = datasets.quarantine(dataset.id)
    return list(found[["line", "reason", "column"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("changed", "reason", "column"),
    [
        ({"amount": "a lot"}, "amount", "amount"),
        ({"amount": "NaN"}, "amount", "amount"),
        ({"amount": "Infinity"}, "amount", "amount"),
        ({"amount": "1e309"}, "amount", "amount"),
        ({"amount": "0x1F"}, "amount", "amount"),
        ({"amount": "١٢"}, "amount", "amount"),
        ({"amount": "1_000"}, "amount", "amount"),
        ({"amount": "1e18"}, "range", "amount"),
        ({"amount": "-1" + "0" * 24}, "range", "amount"),
        ({"booked_at": "2023-02-30 00:00:00"}, "time", "booked_at"),
        ({"booked_at": "2024-01-05 24:61"}, "time", "booked_at"),
        ({"booked_at": "0001-01-01"}, "time", "booked_at"),
        ({"booked_at": "9999-12-31"}, "time", "booked_at"),
        ({"booked_at": "2124-01-01"}, "future", "booked_at"),
    ],
)
def test_a_bad_value_puts_its_row_aside(house, changed, reason, column):
    draft = bring(with_row(**changed))
    assert (draft.rows, draft.quarantined) == (100, 1)

    found = problem(draft, f"{reason}:{column}")
    assert (found.severity, found.count, found.examples[0].line) == (Severity.WARNING, 1, 102)
    ready = drafts.accept(draft.id)

    assert (ready.rows, ready.quarantined, ready.frauds) == (100, 1, 25)
    assert aside(ready) == [(102, reason, column)]
    assert list(datasets.rows_of(ready.id, range(101))["_row"]) == list(range(100))


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.30000000000000004", 0.3), ("-0", 0.0), ("1e3", 1000.0), ("-25.00", -25.0), ("0", 0.0),
     ("999999999999.99", 999_999_999_999.99), ("12.3456", 12.3456)],
)  # fmt: skip
def test_amounts_are_exact_to_four_decimals(house, text, value):
    ready = drafts.accept(bring(with_row(amount=text)).id)

    assert ready.quarantined == 0
    assert datasets.rows_of(ready.id, [100])["_amount"][0] == value


def test_an_unreadable_number_is_missing_and_its_row_kept(house):
    draft = bring(with_row(fee="free"))

    assert (draft.rows, draft.quarantined) == (101, 0)
    assert problem(draft, "number:fee").severity is Severity.NOTE
    assert pd.isna(datasets.rows_of(drafts.accept(draft.id).id, [100])["fee"][0])


def test_words_for_nothing_are_missing_and_a_merchant_may_be_called_na(house):
    text = GOOD.replace("account", "merchant").replace(",c1,", ",NA,")
    for place, word in enumerate(("NULL", "N/A", "-", "?", "", "  ")):
        text += f"m{place},2024-01-05 00:00:00,NA,{word},{word},0\n"

    ready = drafts.accept(bring(text).id)

    assert (ready.rows, ready.quarantined) == (106, 0)
    rows = datasets.rows_of(ready.id, range(100, 106))
    assert rows["_amount"].isna().all()
    assert rows["fee"].isna().all()
    assert set(rows["_counterparty"]) == {"NA"}


def test_a_repeated_row_is_kept_once_and_a_contradicted_one_never(house):
    again, other = ROWS[3], ROWS[5].replace("5.5", "9.5")
    draft = bring(GOOD + f"{again}\n{other}\n{again}\n")

    assert roles(draft)["transaction_id"] is Role.ID
    assert (draft.rows, draft.quarantined) == (99, 4)
    assert problem(draft, "duplicate:transaction_id").count == 2
    ready = drafts.accept(draft.id)

    assert aside(ready) == [
        (7, "conflict", "transaction_id"),
        (102, "duplicate", "transaction_id"),
        (103, "conflict", "transaction_id"),
        (104, "duplicate", "transaction_id"),
    ]
    assert datasets.quarantine(ready.id, limit=1, offset=1)["text"][0].startswith(
        "repeats line 5: "
    )
    kept = pq.read_table(datasets.parquet_path(ready.id), columns=["_row"])["_row"].to_pylist()
    assert kept == [row for row in range(100) if row != 5]


def test_unknown_labels_block_until_their_meaning_is_said(house):
    draft = bring(GOOD + "".join(f"y{i},2024-01-01 00:00:00,c1,1,1,{v}\n"
                                 for i, v in enumerate(("2", "2", "Maybe", ""))))  # fmt: skip
    assert (draft.rows, draft.unlabelled) == (104, 4)
    found = problem(draft, "label-unknown:is_fraud")
    assert (found.severity, found.count, found.examples[0].line) == (Severity.BLOCKING, 3, 102)
    assert "labels" not in keys(draft)
    assert [offer.label for offer in found.offers][:2] == [
        'Read "2" as fraud', 'Read "2" as legitimate',
    ]  # fmt: skip
    with pytest.raises(FileRefused, match="line 102: 3 labels are neither fraud nor"):
        drafts.accept(draft.id)

    drafts.fix(draft.id, found.offers[0].fixes)
    said = drafts.fix(draft.id, [Fix(Kind.LABEL, "is_fraud", "maybe=aside")])

    assert (said.frauds, said.unlabelled, said.quarantined) == (27, 1, 1)
    assert problem(said, "label:is_fraud").severity is Severity.NOTE
    ready = drafts.accept(draft.id)
    assert (ready.rows, ready.quarantined, aside(ready)) == (103, 1, [(104, "label", "is_fraud")])


def test_too_many_rows_put_aside_block_until_somebody_lets_them(house):
    draft = bring(GOOD.replace(".5,", ",").replace(",7,", ",seven,") + "".join(
        f"z{i},2024-01-01 00:00:00,c1,word{i},1,0\n" for i in range(6)))  # fmt: skip
    drafts.fix(draft.id, [Fix(Kind.ROLE, "amount", Role.AMOUNT)])
    found = problem(draft, "amount:amount")
    assert (found.severity, found.count) == (Severity.BLOCKING, 7)
    with pytest.raises(FileRefused, match='Column "amount", line 9: 7 amounts cannot be read'):
        drafts.accept(draft.id)

    kept = drafts.fix(draft.id, found.offers[0].fixes)

    assert (kept.rows, kept.quarantined) == (106, 0)
    assert "amount:amount" not in keys(kept)
    assert drafts.accept(draft.id).rows == 106


def test_amounts_below_zero_are_kept_and_told(house):
    draft = bring(with_row(amount="-25.00"))

    assert problem(draft, "refunds:amount").title == "1 amount is below zero"
    assert draft.quarantined == 0


def test_rows_out_of_order_few_frauds_and_naive_times_are_told(house):
    draft = bring("when,amount,is_fraud\n2024-01-05 00:00:00,$1,1\n2024-01-03 00:00:00,$2,0\n")

    assert problem(draft, "backwards").count == 1
    assert "19 more" in problem(draft, "labels").detail
    assert problem(draft, "zone").offers[0].fixes == (Fix(Kind.ZONE, "when", "America/New_York"),)


def test_epochs_are_told_with_their_unit(house):
    rows = "".join(f"{1_704_067_200_000 + i},1.5,{i % 2}\n" for i in range(30))
    draft = bring("timestamp,amount,is_fraud\n" + rows)

    assert problem(draft, "epoch").title == "Times are read as milliseconds since 1970"
    assert "zone" not in keys(draft)


@pytest.mark.parametrize(("labels", "title"), [
    (("0", "0"), "Every label says legitimate"),
    (("1", "1"), "Every label says fraud"),
    (("", ""), "No row has a label"),
    (("1", "0"), "Only 20 rows are fraud"),
])  # fmt: skip
def test_what_keeps_a_model_from_being_trained_is_told(house, labels, title):
    count = 40 if title.startswith(("Every", "No")) else 38
    draft = bring("amount,is_fraud\n" + "".join(f"{i}.5,{labels[i % 2]}\n" for i in range(count)))

    assert problem(draft, "labels").title == title.replace("20", "19")


def test_quarantine_holds_rows_of_reader_and_values_in_line_order(house):
    draft = bring(HEADER + "short,row\n" + GOOD.removeprefix(HEADER) + "w,2024-01-01,c1,?!,1,0\n")
    assert (draft.rows, draft.quarantined) == (100, 2)

    ready = drafts.accept(draft.id)

    found = datasets.quarantine(ready.id)
    assert found["line"].iloc[-1] == 103
    assert found["reason"].iloc[-1] == "amount"
    assert found["text"].iloc[-1] == "w,2024-01-01,c•••,?!,1,0".replace("w,", "w•••,", 1)
    assert len(found) + ready.rows == 102


def test_nothing_is_put_aside_of_a_good_file(house):
    ready = drafts.accept(bring(GOOD).id)

    assert datasets.quarantine(ready.id).empty
    assert list(datasets.quarantine(ready.id).columns) == ["line", "reason", "column", "text"]


def test_the_order_of_rows_changes_nothing_but_order(house):
    rows = [*ROWS, "b1,2024-02-30 00:00:00,c1,1,1,0", "b2,2024-01-01 00:00:00,c1,x,1,0",
            ROWS[7], "t9,2024-01-01 00:00:00,c2,2,1,1"]  # fmt: skip
    counted = []
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        ready = drafts.accept(bring(HEADER + "\n".join(rows) + "\n").id)
        stored = pq.read_table(datasets.parquet_path(ready.id)).drop_columns(["_row"]).to_pandas()
        reasons = sorted(datasets.quarantine(ready.id)["reason"])
        counted.append((ready.rows, ready.frauds, reasons, stored.sort_values("transaction_id")))

    for rows_kept, frauds, reasons, stored in counted[1:]:
        assert (rows_kept, frauds, reasons) == counted[0][:3]
        assert stored.reset_index(drop=True).equals(counted[0][3].reset_index(drop=True))


def test_hex_ids_long_ids_and_leading_zeros_stay_as_they_are(house):
    ids = ["000123", "81e3104049863b72", "1E5", "-9223372036854775808", "9007199254740993"]
    text = "merchant,amount,is_fraud\n" + "".join(
        f"{ids[i % 5]},{i}.5,{i % 2}\n" for i in range(50)
    )

    ready = drafts.accept(bring(io.BytesIO(text.encode()).getvalue()).id)

    assert list(datasets.rows_of(ready.id, range(5))["_counterparty"]) == ids
