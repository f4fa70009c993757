"""Saving a threshold with who and why, the history of a run's thresholds, and the way back."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from backend import policies
from backend.policies import Policy
from backend.run_view import Run
from backend.thresholds import Design, Outcome
from ui.parts import decision, threshold_inputs, viewer
from ui.parts.decision import Decision
from ui.parts.skeleton import panel
from ui.parts.wording import a_day, joined, moment, money, plain

SAVE, RESTORE = "save-threshold", "restore-threshold-"
SHOWN = 10


def ask_to_save(run: Run, design: Design, chosen: Outcome, policy: Policy | None) -> None:
    """Draw the question before a threshold is saved, while it is open."""
    if not decision.is_asked(SAVE):
        return
    day = " a day" if design.days else ""
    was = f", instead of {policy.threshold:g}" if policy else ""
    lines = [
        f"From now on a score of **{chosen.threshold:g}** or more raises an alert{was}: "
        f"{a_day(chosen.alerts)} alerts{day}.",
        "The Score page and the alerts of this run follow it.",
    ]
    if not design.fits(chosen):
        limit = a_day(design.costs.capacity)
        lines.append(f":orange[:material/warning:] More than the {limit} you can review.")
    inputs = design.costs.to_plain()
    decision.draw(
        Decision(
            SAVE,
            f"Save threshold {chosen.threshold:g}?",
            tuple(lines),
            keep=f"Keep {policy.threshold:g}" if policy else "Save nothing",
            do="Save threshold",
            decide=partial(policies.save, run.id, chosen.threshold, inputs),
        )
    )


def draw_history(run: Run, kept: Sequence[Policy]) -> None:
    """Draw the thresholds chosen for this run, the one in force first."""
    note = "Nothing is overwritten: restoring an older one makes it the newest version."
    with panel("Thresholds chosen for this run", note):
        if not kept:
            st.caption("None yet. Save one, and who chose it, when and why is kept here.")
        for policy in kept[:SHOWN]:
            _draw_version(run, policy, newest=policy is kept[0])
    for policy in kept[1:SHOWN]:
        if decision.is_asked(f"{RESTORE}{policy.version}"):
            _ask_to_restore(run, policy, kept[0])


def _draw_version(run: Run, policy: Policy, newest: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(gap=None):
            st.markdown(f"**{policy.threshold:g}** · {plain(policy.why)}")
            st.caption(_signed(run, policy))
        if newest:
            st.badge("In force", icon=":material/lock:", color="gray")
        else:
            st.button(
                f"Restore version {policy.version}",
                key=f"restore-{policy.version}",
                on_click=decision.ask,
                args=[f"{RESTORE}{policy.version}"],
            )


def _signed(run: Run, policy: Policy) -> str:
    capacity, review = policy.inputs.get("capacity"), policy.inputs.get("review")
    return joined(
        f"version {policy.version}",
        plain(policy.chosen_by),
        moment(policy.created_at, viewer.zone()),
        f"{money(review, run.currency)} a review" if review is not None else "",
        f"{a_day(capacity)} alerts a day" if capacity is not None else "",
    )


def _ask_to_restore(run: Run, old: Policy, newest: Policy) -> None:
    def restore(name: str, why: str) -> None:
        policies.restore(run.id, old.version, name, why)
        threshold_inputs.load_newest()

    decision.draw(
        Decision(
            f"{RESTORE}{old.version}",
            f"Restore threshold {old.threshold:g}?",
            (
                f"Version {old.version}, chosen by {plain(old.chosen_by)}: {plain(old.why)}",
                f"It replaces {newest.threshold:g}, which stays in the history.",
            ),
            keep=f"Keep {newest.threshold:g}",
            do=f"Restore version {old.version}",
            decide=restore,
        )
    )
