"""Display words and number formats: the one place that turns a value into text for people."""

import math
import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.states import RunState
from backend.steps.columns import Role

MISSING = "–"
MINUS = "−"  # U+2212, as wide as a digit
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CHF": "CHF ", "INR": "₹"}

STATES = {  # state -> (words, icon, badge colour)
    RunState.QUEUED: ("Waiting", ":material/schedule:", "gray"),
    RunState.RUNNING: ("Running", ":material/play_arrow:", "blue"),
    RunState.PAUSED_DISK: ("Paused, no room on the disk", ":material/pause:", "orange"),
    RunState.SUCCEEDED: ("Finished", ":material/check_circle:", "gray"),
    RunState.FAILED: ("Failed", ":material/error:", "red"),
    RunState.FAILED_DIVERGED: ("Diverged", ":material/error:", "red"),
    RunState.CANCELLED: ("Cancelled", ":material/cancel:", "gray"),
    RunState.QUARANTINED: ("Set aside", ":material/error:", "red"),
}
ROLES = {
    Role.LABEL: "Label (fraud or not)",
    Role.AMOUNT: "Amount",
    Role.TIME: "Time",
    Role.ENTITY: "Customer or card",
    Role.COUNTERPARTY: "Merchant",
    Role.CATEGORY: "Category",
    Role.NUMBER: "Number",
    Role.TEXT: "Text",
    Role.ID: "Identifier",
    Role.KIND: "Kind of fraud",
    Role.TARGET: "Number to predict",
    Role.SEALED: "Kept sealed",
    Role.IGNORE: "Left out",
}
PARTS = {"test": "Test", "validation": "Validation", "train": "Training", "all": "All parts"}
LABELS = {
    "all": "Fraud and legitimate",
    "fraud": "Fraud",
    "legitimate": "Legitimate",
    "unlabelled": "Without a label",
}
BANDS = {  # band -> (words, icon, badge colour)
    "low": ("Let pass", ":material/check_circle:", "green"),
    "review": ("Review", ":material/flag:", "orange"),
    "high": ("Review first", ":material/priority_high:", "red"),
}
SPLITS = {
    "time": "split by time",
    "entity": "split by customer",
    "random": "split at random",
}

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def plain(text: object) -> str:
    """Return text from a file or a person so that Markdown shows it as it is, on one line.

    Without this a column header could become an image, a link or a formula.
    """
    return _MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))


def count(number: float | None) -> str:
    """184220 -> 184,220."""
    return MISSING if _absent(number) else f"{number:,.0f}".replace("-", MINUS)


def a_day(number: float | None) -> str:
    """An expected number, which may be small: 118.2 -> 118; below ten with one decimal: 8.4."""
    if number is None or _absent(number):
        return MISSING
    small = number < 9.95 and number != round(number)
    return f"{number:,.{1 if small else 0}f}"


def counted(number: float, one: str, many: str | None = None) -> str:
    """(1, "fraud") -> 1 fraud; (412, "fraud") -> 412 frauds."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def symbol(currency: str) -> str:
    """EUR -> €; an unknown code stands before the figure with a space, none is nothing."""
    if currency in SYMBOLS:
        return SYMBOLS[currency]
    return f"{currency} " if currency.isalpha() else currency


def money(amount: float | None, currency: str = "", cents: bool = False) -> str:
    """61480.2 -> €61,480; with cents, for one transaction: €61,480.20."""
    if amount is None or _absent(amount):
        return MISSING
    sign = MINUS if amount < 0 else ""
    return f"{sign}{symbol(currency)}{abs(amount):,.{2 if cents else 0}f}"


def share(part: float | None, card: bool = False) -> str:
    """0.412 -> 41%, in a card 41.2%; below ten there is always one decimal: 9.4%."""
    if part is None or _absent(part):
        return MISSING
    percent = 100 * part
    whole = (abs(percent) >= 9.95 and not card) or percent in (0.0, 100.0)
    return f"{percent:.{0 if whole else 1}f}%"


def rate(part: float | None) -> str:
    """A fraud rate with two significant digits: 0.001885 -> 0.19%."""
    if part is None or _absent(part):
        return MISSING
    percent = 100 * part
    if percent == 0:
        return "0%"
    decimals = max(0, 1 - math.floor(math.log10(abs(percent))))
    return f"{percent:.{decimals}f}%"


def score(value: float | None) -> str:
    """0.6213 -> 0.62."""
    return MISSING if _absent(value) else f"{value:.2f}"


def three(value: float | None) -> str:
    """Average precision and loss, three decimals: 0.861."""
    return MISSING if _absent(value) else f"{value:.3f}"


def size(number_of_bytes: int) -> str:
    """31400000 -> 31.4 MB."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number_of_bytes >= step:
            return f"{number_of_bytes / step:.1f} {unit}"
    return f"{number_of_bytes} bytes"


