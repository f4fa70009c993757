"""What an analyst decided about a file, as a list of fixes that can be replayed on the next one.

A recipe belongs to a header: the next file with the same columns gets the same fixes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from backend.steps.layout import fold


class Kind(StrEnum):
    """What a fix changes, and what its `value` then says."""

    ENCODING = "encoding"  # how bytes become text: "windows-1252"
    HEADER = "header"  # "none": the first line is a transaction, columns are named by position
    OPEN = "open"  # "numbers": the long numbers of this column are no cards
    ROLE = "role"  # a Role
    DATES = "dates"  # "day first" or "month first"
    DECIMALS = "decimals"  # "comma" or "point"
    ZONE = "zone"  # IANA name of the zone that times without one are in
    LABEL = "label"  # "<cell>=fraud", "=legitimate", "=unknown" or "=aside"
    KEEP = "keep"  # the key of a problem the analyst looked at and let stand


@dataclass(frozen=True)
class Fix:
    """One decision. `column` is empty where it is about the whole file."""

    kind: Kind
    column: str = ""
    value: str = ""

    @property
    def target(self) -> tuple[str, str, str]:
        """What it decides: a later fix with the same target takes its place."""
        named = self.value.rpartition("=")[0] if self.kind is Kind.LABEL else ""
        return self.kind, self.column, self.value if self.kind is Kind.KEEP else named


def with_fix(fixes: Sequence[Fix], new: Fix) -> tuple[Fix, ...]:
    """Return a recipe in which `new` stands, in place of what decided the same before."""
    return (*(fix for fix in fixes if fix.target != new.target), new)


def header_key(headers: Sequence[str]) -> str:
    """Return what files with the same header share: SHA-256 of the folded names in order."""
    return sha256("\n".join(fold(name) or name for name in headers).encode()).hexdigest()


def to_plain(fixes: Iterable[Fix]) -> list[dict[str, Any]]:
    """Return the fixes as JSON-ready dicts, the form in which they are stored."""
    return [asdict(fix) for fix in fixes]


def from_plain(stored: Iterable[dict[str, Any]]) -> tuple[Fix, ...]:
    """Return the fixes that `to_plain` wrote."""
    return tuple(Fix(**{**fix, "kind": Kind(fix["kind"])}) for fix in stored)
