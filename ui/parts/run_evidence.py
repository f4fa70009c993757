"""What a run's verdict rests on: charts two by two, slices across the page, then the doubts."""

from backend import baselines
from backend.judgements import Judgement
from backend.run_view import Run
from backend.thresholds import Standing
from ui.parts import (
    judgement,
    run_amounts,
    run_charts,
    run_kinds,
    run_parts,
    run_trust,
    viewer,
)
from ui.parts.skeleton import pair
from ui.parts.wording import counted, joined, moment, plain


def told_of(run: Run, standing: Standing | None) -> str:
    """Return what was judged and when: run, dataset, test rows, threshold, zone."""
    rows = (run.split.get("rows") or {}).get("test", 0)
    frauds = (run.split.get("frauds") or {}).get("test", 0)
    return joined(
        plain(run.name),
        plain(run.dataset_name),
        f"{counted(rows, 'test transaction')} with {counted(frauds, 'fraud')}" if rows else "",
        judgement.at_which_threshold(standing),
        f"finished {moment(run.finished_at, viewer.zone())}",
        f"times in {viewer.zone_name()}",
    )


def draw(run: Run, judged: Judgement, standing: Standing | None) -> None:
    """Draw charts and tables of a judged run; only amounts where no test row tells of fraud."""
    run_kinds.draw(judged)
    run_amounts.draw(judged, run)
    if judged.judges_amounts_only:
        run_parts.draw_drift(judged)
        return
    left, right = pair()
    with left:
        run_charts.draw_ranking(run, judged, standing)
    with right:
        run_charts.draw_scores(judged, standing)
    left, right = pair()
    with left:
        run_charts.draw_reliability(run, judged)
    with right:
        run_charts.draw_recall(judged)
    run_parts.draw_slices(judged)
    left, right = pair()
    with left:
        run_parts.draw_groups(judged)
    with right:
        run_parts.draw_drift(judged)
    left, right = pair()
    with left:
        run_trust.draw_leakage(judged)
    with right:
        run_trust.draw_optimism(baselines.overall(run.dataset_id))
