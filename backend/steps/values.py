"""How text becomes a value: SQL expressions over one text column, for DuckDB.

Every function takes an SQL expression that yields text and returns one that yields the value
or NULL; none of them ever raises while it runs.
"""

import re
from enum import StrEnum

from backend.steps.duck import literal

# What people write where a number, a date or a label is missing. Never used for words: a
# merchant may be called "NA".
NOTHING = ("", "null", "none", "nan", "n/a", "na", "-", "?")
FRAUD = ("1", "1.0", "yes", "y", "true", "t", "fraud", "fraudulent")
LEGITIMATE = ("0", "0.0", "no", "n", "false", "f", "legit", "legitimate", "genuine", "not fraud")

SIGNS = {"$": "$", "€": "€", "£": "£", "¥": "¥", "₹": "₹", "usd": "$", "eur": "€", "gbp": "£"}
CODES = "USD|EUR|GBP|CHF|JPY|INR|CAD|AUD|SEK|NOK|DKK|PLN"
ADORNMENT = rf"[\p{{Sc}}\p{{Z}}\s'’]|{CODES}"
GROUPED = r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?"
WITH_COMMA = r"[-+]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?"
COMMA_EVIDENCE = r"^[^,]*\d,(\d{1,2}|\d{4,})\D*$"  # 12,50 but not 1,250
POINT_EVIDENCE = r"^[^.]*\d\.(\d{1,2}|\d{4,})\D*$"


def words(text: str) -> str:
    """Trimmed text, NULL where nothing is left."""
    return f"nullif(trim({text}), '')"


def filled(text: str) -> str:
    """Trimmed text, NULL where it says that there is no value ("", "N/A", "?" and so on)."""
    return f"CASE WHEN lower(trim({text})) NOT IN {_listed(NOTHING)} THEN trim({text}) END"


class Style(StrEnum):
    """How the numbers of one column are written."""

    PLAIN = "plain"  # 1234.5
    POINT = "point"  # $1,234.50
    COMMA = "comma"  # 1.234,50 €


def number(text: str, style: Style) -> str:
    """Double from "134.09" (plain), "$-25.00", "(1,234.56)" (point) or "1.234,56 €" (comma).

    NULL for anything else, infinities and NaN included.
    """
    if style is Style.PLAIN:
        return _finite(text)
    bare = f"regexp_replace({text}, {literal(ADORNMENT)}, '', 'g')"
    bare = rf"regexp_replace({bare}, '^\((.*)\)$', '-\1')"
    if style is Style.COMMA:
        matches = f"regexp_full_match({bare}, {literal(WITH_COMMA)})"
        return _finite(f"CASE WHEN {matches} THEN replace(replace({bare}, '.', ''), ',', '.') END")
    matches = f"regexp_full_match({bare}, {literal(GROUPED)})"
    return _finite(f"CASE WHEN {matches} THEN replace({bare}, ',', '') ELSE {bare} END")


def comma_evidence(text: str) -> str:
    """Boolean expression: this value can only have a decimal comma."""
    return f"regexp_matches({text}, {literal(COMMA_EVIDENCE)})"


def point_evidence(text: str) -> str:
    """Boolean expression: this value can only have a decimal point."""
    return f"regexp_matches({text}, {literal(POINT_EVIDENCE)})"


def label(text: str) -> str:
    """1 for fraud, 0 for legitimate, NULL for blank and for values we do not know."""
    said = f"lower(trim({text}))"
    return (
        f"CAST(CASE WHEN {said} IN {_listed(FRAUD)} THEN 1 "
        f"WHEN {said} IN {_listed(LEGITIMATE)} THEN 0 END AS TINYINT)"
    )


def unknown_label(text: str) -> str:
    """Boolean expression: there is a value, and it is neither fraud nor legitimate."""
    return f"lower(trim({text})) NOT IN {_listed(FRAUD + LEGITIMATE + NOTHING)}"


def reads_as_label(value: str) -> bool:
    """Tell whether one value means fraud or legitimate."""
    return value.strip().lower() in FRAUD + LEGITIMATE


def means_a_label(value: str) -> bool:
    """Tell whether one value means fraud, legitimate, or that nobody knows."""
    return value.strip().lower() in FRAUD + LEGITIMATE + NOTHING


def reads_as_fraud(value: str) -> bool:
    """Tell whether one value means fraud."""
    return value.strip().lower() in FRAUD


def currency_in(text: str) -> str:
    """Return the currency sign that a header or an amount names, "" when it names none."""
    found = re.search(r"[$€£¥₹]|(?<![a-z])(usd|eur|gbp)(?![a-z])", text.lower())
    return SIGNS[found.group()] if found else ""


def _finite(text: str) -> str:
    parsed = f"TRY_CAST({text} AS DOUBLE)"
    return f"CASE WHEN isfinite({parsed}) THEN {parsed} END"


def _listed(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(literal(value) for value in values) + ")"