def duration(seconds: float | None) -> str:
    """The two largest units: 130 -> 2 min 10 s."""
    if seconds is None or _absent(seconds):
        return MISSING
    left, words = max(round(seconds), 0), []
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        amount, left = divmod(left, length)
        if amount:
            words.append(f"{amount} {unit}")
    return " ".join(words[:2]) or "under 1 s"


def time_left(seconds: float | None) -> str:
    """How long to wait, coarser than it is known: 857 -> 14 min; under a minute in tens."""
    if seconds is None or _absent(seconds):
        return MISSING
    if seconds < 55:
        return f"{max(10, math.ceil(seconds / 10) * 10)} s"
    return duration(60 * round(seconds / 60))


def between(shortest: float, longest: float) -> str:
    """An estimate as a range, (660, 1140) -> 11 to 19 min; one figure when both agree."""
    unit, step = ("s", 1) if longest < 100 else ("min", 60)
    low, high = max(round(shortest / step), 1), max(round(longest / step), 1)
    return f"{low} {unit}" if low == high else f"{low} to {high} {unit}"


def zone(name: str | None) -> tzinfo:
    """Return the viewer's time zone; UTC when the browser's name for it is not known here."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def day(when: date | datetime, this_year: int | None = None) -> str:
    """23 Nov; with the year when it is not this one."""
    words = f"{when.day} {_MONTHS[when.month - 1]}"
    return words if when.year == this_year else f"{words} {when.year}"


def moment(when: datetime | None, seen_in: tzinfo, now: datetime | None = None) -> str:
    """23 Nov, 09:12 in the viewer's zone."""
    if when is None:
        return MISSING
    here, today = when.astimezone(seen_in), (now or datetime.now(UTC)).astimezone(seen_in)
    return f"{day(here, today.year)}, {here:%H:%M}"


def clock(when: datetime | None, seen_in: tzinfo, now: datetime | None = None) -> str:
    """14:03 for a moment of today in the viewer's zone, any other with its day."""
    if when is None:
        return MISSING
    here, today = when.astimezone(seen_in), (now or datetime.now(UTC)).astimezone(seen_in)
    return f"{here:%H:%M}" if here.date() == today.date() else moment(when, seen_in, now)


def on_clock(seconds: float | None, clock: str) -> str:
    """A transaction's own time: as in its file for dates, else the day since the start."""
    if seconds is None or _absent(seconds) or clock == "none":
        return MISSING
    if clock == "date":
        when = datetime.fromtimestamp(seconds, UTC)
        return f"{day(when, datetime.now(UTC).year)}, {when:%H:%M}"
    whole, rest = divmod(int(seconds), 86_400)
    return f"day {whole + 1}, {rest // 3600:02d}:{rest % 3600 // 60:02d}"


def period(first: float | None, last: float | None, clock: str) -> tuple[str, str]:
    """Return (length, from and to) of a stretch of transactions: ("61 days", "1 Sep to 31 Oct")."""
    if first is None or last is None or clock == "none":
        return MISSING, "no time column"
    days = counted(math.floor((last - first) / 86_400) + 1, "day")
    if clock != "date":
        return days, "counted from the first row"
    start, end = (datetime.fromtimestamp(seconds, UTC) for seconds in (first, last))
    return days, f"{day(start, end.year)} to {day(end)}"


def age(since: datetime, now: datetime) -> str:
    """How long ago, in one unit: 4 s ago, 3 min ago."""
    seconds = max((now - since) // timedelta(seconds=1), 0)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit} ago"
    return f"{seconds} s ago"


def ordinal(number: int) -> str:
    """1 -> 1st."""
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def joined(*parts: str) -> str:
    """Join the parts of an evidence line; empty ones vanish."""
    return " · ".join(part for part in parts if part)


def _absent(value: float | None) -> bool:
    return value is None or math.isnan(value)
