"""Make a table safe to open in a spreadsheet: no cell may become a formula."""

import re

import pandas as pd

# OWASP, "CSV Injection": a cell that begins with one of these is run as a formula, also behind
# blanks or a quote; the full-width signs are folded to the plain ones by some spreadsheets.
STARTS_A_FORMULA = re.compile(r"""^[\s"']*[=+\-@\t\r\x00＝＋－＠]""")
PLAIN_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$")


def neutralise(cell: str) -> str:
    """Return the cell, with an apostrophe before it when a spreadsheet would run it.

    A plain number keeps its form, a negative one included.
    """
    if STARTS_A_FORMULA.match(cell) and not PLAIN_NUMBER.match(cell):
        return "'" + cell.replace("\x00", "")
    return cell


def safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with every text cell and every header neutralised; numbers unchanged."""
    guarded = frame.rename(columns={name: neutralise(str(name)) for name in frame.columns})
    for name in guarded.columns:
        if not pd.api.types.is_numeric_dtype(guarded[name]):
            cells = guarded[name].astype("object")
            guarded[name] = cells.map(
                lambda cell: neutralise(cell) if isinstance(cell, str) else cell
            )
    return guarded
