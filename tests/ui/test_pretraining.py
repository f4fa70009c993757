"""A pre-training has no scores: every page says so, and leads to a run that starts from it."""

import pytest

from backend import contenders, runs
from tests.backend import launching
from tests.backend.pretraining import pretrained
from tests.ui.opened import button, cards, open_page, text, verdict


@pytest.fixture
def run_id(house) -> int:
    return pretrained(launching.add_dataset())


def test_its_page_says_what_it_learned_and_how_to_go_on(run_id):
    page = open_page("run", run=run_id)
    assert not page.exception and not page.error
    assert "miss by 3.500 instead of 4.000" in verdict(page) and "scores nothing" in verdict(page)
    assert next(iter(cards(page))) == "Loss of guesses"
    assert button(page, "fine-tune").label == "Fine-tune from it"
    assert "champion" not in text(page).lower()


def test_its_progress_has_a_loss_and_no_average_precision(run_id):
    page = open_page("progress", run=run_id)
    assert not page.exception and not page.error
    assert "scores nothing" in verdict(page)
    assert "Average precision" not in text(page)


@pytest.mark.parametrize("name", ["predictions", "score"])
def test_pages_of_scores_say_that_it_has_none(run_id, name):
    page = open_page(name, run=run_id)
    assert not page.exception and not page.error
    assert "it scores nothing" in verdict(page)


def test_it_is_never_compared(run_id):
    dataset = runs.get(run_id).dataset_id
    assert contenders.offered(dataset) == contenders.named([run_id]) == []
    assert dataset not in contenders.datasets_with_runs()
    page = open_page("compare", run=run_id)
    assert not page.exception and not page.error


def test_home_says_what_to_do_with_it(run_id):
    page = open_page("home")
    assert not page.exception and not page.error
    assert "A run can start from it" in verdict(page)
    assert button(page, f"next-new_run-{run_id}").label == "Fine-tune from it"


def test_a_new_run_starts_from_what_the_address_names(run_id):
    page = open_page("new_run", start=run_id)
    assert not page.exception and not page.error
    button(page, "launch").click().run()
    newest = runs.list_all()[0]
    assert newest.family == "transaction"
    assert newest.options["start_from"] == run_id
