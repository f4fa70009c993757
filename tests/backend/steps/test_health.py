"""The grade follows the worst finding, and its sentence says how many rows are kept."""

import pytest

from backend.steps.checkup import Option, Problem, Question, Severity
from backend.steps.health import Counts, Grade, assess

COUNTS = Counts(kept=997, put_aside=3, blank_lines=1, frauds=12, unlabelled=0)
QUESTION = Question("written", "Which?", (Option("a", (), ()),))


def problem(severity: Severity) -> Problem:
    return Problem("key", severity, "12 amounts cannot be read", "")


@pytest.mark.parametrize(
    ("severities", "question", "fixes", "grade", "words"),
    [
        ((), None, 0, Grade.HEALTHY, "Healthy"),
        (("note",), None, 1, Grade.HEALTHY, "Healthy after 1 fix"),
        (("warning", "note"), None, 2, Grade.WATCH, "Usable after 2 fixes"),
        (("blocking", "warning"), None, 0, Grade.BLOCKED, "Cannot be used yet"),
        (("blocking",), QUESTION, 0, Grade.ASKS, "Needs one answer"),
    ],
)
def test_the_worst_finding_decides(severities, question, fixes, grade, words):
    problems = [problem(Severity(severity)) for severity in severities]
    health = assess(COUNTS, problems, question, fixes)
    assert (health.grade, health.words) == (grade, words)
    assert health.sentence.endswith(".")
    assert len(health.sentence) <= 100
    assert any(character.isdigit() for character in health.sentence)


def test_the_rows_of_the_file_are_a_sum():
    health = assess(COUNTS, [], None, 0)
    assert health.rows == 1_000 == health.kept + health.put_aside
    assert health.sentence == "Healthy: 997 of 1,000 rows kept, 12 frauds among them."
