"""What differs between the runs: the options that are not the same in all of them."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from backend import contenders
from backend.run_view import Run
from backend.steps import differences
from ui.charts.run_lines import RunLine
from ui.parts.compare_parallel import in_words, title_of
from ui.parts.skeleton import panel
from ui.parts.wording import counted, plain

AS_TEXT = 30  # rows up to which a table is drawn as text, readable and reachable by keyboard
WIDE = 6  # columns from which text would break into single words


def draw(runs: Sequence[Run], lines: Sequence[RunLine]) -> None:
    """Draw one row per run and one column per option that differs; the others are counted."""
    options = contenders.options_in_full(runs)
    names = differences.differing(options)
    same = len({name for each in options for name in each}) - len(names)
    with panel("What differs", note(len(names), same)):
        if not names and len({run.family for run in runs}) < 2:
            st.caption("Nothing but the run itself: the same model with the same options.")
            return
        table = frame(runs, lines)
        if len(table) <= AS_TEXT and len(table.columns) <= WIDE:
            text = table.map(plain)
            st.table(text, border="horizontal", hide_index=True)
        else:
            st.dataframe(
                table,
                hide_index=True,
                height="content" if len(table) <= AS_TEXT else 420,
                column_config={"Run": st.column_config.TextColumn(width=230)},
                key="options",
                alt="One row per run, one column per option that differs.",
            )


def note(differ: int, same: int) -> str:
    """Return how many options differ and how many were left out as the same."""
    verb = "differs" if differ == 1 else "differ"
    others = f" {counted(same, 'other')} the same in all runs not shown." if same else ""
    return f"{counted(differ, 'option')} {verb} between the runs.{others}"


def frame(runs: Sequence[Run], lines: Sequence[RunLine]) -> pd.DataFrame:
    """Return the table: Run, Model where it differs, then every option that differs, as text."""
    options, titles = contenders.options_in_full(runs), contenders.option_titles()
    letters = {line.run_id: line.letter for line in lines}
    several = len({run.family for run in runs}) > 1
    rows = []
    for run, each in zip(runs, options, strict=True):
        row = {"Run": f"{letters.get(run.id, '')} {run.name}".strip()}
        if several:
            row["Model"] = run.family_title
        for name in differences.differing(options):
            row[title_of(name, titles)] = in_words(each.get(name))
        rows.append(row)
    return pd.DataFrame(rows)
