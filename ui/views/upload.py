"""Bring me your file: drop one, take one from a folder or store, or try sample transactions."""

import streamlit as st

from backend import imports
from backend.import_view import Import, ImportState
from ui.page import Page, go, id_in_address
from ui.parts.import_cards import draw_imports
from ui.parts.intake import choose_by_address, drop_zone, largest, take_sample
from ui.parts.skeleton import head, panel
from ui.parts.wording import counted

PAGE = Page("Upload", ":material/upload_file:", group="Data", order=10)
USUAL = "Drop a CSV of transactions, or try it with 50,000 sample transactions."


def render() -> None:
    """Draw the ways in, below the files that are on their way."""
    lead_on()
    found = imports.listed()
    head(
        "Upload",
        verdict(found),
        "One row per transaction, one column that marks fraud. The file stays here.",
    )
    draw_imports(found)
    with panel(
        "Your transactions",
        f"Columns and separators are worked out from the file. Up to {largest()}; larger files "
        "come in by their address, below.",
    ):
        drop_zone()
    with panel("From a folder or store", "For files of any size, read where they lie."):
        choose_by_address()
    note = "Invented cards, merchants and three kinds of fraud, made on this machine in seconds."
    with panel("No file at hand", note):
        pressed = st.button("Try it with sample transactions", type="primary", key="sample")
    if pressed:
        take_sample()


def lead_on() -> None:
    """Leave for the clinic when the import the address names is done."""
    number = id_in_address("import")
    named = imports.get(number) if number is not None else None
    if named is not None and named.dataset_id is not None:
        go("clinic", dataset=named.dataset_id)


def verdict(found: list[Import]) -> str:
    """Return what is going on with files on their way in."""
    if any(each.state is ImportState.ASKING for each in found):
        return "One question before your file can be read."
    live = [each for each in found if each.is_live]
    if live:
        return f"{counted(len(live), 'file')} on the way in."
    return USUAL
