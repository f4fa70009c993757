"""The words of the clinic: grades, severities, and decisions as sentences."""

from backend.steps.checkup import Severity
from backend.steps.columns import Role
from backend.steps.health import Grade
from backend.steps.recipe import Fix, Kind
from ui.parts.skeleton import Badge
from ui.parts.wording import ROLES, plain

GRADES = {  # grade -> icon, badge colour
    Grade.HEALTHY: (":material/check_circle:", "green"),
    Grade.WATCH: (":material/visibility:", "orange"),
    Grade.ASKS: (":material/help:", "orange"),
    Grade.BLOCKED: (":material/error:", "red"),
}
SEVERITIES: dict[Severity, Badge] = {
    Severity.BLOCKING: ("Must be fixed", ":material/error:", "red"),
    Severity.WARNING: ("Worth a look", ":material/warning:", "orange"),
    Severity.NOTE: ("Good to know", ":material/info:", "gray"),
}
LET_STAND = {  # beginning of a problem's key -> what was decided about it
    "leak": "{column} is used: it is known when a payment is made",
    "left-out": "{column} stays left out",
    "copies": "Rows that repeat another in every cell are payments",
    "across-the-split": "Rows of the test period may repeat earlier ones",
    "time-gaps": "Nothing is missing in the days without a transaction",
    "volume-jump": "The jump in the number of transactions is true",
    "no-fraud-at-the-end": "The end of the file holds so few frauds",
    "out-of-step": "{column} is used although it seems out of step",
    "rounded": "{column} is used although a spreadsheet rounded it",
    "rejected": "Rows that cannot be read stay aside",
    "amount": "Rows whose {column} cannot be read are kept, without an amount",
    "range": "Rows whose {column} is too large are kept, without an amount",
    "time": "Rows whose {column} cannot be are kept, without a time",
    "future": "Rows that lie in the future are kept",
    "duplicate": "Rows that repeat an earlier one are kept",
    "total": "Rows that add up others are kept",
    "conflict": "Rows that share a transaction id are kept",
    "number": "Cells of {column} that are no numbers count as missing",
}
MEANINGS = {  # what a label was said to mean
    "fraud": "{said} means fraud",
    "legitimate": "{said} means legitimate",
    "unknown": "{said} means that nobody knows",
    "aside": "Rows with the label {said} are put aside",
}
READ_ONCE = (Kind.ENCODING, Kind.HEADER, Kind.OPEN)  # take effect when a file is dropped


def decided(fix: Fix) -> str:
    """Return one decision as a sentence in Markdown, names of the file shown as they are."""
    sentence = _decided(fix)
    return f"{sentence}, from the next drop on" if fix.kind in READ_ONCE else sentence


def _decided(fix: Fix) -> str:
    column, value = f"**{plain(fix.column)}**", plain(fix.value)
    if fix.kind is Kind.LABEL:
        said, _, meaning = fix.value.rpartition("=")
        return MEANINGS.get(meaning, "{said}").format(said=f"“{plain(said)}”")
    if fix.kind is Kind.KEEP:
        words = LET_STAND.get(fix.value.partition(":")[0], f"{value} stays as it is")
        return words.format(column=column)
    if fix.kind is Kind.ROLE:
        return f"{column} is used as: {ROLES[Role(fix.value)]}"
    return {
        Kind.DATES: f"Dates are written {value}",
        Kind.DECIMALS: f"Numbers have a decimal {value}",
        Kind.ZONE: f"Times are in {value}",
        Kind.ONCE: "Of rows alike in every cell the first is kept",
        Kind.ENCODING: f"The file is read as {value}",
        Kind.HEADER: "The first line is a transaction, not a header",
        Kind.OPEN: f"Long numbers in {column} are no cards",
    }[fix.kind]
