"""Who is compared with whom: the two runs as the legend of the page, and the way to change them."""

from collections.abc import Sequence

import streamlit as st

from backend import contenders, datasets
from backend.comparisons import Comparison
from backend.run_view import Run
from backend.states import RunState
from ui.charts.run_lines import MOST, RunLine
from ui.parts import compare_choice, compare_report, swatch
from ui.parts.compare_choice import ALSO, BASELINE, CANDIDATE, DATASET, RUNS, Choice
from ui.parts.wording import STATES, joined, plain

A, B = "compared-a", "compared-b"
SIDE, WIDE = 370, 560  # px
LISTED, COLOURED, OF = "compared-runs", "compared-also", "compared-dataset"


def draw(choice: Choice, comparison: Comparison, lines: Sequence[RunLine]) -> None:
    """Draw both runs with their marks, further ones in colour, and the ways on at the right."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _side(choice, choice.baseline, A)
        _side(choice, choice.candidate, B)
        st.space("stretch")
        compare_report.offer(choice, comparison, lines)
        with st.popover("Change runs", type="tertiary", icon=":material/compare_arrows:"):
            _draw_list(choice)
    if choice.also:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            for line in choice.lines(choice.also):
                with st.container(horizontal=True, vertical_alignment="center", width="content"):
                    st.image(swatch.svg(line.cue), width=swatch.WIDTH)
                    st.markdown(f"**{line.letter}** {plain(line.name)}", width="content")
    if choice.gone:
        numbers = ", ".join(str(number) for number in choice.gone)
        st.caption(f":orange[:material/warning:] Not here any more: run {numbers}.")


def label(run: Run, champion: int | None) -> str:
    """Return how a run is listed: number, name, what marks it out."""
    return joined(
        f"{run.id}",
        run.name,
        "champion" if run.id == champion else "",
        "baseline" if run.automatic else "",
        STATES[run.state][0] if run.state is not RunState.SUCCEEDED else "",
    )


def _side(choice: Choice, run: Run, key: str) -> None:
    (line,) = choice.lines([run])
    listed = {each.id: each for each in choice.chosen}
    st.session_state[key] = run.id
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width=SIDE):
        st.image(swatch.svg(line.cue), width=swatch.WIDTH)
        st.markdown(f"**{line.letter}**", width="content")
        st.selectbox(
            "Baseline" if key == A else "Compared with the baseline",
            list(listed),
            format_func=lambda number: label(listed[number], choice.champion),
            key=key,
            on_change=_choose_side,
            args=(key,),
            label_visibility="collapsed",
        )


def _draw_list(choice: Choice) -> None:
    _draw_dataset(choice)
    every = {run.id: run for run in [*choice.offered, *choice.chosen]}
    st.session_state[LISTED] = [run.id for run in choice.chosen]
    st.multiselect(
        "Runs to compare",
        list(every),
        format_func=lambda number: label(every[number], choice.champion),
        key=LISTED,
        on_change=_choose_runs,
        max_selections=contenders.MOST,
        help=f"Up to {contenders.MOST}. The choice stands in the address and stays as it is when "
        "new runs finish.",
        width=WIDE,
    )
    others = [run for run in choice.chosen if run not in (choice.baseline, choice.candidate)]
    st.session_state[COLOURED] = [run.id for run in choice.also]
    st.multiselect(
        "Also in colour",
        [run.id for run in others],
        format_func=lambda number: label(every[number], choice.champion),
        key=COLOURED,
        on_change=_choose_coloured,
        max_selections=MOST - 2,
        help="Four lines at most can be told apart. The other runs stay grey.",
        width=WIDE,
    )


def _draw_dataset(choice: Choice) -> None:
    known = {dataset.id: dataset for dataset in datasets.list_all()}
    several = [number for number, many in contenders.datasets_with_runs().items() if many >= 2]
    present = choice.baseline.dataset_id
    if set(several) <= {present}:
        return
    st.session_state[OF] = present
    st.selectbox(
        "Dataset",
        list(dict.fromkeys([present, *several])),
        format_func=lambda number: known[number].name,
        key=OF,
        on_change=_choose_dataset,
        width=WIDE,
    )


def _choose_side(key: str) -> None:
    mine, other = (BASELINE, CANDIDATE) if key == A else (CANDIDATE, BASELINE)
    chosen = st.session_state[key]
    if [chosen] == compare_choice.numbers(other):  # the two change places
        compare_choice.write(other, compare_choice.numbers(mine))
    compare_choice.write(mine, [chosen])


def _choose_runs() -> None:
    chosen: Sequence[int] = st.session_state[LISTED]
    compare_choice.write(RUNS, chosen)
    for name in (BASELINE, CANDIDATE):  # one that was taken out of the list stands no longer
        if not set(compare_choice.numbers(name)) <= set(chosen):
            compare_choice.write(name, [])


def _choose_coloured() -> None:
    compare_choice.write(ALSO, st.session_state[COLOURED])


def _choose_dataset() -> None:
    for name in (RUNS, BASELINE, CANDIDATE, ALSO):
        compare_choice.write(name, [])
    compare_choice.write(DATASET, [st.session_state[OF]])
