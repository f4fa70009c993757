"""What the pictures of a dataset say, in words: a title and a note for each panel.

A title claims something only where an interval or a test behind it says so.
"""

from datetime import UTC, datetime

import pandas as pd

from backend.dataset_view import Dataset
from backend.pictures import Pictures
from backend.steps import amounts, rhythm, weeks
from ui.charts import missing as missing_chart
from ui.charts.rhythm import shows_rates, stretch
from ui.parts.wording import count, counted, day, money, plain, rate, share

Words = tuple[str, str]  # title, note
MOST_NAMED = 4  # periods that a note names


def of_weeks(dataset: Dataset, pictures: Pictures) -> Words:
    """Return what the weeks say: which one stands out, if any does."""
    shown, many = weeks.thinned(pictures.weeks)
    note = "Band: 95% interval of the rate; pale bars are not whole."
    found = weeks.peak(shown)
    if found is None:
        return "No week stands out by its fraud rate" if dataset.frauds else "Volume", note
    week = shown.iloc[found]
    usual = f"{rate(dataset.fraud_rate)} over all."
    title = (
        f"Fraud peaks in {_week(week['start'], many)} at {rate(week['frauds'] / week['labelled'])}"
    )
    return title, f"{usual} {note}"


def of_coverage(dataset: Dataset, pictures: Pictures) -> Words:
    """Return what the labels cover: every period, or which ones not."""
    periods = pictures.coverage
    unit = "week" if _are_weeks(periods) else "month"
    note = f"Share of transactions with a label, by {unit}."
    gaps = periods[~periods["covered"].astype(bool)]
    if not periods["covered"].any():
        return "No transaction has a label", note
    if gaps.empty:
        return f"Labels cover {_every(len(periods), unit)}", note
    have = "has" if len(gaps) == 1 else "have"
    used = "runs use them as they are" if dataset.uses_uncovered else "runs leave them out"
    title = f"{len(gaps)} of {counted(len(periods), unit)} {have} no labels to trust; {used}"
    rows = counted(int(gaps["transactions"].sum()), "transaction")
    which = _named(dataset)
    hatched = "Hatched: no label, or no fraud where the rest lets expect several."
    return title, f"{note} {hatched} {rows} in {which}."


def of_amounts(dataset: Dataset, pictures: Pictures) -> Words:
    """Return how the amounts of frauds lie to those of legitimate transactions."""
    note = "Share of each class, logarithmic scale."
    frauds, rest = (amounts.median(pictures.amounts, who) for who in ("frauds", "legitimate"))
    if frauds is None or rest is None:
        return "Amounts by class", note
    half = [_rounded(each.value, dataset.currency) for each in (frauds, rest)]
    note = f"Half of legitimate ones are above {half[1]}. {note}"
    if frauds.low > rest.high:
        return f"Frauds are larger: half are above {half[0]}", note
    if frauds.high < rest.low:
        return f"Frauds are smaller: half are above {half[0]}", note
    return "Frauds are neither clearly larger nor clearly smaller", note


def of_rhythm(dataset: Dataset, pictures: Pictures) -> Words:
    """Return the hours in which frauds cluster, if an interval says that they do."""
    dated = dataset.clock == "date"
    zone = "hours as in the file" if dated else "counted from the first row"
    if not shows_rates(pictures.rhythm):
        return "When transactions happen", f"Transactions by hour and weekday, {zone}."
    by = "hour and weekday" if dated else "hour"
    note = f"Fraud rate by {by}, {zone}."
    found = rhythm.peak(pictures.rhythm)
    if found is None:
        return "No hour of the day stands out", note
    frauds, rows = rhythm.share_within(pictures.rhythm, found)
    title = f"Frauds cluster {stretch(found, dated)}"
    return title, f"{share(frauds)} of frauds and {share(rows)} of transactions. {note}"


def of_groups(dataset: Dataset, pictures: Pictures) -> Words:
    """Return the category that stands out most, if one does."""
    usual = rate(dataset.fraud_rate)
    note = f"Line: 95% interval; dotted: all transactions, {usual}. Filled dots are beyond chance."
    top = pictures.groups.iloc[0]
    if not top["stands_out"]:
        return "No category or merchant stands out", note
    name = f"“{plain(top['value'])}” ({plain(top['column'])})"
    title = f"{name} stands out: {rate(top['rate'])} is fraud"
    return title, note


def of_missing(dataset: Dataset, pictures: Pictures) -> Words:
    """Return how many columns lack values."""
    lacking = missing_chart.lacking(pictures.missing)
    if lacking.empty:
        return "No value is missing", f"Every one of {count(dataset.rows)} rows fills each column."
    have = "column lacks" if len(lacking) == 1 else "columns lack"
    note = f"Share of rows without a value; {count(len(pictures.missing))} columns are kept."
    if len(lacking) > missing_chart.MOST:
        note += f" The {missing_chart.MOST} emptiest are shown."
    return f"{len(lacking)} {have} values", note


def _week(start: object, many: int) -> str:
    when = day(start) if isinstance(start, pd.Timestamp) else _number(start)
    if many == 1:
        return f"the week of {when}" if isinstance(start, pd.Timestamp) else when
    return f"the {many} weeks from {when}"


def _number(start: object) -> str:
    return f"week {float(str(start)) / 7 + 1:.0f}"


def _named(dataset: Dataset) -> str:
    spans = dataset.uncovered
    if dataset.clock != "date" or len(spans) > MOST_NAMED or not spans:
        return counted(len(spans), "stretch", "stretches")
    return ", ".join(_span(start, end) for start, end in spans)


def _span(start: float, end: float) -> str:
    first = datetime.fromtimestamp(start, UTC)
    last = datetime.fromtimestamp(end - 1, UTC)  # the end is not in it
    return f"{day(first, last.year)} to {day(last)}"


def _every(periods: int, unit: str) -> str:
    return f"the only {unit}" if periods == 1 else f"all {count(periods)} {unit}s"


def _are_weeks(periods: pd.DataFrame) -> bool:
    return bool((periods["end"] - periods["start"]).max() <= 7 * 86_400)


def _rounded(amount: float, currency: str) -> str:
    return money(float(f"{amount:.2g}"), currency, cents=amount < 10)
