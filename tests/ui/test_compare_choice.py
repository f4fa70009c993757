"""Which runs Compare shows: the address says it, and every picker writes it there."""

import pytest

from backend import champions
from tests.backend.judging import cards, finished
from tests.ui.comparing import A, B, C, add_losses, address, captions, change, table
from tests.ui.test_pages import open_page, verdict


class TestAddress:
    def test_holds_the_choice_so_that_a_new_run_changes_nothing(self, on):
        app = open_page("compare")
        before = {name: address(app, name) for name in app.query_params}
        assert before == {"runs": "4,3,2,1", "baseline": "1", "run": "4"}
        finished(on, 2.7, key="newer")
        again = open_page("compare", **before)
        assert {name: address(again, name) for name in again.query_params} == before
        assert verdict(again) == verdict(app)

    def test_a_link_of_one_run_compares_it_with_the_usual(self, on):
        champions.make(B, "Ann", "the best so far")
        app = open_page("compare", run=A)
        assert (address(app, "baseline"), address(app, "run")) == ("2", "1")

    def test_everything_else_is_in_it_too(self, on):
        for run_id in (A, B, C):
            add_losses(run_id)
        app = open_page(
            "compare",
            runs="1,2,3",
            also=C,
            baseline=A,
            run=B,
            decide="Own thresholds",
            loss_over="Time",
            loss_smoothing="Mean of 5",
            loss_log="true",
            changed="Newly stopped",
        )
        assert not app.exception
        assert app.radio(key="decide").value == "Own thresholds"
        assert app.radio(key="loss_over").value == "Time"
        assert app.selectbox(key="loss_smoothing").value == "Mean of 5"
        assert app.checkbox(key="loss_log").value is True
        assert set(table(app, "Change")["Change"]) == {"Newly stopped"}
        assert any("**C**" in each.value for each in app.markdown)

    def test_a_run_that_is_gone_is_said(self, on):
        app = open_page("compare", runs="2,1,77", baseline=A, run=B)
        assert "Not here any more: run 77" in captions(app)
        assert address(app, "runs") == "2,1"

    def test_a_baseline_that_never_was_is_an_error(self, on):
        app = open_page("compare", baseline=77)
        assert "There is no run 77" in app.error[0].value.replace("\\", "")

    @pytest.mark.parametrize("named", ["abc", "-1", ",,", "9" * 30])
    def test_nonsense_is_taken_as_no_choice(self, on, named):
        assert address(open_page("compare", runs=named), "runs") == "4,3,2,1"


class TestPickers:
    def test_another_baseline_changes_places_with_b(self, on):
        app = open_page("compare", baseline=A, run=B)
        app.selectbox(key="compared-a").select(B).run()
        assert (address(app, "baseline"), address(app, "run")) == ("2", "1")

    def test_runs_are_added_and_taken_out(self, on):
        app = open_page("compare", runs="2,1", baseline=A, run=B)
        app.multiselect(key="compared-runs").select(C).run()
        assert address(app, "runs") == "3,2,1"
        app.multiselect(key="compared-runs").set_value([C, A]).run()
        assert (address(app, "runs"), address(app, "run")) == ("3,1", "3")

    def test_another_dataset_starts_afresh(self, on):
        other = cards(rows=6_000, share=0.05, seed=5, name="other")
        ids = [finished(other, skill, key=f"o{skill}") for skill in (1.0, 2.0)]
        app = open_page("compare", dataset=on.dataset_id)
        assert address(app, "runs") == "4,3,2,1"
        app.selectbox(key="compared-dataset").select(other.dataset_id).run()
        assert address(app, "runs") == f"{ids[1]},{ids[0]}"

    def test_automatic_runs_and_the_champion_are_marked(self, on):
        change(B, automatic=True)
        champions.make(A, "Ann", "steady")
        app = open_page("compare", runs="3,2,1")
        states = table(app, "Mark")["State"].tolist()
        assert states == ["Finished", "Finished, baseline", "Finished, champion"]
        listed = " ".join(app.multiselect(key="compared-runs").options)
        assert "champion" in listed and "baseline" in listed
        assert (address(app, "baseline"), address(app, "run")) == ("1", "3")
