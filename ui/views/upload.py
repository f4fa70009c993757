"""Bring me your file: drop one, take one from a folder or store, or try sample transactions."""

import streamlit as st

from backend import imports
from backend.import_view import Import, ImportState
from ui.page import Page, go, id_in_address
from ui.parts.import_cards import draw_failed, draw_imports
from ui.parts.intake import choose_by_address, drop_zone, largest, take_sample
from ui.parts.skeleton import head, panel
from ui.parts.wording import counted

PAGE = Page("Upload", ":material/upload_file:", group="Data", order=10)
DROP = "Drop a CSV of transactions, or try it with 50,000 sample transactions."
ANOTHER = ("Bring another file", ":material/upload_file:", "secondary", "another")


def render() -> None:
    """Draw the file on its way in that the address names, or the ways in."""
    number = id_in_address("import")
    named = imports.get(number) if number is not None else None
    if named is not None and named.dataset_id is not None:
        go("clinic", dataset=named.dataset_id)
    found = imports.listed()
    live = [each for each in found if each.is_live]
    if named is not None and named in found:
        draw_named(named, live)
    else:
        draw_ways_in(live, [each for each in found if not each.is_live])


def draw_named(named: Import, live: list[Import]) -> None:
    """Draw one file on its way in, with what else is under way."""
    (another,) = head(
        "Upload",
        "This file was not taken in." if named.state is ImportState.FAILED else verdict([named]),
        "Card numbers are hidden before anything is stored. The file stays here.",
        actions=[ANOTHER],
    )
    if another:
        go("upload")
    draw_imports(live if named in live else [named, *live])


def draw_ways_in(live: list[Import], failed: list[Import]) -> None:
    """Draw the three ways in, below what is under way and above what failed of late."""
    head(
        "Upload",
        verdict(live),
        "One row per transaction, one column that marks fraud. The file stays here.",
    )
    draw_imports(live)
    note = "Columns and separators are worked out from the file."
    larger = f"Up to {largest()}; larger files come in by their address, below."
    with panel("Your transactions", f"{note} {larger}"):
        drop_zone()
    with panel("From a folder or store", "For files of any size, read where they lie."):
        choose_by_address()
    note = "Invented cards, merchants and three kinds of fraud, made on this machine in seconds."
    with panel("No file at hand", note):
        pressed = st.button("Try it with sample transactions", type="primary", key="sample")
    if pressed:
        take_sample()
    draw_failed(failed)


def verdict(live: list[Import]) -> str:
    """Return what is going on with files on their way in."""
    if any(each.state is ImportState.ASKING for each in live):
        return "One question before your file can be read."
    return f"{counted(len(live), 'file')} on the way in." if live else DROP
