"""The form of one transaction, made from the columns a model reads."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from backend.scoring import Field
from ui.parts.wording import plain


def draw_form(
    fields: Sequence[Field], stored: dict[str, Any], about: tuple[int, int | None]
) -> dict[str, Any] | None:
    """Draw one field per column; return the values once the button is pressed, else None.

    `stored` replaces the typical values. `about` is (run, row): fields of another model or
    another transaction start afresh.
    """
    key = f"{about[0]}-{about[1]}"
    with st.form(f"transaction-{key}", border=False):
        places = st.grid(2, gap="small", min_column_width=190)
        values = {}
        for field in fields:
            with places.cell():
                value = stored.get(field.name, field.default)
                values[field.name] = _field(field, value, f"{key}-{field.name}")
        pressed = st.form_submit_button(
            "Score transaction", type="primary", icon=":material/bolt:", width="stretch"
        )
    return values if pressed else None


def _field(field: Field, value: Any, key: str) -> Any:
    label, note = plain(field.name), plain(field.help) if field.help else None
    if field.kind == "choice":
        return _choice(field, value, label, note, key)
    if field.kind in ("number", "amount"):
        return _number(field, value, label, note, key)
    return st.text_input(label, value="" if value is None else str(value), help=note, key=key)


def _choice(field: Field, value: Any, label: str, note: str | None, key: str) -> Any:
    choices = list(field.choices)
    known = None if value is None else str(value)
    if known is not None and known not in choices:
        choices.insert(0, known)
    return st.selectbox(
        label,
        choices,
        index=None if known is None else choices.index(known),
        placeholder="no value",
        accept_new_options=True,
        help=note,
        key=key,
    )


def _number(field: Field, value: Any, label: str, note: str | None, key: str) -> float | None:
    cents = field.kind == "amount"
    return st.number_input(
        label,
        value=None if value is None else float(value),
        step=1.0,
        format="%.2f" if cents else "%g",
        placeholder="no value",
        help=note,
        key=key,
    )
