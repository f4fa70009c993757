"""A transaction as text: fixed order, no identifier, no control mark, fitted on training rows."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from backend.steps import split, tokens
from backend.steps.columns import Column, Role
from backend.steps.magnitudes import WORDS
from backend.steps.serialise import Serialiser
from tests.workers.learning import COLUMNS, START, simulated


@pytest.fixture(scope="module")
def frame():
    return simulated(2_000)


@pytest.fixture(scope="module")
def serialiser(frame):
    return Serialiser.fit(frame, COLUMNS, "date")


def test_writes_the_fields_in_a_fixed_order(frame, serialiser):
    row = frame.head(1).assign(
        _amount=843.2, _time=START + 23 * 3600, shop="gas-transport", distance=20.0, memo="Rent"
    )
    amount, hour, weekday, distance, *rest = serialiser.apply(row)[0].split()
    assert WORDS.index(amount) > WORDS.index("high") > WORDS.index(distance)
    assert (hour, weekday) == ("23", "tuesday")
    assert rest == ["gas", "transport", "Rent"]


def test_a_sentence_names_its_fields_and_tells_what_is_unusual(frame):
    serialiser = Serialiser.fit(frame, COLUMNS, "date", style="sentence")
    row = frame.head(1).assign(
        _amount=1e6, _time=START + 23 * 3600, shop="gas-transport", distance=1e6, memo="Rent"
    )
    far, usual = serialiser.apply(row)[0], serialiser.apply(row.assign(distance=20.0))[0]
    beginning, end = "extreme amount, tuesday evening", "shop gas transport, Rent"
    assert far == f"{beginning}, extreme distance, {end}"
    assert usual == f"{beginning}, {end}"


@pytest.mark.parametrize("style", ["words", "sentence"])
def test_a_flag_is_its_name_or_nothing(frame, style):
    flags = frame.assign(shop=["yes", "no"] * 1_000)
    serialiser = Serialiser.fit(flags, COLUMNS, "date", style=style)
    yes, no, missing = serialiser.apply(flags.head(1).loc[[0] * 3].assign(shop=["yes", "no", None]))
    assert yes.replace("shop", "").split() != yes.split()
    assert "shop" not in no
    assert missing == no if style == "sentence" else "shop none" in missing


def test_a_missing_category_is_told_only_where_it_would_not_be_seen(frame):
    both = frame.assign(memo=frame["shop"].fillna("travel"))
    columns = tuple(
        replace(column, role=Role.CATEGORY) if column.name == "memo" else column
        for column in COLUMNS
    )
    row = both.head(1).assign(shop=None, memo="travel")
    assert "shop none travel" in Serialiser.fit(both, columns, "date").apply(row)[0]
    assert "none" not in Serialiser.fit(frame, COLUMNS, "date").apply(row.assign(memo="x"))[0]


@pytest.mark.parametrize("style", ["words", "sentence", "bands"])
@given(row=st.integers(0, 1_999))
@settings(max_examples=10)
def test_one_row_alone_reads_as_it_does_in_bulk(style, row):
    frame = simulated(2_000)
    serialiser = Serialiser.fit(frame, COLUMNS, "date", style=style)
    assert serialiser.apply(frame.iloc[[row]]) == [serialiser.apply(frame)[row]]


@given(seed=st.integers(0, 1_000))
@settings(max_examples=10)
def test_what_is_fitted_does_not_know_validation_and_test(seed):
    frame = simulated(1_500)
    label = frame["_label"].to_numpy(dtype=float)
    part = split.assign(frame["_time"].to_numpy(), label, None, 86_400.0).part
    other = simulated(1_500, seed)
    held_back = part != split.TRAIN
    changed = frame.copy()
    changed.loc[held_back] = other.loc[held_back]
    fitted = [Serialiser.fit(f[part == split.TRAIN], COLUMNS, "date") for f in (frame, changed)]
    assert fitted[0] == fitted[1]


def test_no_identifier_is_read(frame, serialiser):
    text = " ".join(serialiser.apply(frame))
    assert "card" not in text
    assert "merchant" not in text
    assert "ref1" not in text


def test_unknown_and_missing_are_words(frame, serialiser):
    row = frame.head(1).assign(
        shop="never seen", _amount=np.nan, _time=np.nan, distance=np.nan, memo=None
    )
    assert serialiser.apply(row) == ["none none none none other"]
    assert Serialiser(serialiser.profile, "sentence").apply(row) == [
        "none amount, none distance, shop other"
    ]


def test_no_row_gives_no_text(frame, serialiser):
    assert serialiser.apply(frame.head(0)) == []


def test_survives_its_plain_form(frame, serialiser):
    stored = json.loads(json.dumps(serialiser.to_plain()))
    assert Serialiser.from_plain(stored) == serialiser


@given(cell=st.text() | st.sampled_from(["[SEP]", "[CLS] x [PAD]", "<s></s>", "<|endoftext|>"]))
@settings(max_examples=50)
def test_a_cell_cannot_speak_to_the_tokeniser(tmp_path_factory, cell):
    frame = simulated(200).assign(memo=cell, shop=cell)
    serialiser = Serialiser.fit(frame, COLUMNS, "date")
    marks = {"[CLS]": 0, "[SEP]": 1, "[PAD]": 2, "<s>": 3, "</s>": 4, "<|endoftext|>": 5}
    tokeniser = Tokenizer(models.WordLevel({**marks, "[UNK]": 6}, unk_token="[UNK]"))
    tokeniser.pre_tokenizer = pre_tokenizers.Whitespace()
    tokeniser.add_special_tokens(list(marks))
    tokeniser.post_processor = processors.BertProcessing(("[SEP]", 1), ("[CLS]", 0))
    path = tmp_path_factory.mktemp("t") / "tokenizer.json"
    tokeniser.save(str(path))
    for ids in tokens.encode(tokens.open_tokeniser(path, 64), serialiser.apply(frame.head(3))):
        assert (ids[0], ids[-1]) == (0, 1)
        assert set(ids[1:-1]) <= {6}


def test_wide_files_keep_the_columns_that_tell_most():
    draw = np.random.default_rng(0)
    frame = simulated(1_000)
    label = frame["_label"].to_numpy(dtype=float)
    names = [f"V{number}" for number in range(394)]
    frame = frame.join(pd.DataFrame(draw.normal(size=(1_000, 394)), columns=names))
    frame["V200"] = label + draw.normal(0, 0.1, 1_000)
    columns = tuple(Column(name, Role.NUMBER, "numbers") for name in names)
    serialiser = Serialiser.fit(frame, columns, "none", room=50)
    assert len(serialiser.profile.numbers) == 50
    assert "V200" in [number.name for number in serialiser.profile.numbers]
    assert len(serialiser.profile.left_out) == 344
