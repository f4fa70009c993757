"""What only the analyst can say about a file: asked once, with what each answer means."""

import pytest

from backend import drafts
from backend.steps.checkup import Question
from backend.steps.columns import Role
from tests.backend.bringing import bring, bring_real, roles, why

REAL = (
    "sms_phishing.csv",
    "sms_phishing_shifted_as_found.csv",
    "tabformer_user0.csv",
    "uci_default_15000.csv",
    "ulb_492fraud_2773legit.csv",
    pytest.param("sparkov_dev.csv", marks=pytest.mark.slow),
)


def labelled(*values: str) -> str:
    rows = "".join(f"a{i},{i}.50,{values[i % len(values)]}\n" for i in range(40))
    return f"id,amount,label\n{rows}"


def asked(text: str) -> Question | None:
    return drafts.question(bring(text).id)


def test_labels_in_words_of_the_file_are_asked_for_once(house) -> None:
    draft = bring(labelled("ham", "ham", "spam", "Phishing"))

    question = drafts.question(draft.id)

    assert question.prompt == "Which values of label mean fraud?"
    assert [(option.label, option.examples) for option in question.options] == [
        ('"phishing" means fraud', ("phishing: 10 rows fraud", "ham, spam: 30 rows legitimate")),
        ('"spam" means fraud', ("spam: 10 rows fraud", "ham, phishing: 30 rows legitimate")),
        ('"ham" means fraud', ("ham: 20 rows fraud", "phishing, spam: 20 rows legitimate")),
        (
            '"phishing" and "spam" mean fraud',
            ("phishing, spam: 20 rows fraud", "ham: 20 rows legitimate"),
        ),
    ]
    assert drafts.faults(draft.id) == []
    answered = drafts.fix(draft.id, question.options[3].fixes)
    assert (answered.frauds, answered.unlabelled) == (20, 0)
    assert why(answered, "label") == "You said what its values mean"
    assert drafts.question(draft.id) is None
    assert drafts.accept(draft.id).frauds == 20


@pytest.mark.parametrize(
    "values",
    [("1", "0"), ("1", "0", "2"), ("yes", "no", ""), ("a", "b", "c", "d", "e")],
    ids=["known", "one unknown", "blank", "too many"],
)
def test_labels_that_are_known_or_many_are_not_asked_for(house, values) -> None:
    assert asked(labelled(*values)) is None


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_becomes_a_dataset_with_at_most_one_question(house, name: str) -> None:
    draft = bring_real(name)
    question = drafts.question(draft.id)
    if question is not None:
        drafts.fix(draft.id, question.options[0].fixes)

    accepted = drafts.accept(draft.id)

    assert accepted.is_ready
    assert accepted.quarantined == 0
    assert accepted.frauds > 0
    assert Role.LABEL in roles(accepted).values()
