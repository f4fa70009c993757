"""Paging by score, filters, sums and the export, over a real small dataset."""

import io
import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend import attempts, datasets, drafts, imports, predictions, runs, score_store
from backend.errors import TouchstoneError
from backend.predictions import Filters
from tests.backend.launching import offer

ROWS = 400


def csv() -> io.BytesIO:
    draw = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "transaction_id": [f"T-{100_000 + n}" for n in range(ROWS)],
            "booked_at": pd.date_range("2026-01-01", periods=ROWS, freq="6h"),
            "card_number": draw.choice(["4242424242424242", "5555555555554444"], ROWS),
            "amount": np.round(draw.gamma(2, 30, ROWS), 2),
            "merchant": "Alpin Sport",
            "note": draw.choice(["=HYPERLINK(1)", "plain words", "another note"], ROWS),
            "is_fraud": (np.arange(ROWS) % 10 == 0).astype(int),
        }
    )
    return io.BytesIO(frame.to_csv(index=False).encode())


@pytest.fixture
def scored(each_house, tmp_path) -> int:
    """A run with a score for every row: many ties, two parts, some rows unlabelled."""
    dataset = drafts.accept(imports.receive(csv(), "cards.csv").id)
    rows = pd.read_parquet(datasets.parquet_path(dataset.id))
    offer()
    run_id = runs.launch(dataset.id, "logistic", "Quick check", None, "k")
    attempt = attempts.claim(run_id, "worker-1")
    label = rows["_label"].astype("Int8").where(rows.index % 7 != 0)
    frame = pd.DataFrame(
        {
            "row": rows["_row"],
            "part": np.where(rows.index < 150, "validation", "test"),
            "score": np.round(np.random.default_rng(1).random(ROWS), 1),
            "label": label,
            "amount": rows["_amount"],
            "time": rows["_time"],
        }
    )
    frame.to_parquet(tmp_path / "scores.parquet")
    score_store.store(tmp_path / "scores.parquet", run_id, (run_id, attempt.number))
    return run_id


def all_pages(run_id: int, filters: Filters, size: int) -> list[predictions.Page]:
    pages = [predictions.page(run_id, filters, size=size)]
    while pages[-1].after:
        pages.append(predictions.page(run_id, filters, pages[-1].after, size))
    return pages


def test_pages_hold_every_row_once_in_order_there_and_back(scored) -> None:
    for size in (1, 7, 50, 250, 1000):
        check_pages(scored, Filters(), size)


def check_pages(scored: int, filters: Filters, size: int) -> None:
    pages = all_pages(scored, filters, size)
    rows = pd.concat([page.frame for page in pages])
    assert len(rows) == 250 and rows["row"].is_unique
    expected = rows.sort_values(["score", "row"], ascending=[False, True])
    assert expected["row"].tolist() == rows["row"].tolist()
    assert pages[0].before is None and pages[-1].after is None
    for earlier, later in pairwise(pages):
        back = predictions.page(scored, filters, later.before, size)
        assert back.frame["row"].tolist() == earlier.frame["row"].tolist()
        assert back.after is not None and (back.before is None) == (earlier is pages[0])


def test_filters_agree_with_the_same_choice_made_by_hand(scored) -> None:
    every = predictions.page(scored, Filters(part="all"), size=1000).frame

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.sampled_from(["test", "validation", "all"]),
        st.sampled_from(["fraud", "legitimate", "unlabelled", "all"]),
        st.sampled_from([0.0, 0.3, 0.95]),
        st.sampled_from([None, 0.0, 50.0]),
    )
    def check(part, label, least_score, least_amount) -> None:
        chosen = every[every["score"] >= least_score]
        if part != "all":
            chosen = chosen[chosen["part"] == part]
        if label == "unlabelled":
            chosen = chosen[chosen["label"].isna()]
        elif label != "all":
            chosen = chosen[chosen["label"] == {"fraud": 1, "legitimate": 0}[label]]
        if least_amount is not None:
            chosen = chosen[chosen["amount"] >= least_amount]
        filters = Filters(part, label, least_score, least_amount)
        totals = predictions.totals(scored, filters)
        assert totals.rows == len(chosen) == predictions.count(scored, filters)
        frauds = chosen[chosen["label"] == 1]
        assert totals.frauds == len(frauds)
        assert totals.fraud_amount == pytest.approx(frauds["amount"].sum())
        shown = predictions.page(scored, filters, size=1000).frame
        assert shown["row"].tolist() == chosen["row"].tolist()

    check()


def test_nothing_matches_is_an_empty_page(scored) -> None:
    page = predictions.page(scored, Filters(least_amount=1e9))
    assert page.frame.empty and page.after is None and page.before is None
    assert list(page.frame.columns) == predictions.COLUMNS
    assert predictions.with_details(scored, page.frame).empty


def test_a_made_up_cursor_is_refused(scored) -> None:
    with pytest.raises(TouchstoneError, match="not known"):
        predictions.page(scored, Filters(), "after:one:two")


def test_details_are_those_of_the_row_and_hide_cards_and_numbers(scored) -> None:
    page = predictions.page(scored, Filters(), size=20)
    shown = predictions.with_details(scored, page.frame)
    assert shown["row"].tolist() == page.frame["row"].tolist()
    assert all(re.fullmatch("Card [0-9a-f]{6}", entity) for entity in shown["entity"])
    assert shown["transaction_id"].str.contains("•••").all()
    assert set(shown["counterparty"]) == {"Alpin Sport"}


def test_the_export_holds_what_matches_and_no_formula(scored) -> None:
    chunks = list(predictions.export_csv(scored, Filters(part="all", label="fraud")))
    table = pd.read_csv(io.BytesIO(b"".join(chunks)))
    assert len(table) == predictions.count(scored, Filters(part="all", label="fraud"))
    assert table["score"].is_monotonic_decreasing
    assert not table["note"].str.startswith("=").any()
    assert table["note"].str.startswith("'=").any()
    assert table["time"].str.fullmatch(r"2026-\d\d-\d\dT\d\d:00:00Z").all()
    assert b"4242424242424242" not in b"".join(chunks)


def test_an_export_of_nothing_is_its_header(scored) -> None:
    text = b"".join(predictions.export_csv(scored, Filters(least_amount=1e9))).decode()
    assert text.startswith("row,part,score") and text.count("\r\n") == 1
