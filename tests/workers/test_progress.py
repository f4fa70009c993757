"""A training hangs when no step comes for too long; long steps and long looks do not hang."""

import pytest

from workers.progress import Progress


class Training:
    """A training on a clock of its own."""

    def __init__(self) -> None:
        self.now = self.cpu = 0.0
        self.step = 0
        self.progress = Progress(lambda: self.cpu, lambda: self.now)

    def passes(self, seconds: float, busy: bool = False) -> bool:
        """Let time pass, second by second; tell whether the training hangs by then."""
        for _ in range(round(seconds)):
            self.now += 1
            self.cpu += busy
            if self.progress.hangs():
                return True
        return False

    def steps(self, count: int, seconds: float) -> None:
        for _ in range(count):
            self.now += seconds
            self.step += 1
            self.progress.hear({"event": "pace", "step": self.step})


@pytest.fixture
def training(change) -> Training:
    change(hang_seconds=100.0)
    return Training()


def test_one_that_steps_on_does_not_hang(training) -> None:
    training.steps(5, 1.0)
    assert not training.passes(99)
    training.steps(1, 1.0)
    assert not training.passes(99)


def test_one_that_sleeps_between_steps_hangs(training) -> None:
    training.steps(5, 1.0)
    assert training.passes(101)


def test_twenty_of_its_own_steps_are_not_too_long(training) -> None:
    training.steps(5, 50.0)
    assert not training.passes(20 * 50 - 1)
    assert training.passes(2)


def test_a_long_look_computes_and_has_thrice_as_long(training) -> None:
    training.steps(5, 1.0)
    assert not training.passes(299, busy=True)
    assert training.passes(2, busy=True)


def test_before_the_first_step_any_work_counts(training) -> None:
    assert not training.passes(1_000, busy=True)
    assert training.passes(110)


def test_before_the_first_step_any_word_counts(training) -> None:
    for _ in range(5):
        assert not training.passes(90)
        training.progress.hear({"event": "stage", "name": "Reading transactions"})
    assert training.passes(110)


def test_after_learning_steps_are_expected_no_more(training) -> None:
    training.steps(5, 1.0)
    training.progress.hear({"event": "stage", "name": "Exporting the model"})
    assert not training.passes(1_000, busy=True)


def test_an_old_step_told_again_is_no_progress(training) -> None:
    training.steps(5, 1.0)
    for _ in range(10):
        training.now += 31
        training.progress.hear({"event": "pace", "step": 5})
    assert training.progress.hangs()
