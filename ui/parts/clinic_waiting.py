"""Files that nobody has looked over yet, or the way to a first one."""

import streamlit as st

from backend.dataset_view import Dataset
from ui.page import go
from ui.parts import dataset_facts
from ui.parts.skeleton import blank, head, panel
from ui.parts.wording import counted, plain

CHOOSE = ("Choose a file", ":material/upload_file:", "primary", "choose")
NONE = "No file waits here. Drop a CSV, and see how healthy it is."
FOUND_HERE = (
    "Unreadable values, leaks, repeated or slipped rows and gaps are found before training."
)
PASSES = "Every CSV passes here before anything is learned from it."


def draw(waiting: list[Dataset]) -> None:
    """Draw the drafts nobody has decided about, or the way to a first file."""
    if not waiting:
        head("Clinic", NONE, FOUND_HERE)
        with blank(":material/stethoscope:", "No file to look over", PASSES):
            pressed = st.button("Choose a file", type="primary", key="choose")
    else:
        verdict = f"{counted(len(waiting), 'file waits', 'files wait')} to be looked over."
        (pressed,) = head("Clinic", verdict, "Newest first.", actions=[CHOOSE])
        with panel("Waiting", "Nothing is learned from a file before it is accepted."):
            for dataset in waiting:
                _draw_row(dataset)
    if pressed:
        go("upload")


def _draw_row(dataset: Dataset) -> None:
    """Draw one waiting file with the way to it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**{plain(dataset.name)}**")
            st.caption(dataset_facts.evidence(dataset))
        if st.button("Look it over", key=f"look-{dataset.id}"):
            go("clinic", dataset=dataset.id)
