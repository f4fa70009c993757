"""The three choices before a run: which dataset, which family of models, how thorough."""

from collections.abc import Sequence

import streamlit as st

from backend import runs
from backend.dataset_view import Dataset
from backend.offers import Offer
from ui.page import id_in_address
from ui.parts.wording import between, plain

UNKNOWN = "No run on this machine yet."
PICKED = "picked-dataset"


def choose_dataset(ready: Sequence[Dataset]) -> Dataset:
    """Draw the list of datasets; the address names the chosen one, else the newest is."""
    by_id = {dataset.id: dataset for dataset in ready}
    named = id_in_address("dataset")
    st.session_state[PICKED] = named if named in by_id else ready[0].id
    number = st.selectbox(
        "Dataset",
        list(by_id),
        format_func=lambda number: by_id[number].name,
        key=PICKED,
        on_change=_follow,
    )
    return by_id[number]


def choose_family(offered: Sequence[Offer]) -> Offer:
    """Draw the families live workers can train, the first as the default."""
    by_name = {offer.family: offer for offer in offered}
    family = st.radio(
        "Model",
        list(by_name),
        format_func=lambda name: plain(by_name[name].title),
        captions=[plain(offer.summary) for offer in offered],
        key="family",
    )
    return by_name[family]


def choose_preset(dataset: Dataset, offer: Offer) -> str:
    """Draw the presets of a family with what each does and how long it takes here."""
    about = []
    for title, preset in offer.presets.items():
        estimate = runs.estimate(dataset.id, offer.family, title)
        minutes = f"Takes {between(*estimate)} here." if estimate else UNKNOWN
        about.append(f"{plain(preset['about'])} {minutes}")
    return st.radio(
        "Preset",
        list(offer.presets),
        captions=about,
        label_visibility="collapsed",
        key=f"preset-{offer.family}",
    )


def verdict(preset: str, estimate: tuple[float, float] | None) -> str:
    """Return the sentence that answers: what will it cost me?"""
    if estimate is None:
        return f"{plain(preset)}: 1 press. Its time here is not known yet."
    return f"{plain(preset)} takes {between(*estimate)} on this machine."


def _follow() -> None:
    st.query_params["dataset"] = str(st.session_state[PICKED])
