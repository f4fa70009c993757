"""Three ways in: a file dropped, a file of a folder or store, sample transactions."""

import streamlit as st

from backend import addresses, imports
from backend.addresses import Found
from backend.errors import FileRefused
from settings import settings
from ui.page import go
from ui.parts.trouble import errors_on_page, say_what_failed
from ui.parts.wording import plain, size

FRESH = "fresh-uploader"  # session key: counts up, so that a used file widget is replaced
SECONDS_LISTED = 10  # a listing is used so long before the folder is looked at again


def drop_zone() -> None:
    """Draw the place to drop a CSV; a dropped file is taken over at once and its card opened."""
    number = st.session_state.setdefault(FRESH, 0)
    file = st.file_uploader(
        "Transactions as CSV, one row each, with a column that marks fraud",
        type=["csv", "tsv", "txt"],
        max_upload_size=settings.upload_limit_mb,
        key=f"file-{number}",
        label_visibility="collapsed",
    )
    say_what_failed()
    if file is None:
        return
    # Before anything can fail: the next redraw shows an empty widget and lets the bytes go.
    st.session_state[FRESH] = number + 1
    with errors_on_page(afresh=True):
        started = imports.start(file, file.name)
        go("upload", **{"import": started})


def largest() -> str:
    """Return the words for the largest file that can be dropped."""
    whole, rest = divmod(settings.upload_limit_mb, 1024)
    return f"{settings.upload_limit_mb:,} MiB" if rest else f"{whole:,} GiB"


def choose_by_address() -> None:
    """Draw the folders and stores that may be read, their files, and a field for an address."""
    root = _choose_root()
    found, trouble = _listing(root)
    if trouble:
        st.warning(plain(trouble))
    chosen = st.selectbox(
        "File",
        found,
        index=None,
        format_func=lambda one: f"{one.name} ({size(one.bytes)})",
        placeholder="Choose a file" if found else "No CSV lies there yet",
        disabled=not found,
        key="listed-file",
    )
    typed = st.text_input(
        "Or its path or address",
        placeholder=f"{root.rstrip('/')}/transactions.csv",
        key="typed-address",
    )
    address = typed or (chosen.address if chosen else "")
    if st.button("Import", icon=":material/download:", disabled=not address, key="import"):
        with errors_on_page():
            started = imports.start_address(address)
            go("upload", **{"import": started})


def take_sample() -> None:
    """Make the sample transactions and open their page."""
    bar = st.progress(0.0, text="Starting")

    def tell(done: float, doing: str) -> None:
        bar.progress(min(max(done, 0.0), 1.0), text=plain(doing))

    dataset = imports.receive_sample(tell)
    go("clinic", dataset=dataset.id)


def _choose_root() -> str:
    roots = addresses.allowed()
    if len(roots) == 1:
        st.caption(f"Files in {plain(roots[0])}, and in folders below it.")
        return roots[0]
    return st.selectbox("Folder or store", roots, key="import-root")


@st.cache_data(ttl=SECONDS_LISTED, max_entries=20, show_spinner="Looking for files")
def _listing(root: str) -> tuple[list[Found], str]:
    """Return (files, why there are none): a store that does not answer is not asked at once again.

    Only a FileRefused is kept like this; anything else shows on the page as itself.
    """
    try:
        return addresses.listing(root), ""
    except FileRefused as refused:
        return [], str(refused)
