"""How text becomes a value: SQL expressions over one text column, for DuckDB.

Every function takes an SQL expression that yields text and returns one that yields the value
or NULL; none of them ever raises while it runs.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from backend.steps.duck import literal

# What people write where a number, a date or a label is missing. Never used for words: a
# merchant may be called "NA".
NOTHING = ("", "null", "none", "nan", "n/a", "na", "-", "?")
FRAUD = ("1", "1.0", "'1'", "yes", "y", "true", "t", "fraud", "fraudulent")
LEGITIMATE = (
    "0", "0.0", "'0'", "no", "n", "false", "f", "legit", "legitimate", "genuine", "not fraud",
)  # fmt: skip
MEANINGS = {"fraud": "1", "legitimate": "0", "unknown": "NULL", "aside": "NULL"}
LARGEST = 10**12  # no single payment is larger; card numbers and ids are

SIGNS = {"$": "$", "€": "€", "£": "£", "¥": "¥", "₹": "₹", "usd": "$", "eur": "€", "gbp": "£"}
CODES = "USD|EUR|GBP|CHF|JPY|INR|CAD|AUD|SEK|NOK|DKK|PLN"
ADORNMENT = rf"[\p{{Sc}}\p{{Z}}\s'’]|{CODES}"
EASY = "$€£ "
MINUS = "−"  # the sign printed in statements; a hyphen is what programs write
GROUPED = r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?"
WITH_COMMA = r"[-+]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?"
# 12,50 and 0,125 and 1234,567 and 1.234,5 and 1.234.567, but not 1,250
COMMA_EVIDENCE = r"^[^,]*\d,(\d{1,2}|\d{4,})\D*$|^\D*(0|\d{4,}),\d+\D*$|\.\d{3},\d|\.\d{3}\.\d{3}"
POINT_EVIDENCE = r"^[^.]*\d\.(\d{1,2}|\d{4,})\D*$|^\D*(0|\d{4,})\.\d+\D*$|,\d{3}\.\d|,\d{3},\d{3}"


def words(text: str) -> str:
    """Trimmed text, NULL where nothing is left."""
    return f"nullif(trim({text}), '')"


def filled(text: str) -> str:
    """Trimmed text, NULL where it says that there is no value ("", "N/A", "?" and so on)."""
    return f"CASE WHEN NOT {_one_of(_folded(text), NOTHING)} THEN trim({text}) END"


def spoken(text: str) -> str:
    """Boolean expression: there is a value. "NaN" is one: a sum that went wrong, not a gap."""
    gaps = tuple(word for word in NOTHING if word != "nan")
    return f"({text} IS NOT NULL AND NOT {_one_of(_folded(text), gaps)})"


class Style(StrEnum):
    """How the numbers of one column are written."""

    PLAIN = "plain"  # 1234.5
    POINT = "point"  # $1,234.50
    COMMA = "comma"  # 1.234,50 €


def number(text: str, style: Style) -> str:
    """Double from "134.09" (plain), "$-25.00", "(1,234.56)" (point) or "1.234,56 €" (comma).

    NULL for anything else: infinities, NaN, hexadecimals, digits that are not 0 to 9.
    """
    if style is Style.PLAIN:
        return _finite(text)
    easy = f"trim({text}, {literal(EASY)})"  # what most values wear
    if style is Style.COMMA:
        easy = f"CASE WHEN NOT contains({text}, '.') THEN replace({easy}, ',', '.') END"
    easy = _finite(easy)
    # Patterns are slow, and DuckDB works out what stands twice for every row, even in a CASE.
    hard = f"CASE WHEN {easy} IS NULL THEN replace({text}, {literal(MINUS)}, '-') END"
    bare = f"regexp_replace({hard}, {literal(ADORNMENT)}, '', 'g')"
    bare = rf"regexp_replace({bare}, '^\((.*)\)$|^([^-].*)-$', '-\1\2')"
    if style is Style.COMMA:
        matches = f"regexp_full_match({bare}, {literal(WITH_COMMA)})"
        bare = f"CASE WHEN {matches} THEN replace(replace({bare}, '.', ''), ',', '.') END"
    else:
        matches = f"regexp_full_match({bare}, {literal(GROUPED)})"
        bare = f"CASE WHEN {matches} THEN replace({bare}, ',', '') ELSE {bare} END"
    return f"coalesce({easy}, {_finite(bare)})"


def amount(value: str) -> str:
    """Double, exact to four decimals, from a double; NULL from LARGEST on, either sign.

    Through DECIMAL(16, 4): 0.30000000000000004 is 0.3, and minus zero is zero.
    """
    return f"CAST(TRY_CAST({value} AS DECIMAL(16, 4)) AS DOUBLE)"


def comma_evidence(text: str) -> str:
    """Boolean expression: this value can only have a decimal comma."""
    return f"regexp_matches({text}, {literal(COMMA_EVIDENCE)})"


def point_evidence(text: str) -> str:
    """Boolean expression: this value can only have a decimal point."""
    return f"regexp_matches({text}, {literal(POINT_EVIDENCE)})"


def label(text: str, meanings: Mapping[str, str] | None = None) -> str:
    """1 for fraud, 0 for legitimate, NULL for blank and for values we do not know.

    `meanings` are what the analyst said about values: one of MEANINGS by folded value.
    """
    chosen = "".join(
        f"WHEN {literal(value)} THEN {MEANINGS[meaning]} "
        for value, meaning in (meanings or {}).items()
    )
    known = "".join(f"WHEN {literal(value)} THEN 1 " for value in FRAUD)
    known += "".join(f"WHEN {literal(value)} THEN 0 " for value in LEGITIMATE)
    return f"CAST(CASE {_folded(text)} {chosen}{known}END AS TINYINT)"


def unknown_label(text: str, meanings: Mapping[str, str] | None = None) -> str:
    """Boolean expression: there is a value, and nobody has said what it means."""
    known = (*FRAUD, *LEGITIMATE, *NOTHING, *(meanings or {}))
    return f"({text} IS NOT NULL AND NOT {_one_of(_folded(text), known)})"


def label_aside(text: str, meanings: Mapping[str, str]) -> str:
    """Boolean expression: the analyst puts rows with this value aside."""
    aside = [value for value, meaning in meanings.items() if meaning == "aside"]
    return _one_of(_folded(text), aside) if aside else "FALSE"


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
    parsed = f"TRY_CAST({text} AS DOUBLE)"  # DuckDB also reads 1_000
    return f"CASE WHEN isfinite({parsed}) AND NOT contains({text}, '_') THEN {parsed} END"


def _folded(text: str) -> str:
    return f"lower(trim({text}))"


def _one_of(text: str, values: Iterable[str]) -> str:
    """Boolean expression, FALSE for NULL. Not IN: DuckDB joins long lists of constants with the
    table, and a join may change the order of the rows."""
    cases = " ".join(f"WHEN {literal(value)} THEN TRUE" for value in values)
    return f"(CASE {text} {cases} ELSE FALSE END)"
