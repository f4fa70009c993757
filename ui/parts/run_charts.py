"""The evidence on a run's page: how well it ranks, and whether its scores are probabilities."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from backend.judgements import Judgement
from backend.run_view import Run
from backend.thresholds import Standing
from ui.charts import ranking, reliability, score_spread
from ui.parts import chart, chart_csv, figures_table, viewer
from ui.parts.judgement import spread
from ui.parts.run_amounts import RANK
from ui.parts.skeleton import panel
from ui.parts.wording import count, counted, joined, plain, rate, score, share, three

RATES = (("0_1", 0.001, "1 in 1,000"), ("1", 0.01, "1 in 100"), ("5", 0.05, "1 in 20"))
CALIBRATORS = {
    "none": "Scores are shown as the model gave them",
    "temperature": "Scores were corrected on validation rows by one factor (temperature)",
    "platt": "Scores were corrected on validation rows by a curve of two numbers (Platt)",
    "isotonic": "Scores were corrected on validation rows by a rising staircase (isotonic)",
}


def draw_ranking(run: Run, judged: Judgement, standing: Standing | None) -> None:
    """Draw precision by recall with its band."""
    note = "Share of alerts that are fraud, by share of frauds found. Band: 95% interval."
    with panel("Precision by recall", note, height="stretch"):
        curve = pd.DataFrame(judged.told.get("pr") or {"recall": []})
        if curve.empty:
            _nothing(judged)
            return
        at, chance = _operating_point(standing), judged.told.get("prevalence")
        figure = ranking.figure(curve, chance, at, run.slot, viewer.theme())
        chart.draw(figure, key="ranking", alt=ranking.alt(curve))
        chart_csv.offer(curve, f"run-{run.id}-precision-recall", "ranking")


def draw_scores(judged: Judgement, standing: Standing | None) -> None:
    """Draw how the scores of both classes lie apart."""
    note = "Share of each class. The dotted line is the threshold."
    with panel("Scores of frauds and of legitimate", note, height="stretch"):
        told = judged.told.get("scores") or {}
        if not told.get("edges"):
            _nothing(judged)
            return
        edges, counts = told["edges"], {name: told[name] for name in ("fraud", "legitimate")}
        threshold = standing.outcome.threshold if standing else None
        figure = score_spread.figure(edges, counts, threshold, viewer.theme())
        chart.draw(figure, key="scores-by-class", alt=score_spread.alt(edges, counts))
        bins = {"log_odds_from": edges[:-1], "log_odds_to": edges[1:], **counts}
        chart_csv.offer(pd.DataFrame(bins), f"run-{judged.run_id}-scores", "scores-by-class")


def draw_reliability(run: Run, judged: Judgement) -> None:
    """Draw observed against expected shares, and say how good the probabilities are."""
    note = "Share of frauds by score, 15 groups of equal size. On the line: right."
    with panel("Are scores probabilities?", note, height="stretch"):
        if judged.is_rank:
            st.caption(RANK)
            return
        told = judged.told.get("reliability") or {}
        bins = pd.DataFrame(told.get("bins") or [])
        if bins.empty:
            _nothing(judged)
            return
        figure = reliability.figure(bins, run.slot, viewer.theme())
        chart.draw(figure, key="reliability", alt=reliability.alt(bins))
        st.caption(_probabilities(told))
        chart_csv.offer(bins, f"run-{run.id}-reliability", "reliability")


def draw_recall(judged: Judgement) -> None:
    """Draw what is found at fixed shares of good payments stopped, seen afterwards and honestly."""
    note = "Frauds found while at most so many good payments are stopped."
    with panel("Recall at a fixed false-positive rate", note, height="stretch"):
        rows = recall_table(judged)
        if rows.empty:
            _nothing(judged)
            return
        forms = {"Found": partial(share, card=True), "Chosen before": partial(share, card=True)}
        figures_table.draw(rows, {**forms, "Then stopped": rate}, "Recall at three limits.")
        st.caption(
            "“Found” takes the best threshold seen afterwards. “Chosen before” takes it from "
            "validation rows, as in use; “then stopped” is what that did to good payments."
        )
        for line in checked_a_day(judged.told.get("top") or {}):
            st.markdown(line)


def recall_table(judged: Judgement) -> pd.DataFrame:
    """Return one row per limit, shares as numbers; empty when nothing was judged."""
    honest = {each["at"]: each for each in judged.told.get("honest_recall") or ()}
    rows = []
    for name, at, words in RATES:
        metric = f"recall_at_{name}_fpr"
        if judged.value(metric) is None:
            continue
        before = honest.get(at) or {}
        rows.append(
            {
                "Good payments stopped": words,
                "Found": judged.value(metric),
                "95% interval": spread(judged.interval(metric), share),
                "Chosen before": before.get("recall"),
                "Then stopped": before.get("fpr"),
            }
        )
    return pd.DataFrame(rows)


def checked_a_day(top: dict[str, Any]) -> list[str]:
    """Return what a team that checks so many a day would find, one sentence each."""
    lines, k = [], count(top.get("k"))
    if top.get("precision_a_day") is not None:
        right = share(top["precision_a_day"], card=True)
        lines.append(f"Of the **{k}** highest scores of each day, **{right}** are fraud.")
    if top.get("card_recall") is not None:
        found = share(top["card_recall"], card=True)
        lines.append(f"Checking {k} customers a day finds **{found}** of those defrauded.")
    return lines


def _operating_point(standing: Standing | None) -> ranking.Point | None:
    if standing is None or standing.outcome.recall is None or standing.outcome.precision is None:
        return None
    return standing.outcome.recall, standing.outcome.precision


def _probabilities(told: dict[str, Any]) -> str:
    skill, ratio = told.get("brier_skill"), told.get("observed_over_expected")
    return joined(
        CALIBRATORS.get(str(told.get("calibrator") or "none"), ""),
        f"Brier skill {three(skill)}" if skill is not None else "",
        f"ECE {three(told['ece'])}, {three(told.get('ece_top'))} in the top 1%"
        if told.get("ece") is not None
        else "",
        f"{score(ratio)} frauds for each expected" if ratio is not None else "",
    )


def _nothing(judged: Judgement) -> None:
    frauds = counted(judged.told.get("frauds", 0), "fraud")
    st.caption(plain(judged.told.get("note") or f"Too little to draw: {frauds} in the test part."))
