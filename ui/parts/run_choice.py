"""The choices before a run: dataset, family of models, what to start from, how thorough."""

from collections.abc import Sequence

import streamlit as st

from backend import runs, starts
from backend.dataset_view import Dataset
from backend.offers import Offer
from backend.run_view import Run
from ui.page import id_in_address
from ui.parts.wording import between, joined, plain

UNKNOWN = "No run on this machine yet."
PICKED = "picked-dataset"
SCRATCH = "from scratch"
STARTED = "transaction"  # the family that starts from what the address names


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
    started = id_in_address("start") is not None and STARTED in by_name
    family = st.radio(
        "Model",
        list(by_name),
        index=list(by_name).index(STARTED) if started else 0,
        format_func=lambda name: plain(by_name[name].title),
        captions=[plain(offer.summary) for offer in offered],
        key="family",
    )
    return by_name[family]


def choose_start(offer: Offer) -> int:
    """Draw the finished runs that a run of this family can start from; return 0 for none.

    The address names the one that is chosen at first. Nothing is drawn, and 0 returned, for a
    family whose runs start from nothing else.
    """
    if starts.OPTION not in offer.options.get("properties", {}):
        return 0
    by_id = {run.id: run for run in starts.offered()}
    if not by_id:
        return 0
    numbers, named = [0, *by_id], id_in_address("start")
    return st.selectbox(
        "Start from",
        numbers,
        index=numbers.index(named) if named in by_id else 0,
        format_func=lambda number: _start(by_id[number]) if number else SCRATCH,
        help="Weights that mean the same are carried over, also from another dataset. The run "
        "must not have seen what this one is tested on.",
        key=f"start-{offer.family}",
    )


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


def _start(run: Run) -> str:
    return joined(f"run {run.id}", run.name, run.dataset_name)


def _follow() -> None:
    st.query_params["dataset"] = str(st.session_state[PICKED])
