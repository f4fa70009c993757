"""What a page declares about itself, and how pages find each other."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn

import streamlit as st

GROUPS = ("Start", "Data", "Train", "Judge")  # the order of the menu


@dataclass(frozen=True)
class Page:
    """Title, icon and place of one page in the menu. The file name in ui/views is its address."""

    title: str
    icon: str  # ":material/name:"
    group: str  # one of GROUPS
    order: int  # within the group


def door(name: str) -> Any:
    """Return Streamlit's page for one file of ui/views; `home` stands at the root address.

    A view is imported here and not at the top, so that two pages can lead to each other.
    """
    view = import_module(f"ui.views.{name}")
    page: Page = view.PAGE
    return st.Page(
        view.render, title=page.title, icon=page.icon, url_path=name, default=name == "home"
    )


def go(name: str, **ids: object) -> NoReturn:
    """Leave for another page; `ids` become the address, so that it can be reloaded and shared."""
    st.switch_page(door(name), query_params=_as_query(ids))


def link(label: str, name: str, icon: str | None = None, **ids: object) -> None:
    """Draw a quiet link to another page."""
    st.page_link(
        door(name), label=label, icon=icon, icon_position="right", query_params=_as_query(ids)
    )


def id_in_address(name: str) -> int | None:
    """Return the number under `name` in the address, None when absent or not a number."""
    text = st.query_params.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _as_query(ids: dict[str, object]) -> dict[str, str]:
    return {key: str(value) for key, value in ids.items() if value is not None}
