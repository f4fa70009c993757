"""The health of a file at a glance: its grade, the sum of its rows, and what was read."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from backend import clinic
from backend.clinic import Checkup
from backend.dataset_view import Dataset
from backend.steps.health import Grade, Health
from backend.uploads import Progress
from ui.charts import volume
from ui.parts import chart, viewer
from ui.parts.clinic_words import GRADES
from ui.parts.skeleton import Badge, card, cards, panel
from ui.parts.wording import count, counted, joined, period, plain, rate, size

FEWEST_WEEKS = 3  # fewer are no picture
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


def look_over(dataset: Dataset) -> Checkup:
    """Examine a dataset, with a bar while it is looked over for the first time."""
    with bar() as tell:
        return clinic.examine(dataset.id, tell)


@contextmanager
def bar() -> Iterator[Progress]:
    """Draw a progress bar once there is something to tell; it goes with the work."""
    place = st.empty()

    def tell(done: float, doing: str) -> None:
        place.progress(min(max(done, 0.0), 1.0), text=plain(doing))

    yield tell
    place.empty()


def badge(health: Health) -> Badge:
    """Return the grade as a badge."""
    icon, colour = GRADES[health.grade]
    return health.words, icon, colour


def evidence(dataset: Dataset) -> str:
    """Return the grey line below the verdict: file, size, how it was read, its period."""
    length, span = period(dataset.first_time, dataset.last_time, dataset.clock)
    return joined(
        plain(dataset.file_name),
        size(dataset.bytes),
        f"format: {plain(dataset.dialect_title)}",
        _read_as(dataset),
        f"{length}, {span}" if dataset.first_time is not None else span,
    )


def draw_sum(health: Health, fraud_rate: float | None) -> None:
    """Draw the rows of the file as a sum, and the frauds among them."""
    cards(
        [
            card("Rows in the file", count(health.rows), _blank(health)),
            card("= kept", count(health.kept), "rows a model may learn from"),
            card("+ put aside", count(health.put_aside), _aside(health)),
            card("Fraud rate", rate(fraud_rate), _frauds(health, fraud_rate)),
        ]
    )


def draw_weeks(checkup: Checkup) -> None:
    """Draw transactions and fraud rate by week; nothing for less than three weeks."""
    if len(checkup.weeks) < FEWEST_WEEKS:
        return
    note = "Rows that are kept. Band: 95% interval of the rate; pale bars are not whole."
    with panel("Transactions and fraud rate by week", note):
        figure = volume.figure(checkup.weeks, (), viewer.theme())
        chart.draw(figure, key="clinic-weeks", alt=volume.alt(checkup.weeks, ()))


def _blank(health: Health) -> str:
    if health.blank_lines:
        return f"{counted(health.blank_lines, 'blank line')} not counted"
    return "no blank lines"


def _aside(health: Health) -> str:
    return "each with its reason" if health.put_aside else "every row could be used"


def _frauds(health: Health, fraud_rate: float | None) -> str:
    if health.grade is Grade.ASKS and fraud_rate is None:
        return "known once you have answered"
    without = f", {count(health.unlabelled)} without a label" if health.unlabelled else ""
    return counted(health.frauds, "fraud") + without


def _read_as(dataset: Dataset) -> str:
    encoding = str(dataset.read_as.get("encoding", "")).replace("utf-", "UTF-")
    delimiter = str(dataset.read_as.get("delimiter", ""))
    apart = f"separated by {DELIMITERS.get(delimiter, plain(delimiter))}" if delimiter else ""
    ends = "mixed line ends" if dataset.read_as.get("line_ends") == "mixed" else ""
    remarks = int(dataset.read_as.get("remarks", 0))
    above = f"{counted(remarks, 'line')} above the header passed over" if remarks else ""
    return ", ".join(part for part in (plain(encoding), apart, ends, above) if part)
