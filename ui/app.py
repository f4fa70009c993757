"""The page an analyst is on: the menu around it, the frame it stands in, the words for errors."""

from pathlib import Path

import streamlit as st

from backend import queue_view
from backend.plugins import collect
from ui import views
from ui.page import GROUPS, Page, door
from ui.parts import viewer
from ui.parts.skeleton import page
from ui.parts.trouble import errors_on_page
from ui.parts.wording import counted

ASSETS = Path(__file__).parent / "assets"
INK = {"light": "#0B1118", "dark": "#E3E8ED"}


def run() -> None:
    """Draw the menu and the page the address names."""
    st.set_page_config("Touchstone", page_icon=str(ASSETS / "favicon.png"), layout="wide")
    logo = (ASSETS / "logo.svg").read_text().replace("currentColor", INK[viewer.theme()])
    st.logo(logo, size="large")
    chosen = st.navigation(menu(), expanded=True)
    with st.sidebar, errors_on_page():
        st.caption(readiness(queue_view.ready(), viewer.zone_name()))
    page(lambda: show(chosen))


def show(chosen: st.Page) -> None:
    """Draw one page; what goes wrong in it becomes words in the same frame."""
    with errors_on_page(way_out=True):
        chosen.run()


def menu() -> dict[str, list[st.Page]]:
    """Return the pages of each group that has any, in menu order."""
    pages: dict[str, Page] = collect(views, "PAGE")
    ordered = sorted(pages, key=lambda name: pages[name].order)
    groups = {
        group: [door(name) for name in ordered if pages[name].group == group] for group in GROUPS
    }
    return {group: doors for group, doors in groups.items() if doors}


def readiness(workers: int, zone: str) -> str:
    """Return the line at the foot of the menu: who can work, and whose clock the pages show."""
    if not workers:
        return f":material/warning: No worker takes runs · {zone}"
    return f":green[:material/check_circle:] {counted(workers, 'worker')} ready · {zone}"


if __name__ == "__main__":
    run()
