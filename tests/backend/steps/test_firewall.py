"""What a batch of rows loses before it is written, and what it keeps to the letter."""

import random
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from backend.steps import cards
from backend.steps.firewall import Firewall, suspects

CARD = "4242424242424242"


def token_of(digits: str) -> str:
    return f"v1:{digits[::-1]:0>32}"


def cleaned(header: str, values: Sequence[str | None]) -> list[str | None]:
    batch = pa.RecordBatch.from_arrays([pa.array(values, pa.string())], names=["c0"])
    return Firewall([header], token_of).clean(batch).column(0).to_pylist()


def test_a_card_column_becomes_tokens_however_its_numbers_are_written() -> None:
    values = [CARD, "4242 4242 4242 4242", "４２４２424242424242", None, "", "501800000009"]
    one = token_of(CARD)
    assert cleaned("cc_num", values) == [one, one, one, None, "", token_of("501800000009")]


def test_a_card_in_free_text_is_replaced_where_it_stands() -> None:
    left = cleaned("note", ["nothing here", f"paid with {CARD} today", None])
    assert left == ["nothing here", f"paid with {token_of(CARD)} today", None]


def test_security_codes_pins_and_tracks_are_dropped_whole() -> None:
    for header in ("CVV", "cardCVV", "enteredCVV", "PIN", "Track 2"):
        assert cleaned(header, ["123", "456"]) == [None, None]


def test_a_column_of_long_ids_stays_exact_although_one_in_ten_passes_the_check_digit() -> None:
    draw = random.Random(1)
    ids = [str(draw.randint(-(2**63), 2**63)) for _ in range(20_000)]
    assert sum(bool(cards.find(value)) for value in ids) > 100
    assert cleaned("Merchant Name", ids) == ids


def test_cards_hidden_are_counted_by_column() -> None:
    batch = pa.RecordBatch.from_arrays([pa.array([CARD, "no", CARD])], names=["c0"])
    firewall = Firewall(["note"], token_of)
    firewall.clean(batch)
    assert firewall.hidden == {"note": 2}


cells = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.text(alphabet="0123456789 -./_x４", max_size=40),
    st.sampled_from([CARD, "4242-4242-4242-4242", "5105 1051 0510 5100", "378282246310005"]),
)


@given(st.lists(cells, max_size=12))
def test_no_cell_with_a_card_escapes_the_fast_look(values: list[str | None]) -> None:
    column = pa.array(values, pa.string())
    holding = [row for row, value in enumerate(values) if value and cards.find(value)]
    assert set(holding) <= set(np.asarray(suspects(column)).tolist())


@given(st.lists(cells, min_size=1, max_size=12))
def test_cleaning_leaves_no_card_and_touches_no_other_cell(values: list[str | None]) -> None:
    for before, after in zip(values, cleaned("note", values), strict=True):
        if before is not None and cards.find(before):
            assert not cards.find(after or "")
        else:
            assert after == before
