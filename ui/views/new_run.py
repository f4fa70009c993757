"""What will it cost me and what do I get? Dataset, family, preset; one press launches."""

from uuid import uuid4

import streamlit as st

from backend import datasets, offers, runs, starts
from backend.dataset_view import Dataset
from backend.offers import Offer
from ui.page import Page, go
from ui.parts import no_worker, queue_words
from ui.parts import run_choice as choice
from ui.parts.options_form import draw_options
from ui.parts.skeleton import blank, head, panel
from ui.parts.wording import counted, joined, money, plain, rate

PAGE = Page("New run", ":material/add_circle:", group="Train", order=10)
NONCE = "launch-nonce"  # one per form: pressing Launch twice is one run


def render() -> None:
    """Draw the form, or what is missing before it can be drawn."""
    ready = [dataset for dataset in datasets.list_all() if dataset.is_ready]
    offered = offers.live()
    if not ready:
        draw_no_data()
    elif not offered:
        no_worker.draw()
    else:
        draw_form(ready, offered)


def draw_form(ready: list[Dataset], offered: list[Offer]) -> None:
    """Draw the choices, and launch what is chosen."""
    top = st.container(gap="small")
    with panel("Dataset and model"):
        dataset = choice.choose_dataset(ready)
        offer = choice.choose_family(offered)
        start = choice.choose_start(offer)
    with panel("How thorough", "Times are estimated from finished runs on this installation."):
        preset = choice.choose_preset(dataset, offer)
    with st.expander("Options for experts", key="experts"):
        key = f"{offer.family}-{preset}"
        usual = offer.presets[preset]["options"]
        changed = draw_options(offer.options, usual, key, elsewhere=[starts.OPTION])
        changed |= {starts.OPTION: start} if start else {}
    with top:
        action = ("Launch", ":material/play_arrow:", "primary", "launch")
        estimate = runs.estimate(dataset.id, offer.family, preset)
        said = choice.verdict(preset, estimate)
        (launch,) = head("New run", said, evidence(dataset), actions=[action])
    nonce = st.session_state.setdefault(NONCE, uuid4().hex)
    if launch:
        run = runs.launch(dataset.id, offer.family, preset, changed or None, nonce)
        del st.session_state[NONCE]
        go("progress", run=run)


def draw_no_data() -> None:
    """Say that a dataset comes first."""
    verdict = "A run learns from a dataset, and there is none yet. Bring one in 1 click."
    head("New run", verdict, "A dataset is ready once its columns were accepted.")
    note = "Upload a CSV, or use sample transactions."
    with blank(":material/upload_file:", "No dataset is ready", note):
        pressed = st.button("Upload transactions", type="primary", key="upload")
    if pressed:
        go("upload")


def evidence(dataset: Dataset) -> str:
    """Return what the run would learn from."""
    lost = money(dataset.fraud_amount, dataset.currency)
    return joined(
        plain(dataset.name),
        counted(dataset.rows, "row"),
        f"{counted(dataset.frauds, 'fraud')} ({rate(dataset.fraud_rate)})",
        f"{lost} in fraud" if dataset.fraud_amount is not None else "",
        queue_words.ahead(),
    )
