"""The list of datasets, and the question before one is deleted."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from backend import datasets
from backend.dataset_view import Dataset
from ui.page import go
from ui.parts import viewer
from ui.parts.trouble import errors_on_page
from ui.parts.wording import MISSING, count, moment, money, period, plain, rate

OPENED = "opened-dataset"


def draw(held: Sequence[Dataset]) -> None:
    """Draw the datasets; pressing Open leads to one."""
    right = st.column_config.TextColumn(alignment="right")
    st.dataframe(
        pd.DataFrame([_row(dataset) for dataset in held]),
        hide_index=True,
        placeholder=MISSING,
        height="content",
        column_config={
            "Rows": right,
            "Fraud rate": right,
            "Amount in fraud": right,
            "State": st.column_config.MultiselectColumn(
                options=["Draft", "Ready"], color=["gray", "green"]
            ),
            "": st.column_config.ButtonColumn("", type="tertiary", key=OPENED),
        },
        key="datasets",
        alt="Every dataset with its rows, period, fraud rate, amount in fraud and state.",
    )
    click = st.session_state.get(OPENED)
    if click:
        go("datasets", dataset=held[click["row"]].id)


@st.dialog("Delete this dataset?")
def ask_delete(dataset: Dataset) -> None:
    """Ask before a dataset is removed with its rows; a dataset that runs use is refused."""
    with errors_on_page():
        st.markdown(
            f"{plain(dataset.name)} and its {count(dataset.rows)} rows are removed from this "
            "installation. This cannot be undone. The original file on your side stays as it is."
        )
        with st.container(horizontal=True, gap="small"):
            keep = st.button("Keep dataset", key="keep-dataset")
            remove = st.button("Delete dataset", type="primary", key="delete-dataset")
        if keep:
            st.rerun()
        if remove:
            datasets.delete(dataset.id)
            go("datasets")


def _row(dataset: Dataset) -> dict[str, object]:
    return {
        "Dataset": dataset.name,
        "State": ["Ready" if dataset.is_ready else "Draft"],
        "Rows": count(dataset.rows),
        "Fraud rate": rate(dataset.fraud_rate),
        "Amount in fraud": money(dataset.fraud_amount, dataset.currency),
        "Period": period(dataset.first_time, dataset.last_time, dataset.clock)[1],
        "Added": moment(dataset.created_at, viewer.zone()),
        "": "Open",
    }
