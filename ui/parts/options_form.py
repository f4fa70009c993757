"""The expert drawer, drawn from a family's JSON schema: a new option needs no new page."""

from collections.abc import Collection
from typing import Any

import streamlit as st

from ui.parts.wording import plain


def draw_options(
    schema: dict[str, Any], preset: dict[str, Any], key: str, elsewhere: Collection[str] = ()
) -> dict[str, Any]:
    """Draw one field per option, filled from the preset; return the values that differ from it.

    Options `elsewhere` are asked for in another place and left out.

    `schema` is pydantic's `model_json_schema()` of the family's Options: numbers, whole
    numbers, text, yes or no, and choices. `key` must change with family and preset, or the
    fields would keep the values of another one.
    """
    fields = {
        name: field for name, field in schema.get("properties", {}).items() if name not in elsewhere
    }
    usual = {name: preset.get(name, field.get("default")) for name, field in fields.items()}
    places = st.grid(2, gap="small", min_column_width=260)
    changed = {}
    for name, field in fields.items():
        with places.cell():
            value = _field(name, _without_null(field), usual[name], f"{key}-{name}")
        if value != usual[name]:
            changed[name] = value
    return changed


def _field(name: str, field: dict[str, Any], value: Any, key: str) -> Any:
    label = plain(field.get("title") or name.replace("_", " ").capitalize())
    note = plain(field["description"]) if field.get("description") else None
    if "enum" in field:
        choices = field["enum"]
        chosen = choices.index(value) if value in choices else 0
        return st.selectbox(label, choices, index=chosen, help=note, key=key)
    kind = field.get("type")
    if kind == "boolean":
        return st.checkbox(label, value=bool(value), help=note, key=key)
    if kind == "integer":
        return _whole(label, field, value, note, key)
    if kind == "number":
        return _number(label, field, value, note, key)
    typed = st.text_input(label, value=value or "", help=note, key=key)
    return None if value is None and not typed else typed


def _whole(label: str, field: dict[str, Any], value: Any, note: str | None, key: str) -> int | None:
    low, high = field.get("minimum"), field.get("maximum")
    if "exclusiveMinimum" in field:
        low = int(field["exclusiveMinimum"]) + 1
    typed: int | None = st.number_input(
        label,
        min_value=None if low is None else int(low),
        max_value=None if high is None else int(high),
        value=value,
        step=1,
        help=note,
        key=key,
    )
    return typed


def _number(
    label: str, field: dict[str, Any], value: Any, note: str | None, key: str
) -> float | None:
    low = field.get("minimum", field.get("exclusiveMinimum"))
    high = field.get("maximum", field.get("exclusiveMaximum"))
    return st.number_input(
        label,
        min_value=None if low is None else float(low),
        max_value=None if high is None else float(high),
        value=None if value is None else float(value),
        step=_step(value),
        format="%g",
        help=note,
        key=key,
    )


def _step(value: float | None) -> float:
    """A tenth of the value in use, so that a learning rate of 5e-5 moves by steps it can feel."""
    return abs(value) / 10 if value else 0.1


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """Return an optional field as the kind it has when it is set."""
    kinds = [kind for kind in field.get("anyOf", ()) if kind.get("type") != "null"]
    return {**field, **kinds[0]} if kinds else field
