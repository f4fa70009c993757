"""What a threshold is chosen with: what reviews and mistakes cost, how many fit, the threshold.

The address holds every choice, so a link shows the same. Another run brings its own: those of
its newest policy, else the usual ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from backend import thresholds
from backend.policies import Policy
from backend.run_view import Run
from backend.steps.costs import Costs
from backend.steps.outcomes import SCALE
from backend.thresholds import Design
from ui.parts.prediction_filters import first_page
from ui.parts.wording import rate, symbol

THRESHOLD, OF = "threshold", "designer-of"
PERCENT = 100.0


@dataclass(frozen=True)
class Field:
    """One input and the field of Costs it fills."""

    name: str
    label: str  # {money} stands for the sign of the currency
    about: str
    share: bool = False  # shown in percent
    step: float = 1.0


CAPACITY = Field(
    "capacity", "Alerts a day you can review", "Where more come, the chart is shaded.", step=10.0
)
REVIEW = Field("review", "Cost of one review ({money})", "A person's time for one alert.")
FALSE_ALARM = Field(
    "false_alarm", "Cost of a false alarm ({money})", "Beside the review: a good customer stopped."
)
RECOVERY = Field(
    "recovery",
    "Recovered of a missed fraud (%)",
    "Share of its amount that comes back later.",
    share=True,
    step=5.0,
)
CHARGEBACK = Field(
    "chargeback", "Cost of a missed fraud ({money})", "Beside its amount: fee and work."
)
FRAUD_RATE = Field(
    "fraud_rate",
    "Fraud rate you expect (%)",
    "Empty: as in the test part. Alerts, money and precision follow it.",
    share=True,
    step=0.1,
)
FIELDS = (CAPACITY, REVIEW, FALSE_ALARM, CHARGEBACK, RECOVERY, FRAUD_RATE)
OPTIONAL = (CAPACITY, FRAUD_RATE)


def prepare(run: Run, policy: Policy | None, usual: Design) -> None:
    """Fill the inputs when the page opens, and for another run or policy.

    An address that names a threshold is whole: an input it leaves out is empty or 0. Any other
    is completed, so that a copied link will show what the analyst sees.
    """
    drawn = THRESHOLD in st.session_state
    whole = st.query_params.get(THRESHOLD) in [_said(each) for each in _options(policy)]
    stays = st.session_state.get(OF) == run.id if drawn else whole
    st.session_state[OF] = run.id
    if stays:
        return
    chosen = thresholds.costs_of(policy).to_plain()
    values = {field.name: _shown(field, chosen[field.name]) for field in FIELDS}
    values[THRESHOLD] = policy.threshold if policy else usual.best_within.threshold
    for name, value in values.items():
        if not drawn and name != THRESHOLD and name in st.query_params:
            continue
        st.session_state[name] = value
        if not drawn and value is not None:  # later the widgets keep the address by themselves
            st.query_params[name] = _said(value)


def load_newest() -> None:
    """Fill the inputs from the newest policy with the next drawing of the page."""
    st.session_state[OF] = 0  # no run has this number


def draw_costs(run: Run, dated: bool, amounts: bool) -> Costs:
    """Draw the inputs that change something for this run, and return what they say.

    Without dates no capacity can bind, and without amounts nothing of them comes back.
    """
    idle = [*([] if dated else [CAPACITY]), *([] if amounts else [RECOVERY])]
    fields = [field for field in FIELDS if field not in idle]
    with st.grid(2, gap="small", min_column_width=150):
        told = {field.name: _draw(field, run) for field in fields}
    return Costs.from_plain({**Costs().to_plain(), **told})


def draw_threshold(design: Design, policy: Policy | None) -> float:
    """Draw the slider of thresholds and the way to the best one; return the chosen threshold."""
    best = design.best_within.threshold
    chosen: float = st.select_slider(
        "Alert from score",
        _options(policy),
        format_func=_said,
        key=THRESHOLD,
        bind="query-params",
        on_change=first_page,
    )
    st.button(
        "Use best within capacity" if design.limit > 0 else "Use best",
        icon=":material/tune:",
        key="use-best",
        on_click=_use,
        args=[best],
        disabled=chosen == best,
        width="stretch",
    )
    return chosen


def _options(policy: Policy | None) -> Sequence[float]:
    return sorted({*SCALE, *([policy.threshold] if policy else [])})


def _said(threshold: float) -> str:
    return f"{threshold:g}"


def _use(threshold: float) -> None:
    st.session_state[THRESHOLD] = threshold
    first_page()


def _draw(field: Field, run: Run) -> float | None:
    may_be_empty: dict[str, Any] = {"value": None} if field in OPTIONAL else {}
    value: float | None = st.number_input(
        field.label.format(money=symbol(run.currency).strip() or "money"),
        min_value=0.0,
        max_value=PERCENT if field.share else None,
        step=field.step,
        format="%.3g" if field.name == FRAUD_RATE.name else "%.6g",
        placeholder=_placeholder(field, run),
        help=field.about,
        key=field.name,
        bind="query-params",
        **may_be_empty,
    )
    return value / PERCENT if field.share and value is not None else value


def _placeholder(field: Field, run: Run) -> str:
    if field.name == CAPACITY.name:
        return "no limit"
    test = run.metrics.get("test") or {}
    return rate(test.get("prevalence")).rstrip("%") if field.name == FRAUD_RATE.name else ""


def _shown(field: Field, value: float | None) -> float | None:
    return value * PERCENT if field.share and value is not None else value
