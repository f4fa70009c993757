"""What a finished run is worth on its test set, in words and four cards."""

from typing import Any

import streamlit as st

from backend.run_view import Run
from ui.parts.skeleton import card, cards
from ui.parts.wording import MISSING, SPLITS, count, counted, duration, joined, plain, share, three


def verdict(run: Run) -> str:
    """Return the plain sentence on a finished run; no figure is made up when one is missing."""
    test = _test(run)
    found, right = test.get("recall_at_1_fpr"), test.get("precision_at_100")
    if found is not None:
        return f"Finds {share(found)} of frauds while stopping 1 in 100 good payments."
    if right is not None:
        return f"{share(right)} of the 100 highest-scored test transactions are fraud."
    return f"Scored {counted(test.get('rows', 0), 'test transaction')}; too few frauds to judge it."


def draw_cards(run: Run) -> None:
    """Draw the figures of the test set: what is found first, then how well it ranks."""
    test = _test(run)
    lift = test.get("lift")
    times = MISSING if lift is None else f"{count(lift)} times better than chance"
    frauds = counted(test.get("frauds", 0), "fraud")
    cards(
        [
            card(
                "Frauds found",
                share(test.get("recall_at_1_fpr"), card=True),
                f"of {frauds}, stopping 1 in 100 good",
            ),
            card(
                "Right in the top 100",
                share(test.get("precision_at_100"), card=True),
                "of the highest scores are fraud",
            ),
            card("Average precision", three(test.get("ap")), times),
            card("AUROC", three(test.get("auroc")), "fraud ranked above legitimate"),
        ]
    )
    if test.get("note"):
        st.caption(plain(test["note"]))


def split_caption(run: Run) -> str:
    """Return how the rows were shared out: parts, gap, method. Empty before it is known."""
    rows = run.split.get("rows")
    if not rows:
        return ""
    frauds = run.split.get("frauds", {})
    told = [
        f"{count(rows.get(part, 0))} {words} ({counted(frauds.get(part, 0), 'fraud')})"
        for part, words in (("train", "training"), ("validation", "validation"), ("test", "test"))
    ]
    gap = run.split.get("gap_seconds") or 0
    if gap and rows.get("gap"):
        told.append(f"{count(rows['gap'])} left out in gaps of {duration(gap)}")
    return "Rows: " + joined(*told, SPLITS.get(run.split.get("method", ""), ""))


def caveats(run: Run) -> list[str]:
    """Return what weakens the figures, one sentence each; empty when nothing does."""
    return [plain(caveat) for caveat in run.split.get("caveats", ())]


def _test(run: Run) -> dict[str, Any]:
    return run.metrics.get("test") or {}
