"""Labels and ids: what means fraud, what nobody knows, too few, twice."""

import pytest

from backend import clinic, datasets, drafts, runs
from backend.errors import NotTrainable, TouchstoneError
from backend.steps.recipe import Fix, Kind
from tests.backend.bringing import bring
from tests.backend.launching import launch, offer
from tests.catalogue.desk import accepted, aside, column
from tests.catalogue.sheets import ROWS, changed, csv, table, with_lines


def labelled(*written: str) -> str:
    """Return a file whose labels are these, one after another."""
    return changed({row: {"is_fraud": written[row % len(written)]} for row in range(ROWS)})


@pytest.mark.parametrize(
    ("fraud", "legitimate"),
    [("yes", "No"), ("1", "0"), ("TRUE", "FALSE"), ("fraud", "legit"), ("Y", "n"), ("'1'", "'0'")],
)
def test_c44_words_for_fraud(house, fraud: str, legitimate: str) -> None:
    found = accepted(labelled(fraud, legitimate, legitimate, legitimate))
    assert (found.frauds, found.unlabelled) == (ROWS // 4, 0)


def test_c44_a_blank_label_is_unlabelled_never_legitimate(house) -> None:
    found = accepted(labelled("1", "0", "", "?"))
    assert (found.frauds, found.unlabelled) == (10, 20)
    assert column(found, "_label")[:4] == [1, 0, None, None]


def test_c44_an_unknown_label_is_never_legitimate(house) -> None:
    draft = bring(changed({7: {"is_fraud": "2"}}))
    with pytest.raises(TouchstoneError) as refused:
        drafts.accept(draft.id)
    assert str(refused.value) == (
        'Column "is_fraud", line 9: 1 label is neither fraud nor legitimate. "2". Say what they '
        "mean; where nobody knows, leave them blank."
    )
    drafts.fix(draft.id, [Fix(Kind.LABEL, "is_fraud", "2=aside")])
    ready = drafts.accept(draft.id)
    assert aside(ready) == [(9, "label", "is_fraud")]
    assert ready.rows == ROWS - 1


@pytest.mark.parametrize(
    ("meaning", "frauds", "unlabelled"),
    [("fraud", 11, 0), ("legitimate", 10, 0), ("unknown", 10, 1)],
)
def test_c44_an_unknown_label_means_what_the_analyst_says(
    house, meaning: str, frauds: int, unlabelled: int
) -> None:
    draft = bring(changed({7: {"is_fraud": "Suspected"}}))
    drafts.fix(draft.id, [Fix(Kind.LABEL, "is_fraud", f"suspected={meaning}")])
    ready = drafts.accept(draft.id)
    assert (ready.frauds, ready.unlabelled, ready.quarantined) == (frauds, unlabelled, 0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            labelled("0"),
            "transactions holds 0 frauds among 40 labelled rows. "
            "A model needs at least 20 frauds and some legitimate rows.",
        ),
        (
            labelled("1"),
            "transactions holds 40 frauds among 40 labelled rows. "
            "A model needs at least 20 frauds and some legitimate rows.",
        ),
        (
            labelled(""),
            "No transaction has a label, so there is nothing to learn from.",
        ),
        (
            labelled(*(["1"] + ["0"] * 39)),
            "transactions holds 1 frauds among 40 labelled rows. "
            "A model needs at least 20 frauds and some legitimate rows.",
        ),
    ],
    ids=["c45 only legitimate", "c45 only fraud", "c46 no label", "c47 one fraud"],
)
def test_c45_c46_c47_what_cannot_be_learned_from_is_kept_for_scoring(
    house, given: str, message: str
) -> None:
    found = accepted(given)
    offer()
    with pytest.raises(NotTrainable) as refused:
        launch(dataset_id=found.id)
    assert str(refused.value) == message
    assert runs.list_all() == []


def test_c20_a_file_without_a_label_column_is_kept_and_not_learned_from(house) -> None:
    found = accepted(csv([line[:-1] for line in table()]))
    offer()
    with pytest.raises(NotTrainable) as refused:
        launch(dataset_id=found.id)
    assert str(refused.value) == "No transaction has a label, so there is nothing to learn from."


def test_c48_the_same_transaction_twice_is_kept_once(house) -> None:
    twin = ",".join(table()[6])
    found = accepted(with_lines(twin, at=20), rows=ROWS + 1)
    assert aside(found) == [(20, "duplicate", "id")]


def test_c48_copies_without_an_id_are_payments_until_the_analyst_says_otherwise(house) -> None:
    lines = [line[1:] for line in table()]
    draft = bring(csv([*lines, lines[3], lines[3], lines[9]]))
    (found,) = [p for p in clinic.examine(draft.id).problems if p.key == "copies"]
    assert found.title == "3 rows repeat another one in every cell"
    keep, stand = found.offers
    assert (keep.label, stand.label) == ("Keep first of each", "Let them stand")
    assert drafts.fix(draft.id, keep.fixes).quarantined == 3
    assert [p.title for p in clinic.examine(draft.id).problems if "copy" in p.key] == [
        "3 rows repeat an earlier row in every cell"
    ]
    ready = drafts.accept(draft.id)
    assert aside(ready) == [(42, "copy", None), (43, "copy", None), (44, "copy", None)]
    assert datasets.quarantine(ready.id, 9)["text"][0].startswith("repeats line 4: ")


def test_c48_one_id_for_two_transactions_puts_both_aside(house) -> None:
    other = ",".join([*table()[6][:4], "99.99", "0"])
    found = accepted(with_lines(other, at=20), rows=ROWS + 1)
    assert aside(found) == [(7, "conflict", "id"), (20, "conflict", "id")]
