"""Card data never reaches the disk: what a batch of rows must lose before it is written.

Security codes, PINs and track data are dropped whole (PCI DSS 4.0.1, 3.3.1). Card numbers
become tokens wherever they stand. Everything here works on Arrow batches of text columns; a
look at the raw bytes decides which few cells are read one by one.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backend.steps import cards
from backend.steps.layout import fold

SECRETS = frozenset({
    "cvv", "cvc", "cvv2", "cvc2", "cid", "cardcvv", "cardcvc", "enteredcvv", "securitycode",
    "cardsecuritycode", "pin", "pinblock", "cardpin", "track", "track1", "track2", "trackdata",
    "magstripe",
})  # fmt: skip
CARD_HEADERS = frozenset({
    "ccnum", "ccnumber", "cardnumber", "cardno", "cardnum", "creditcard", "creditcardnumber",
    "pan", "primaryaccountnumber", "debitcardnumber",
})  # fmt: skip
NUMBERED = re.compile(r"[\d\s.-]{12,}")  # a cell of a card column that is a number
ROUNDED = r"^\s*\d([.,]\d+)?[eE]\+?\d{2}\s*$"  # 4.11E+15: what a spreadsheet leaves of a card
SHORTEST_CARD = 12  # digits in a column that says it holds cards: old Maestro numbers
APART = cards.SHORTEST + 1  # characters of the shortest number with something between its digits
FEW, CHANCE = 200, 0.3  # one in ten random numbers passes the check digit; all cards do
REMEMBERED = 500_000  # cells per column whose outcome is kept

Flags = NDArray[np.bool_]


class Firewall:
    """Cleans the batches of one file, in order. `token_of` gives the token of a card number."""

    def __init__(self, headers: Sequence[str], token_of: Callable[[str], str]) -> None:
        self.headers = tuple(headers)
        self.token_of = token_of
        self.hidden = dict.fromkeys(headers, 0)  # header -> cells in which cards were replaced
        self.rounded: tuple[str, int, str] | None = None  # header, row, value a spreadsheet spoilt
        self._rows = 0  # of the batches before
        self._known: dict[str, dict[str, str]] = {name: {} for name in headers}
        self._numbers: set[str] = set()  # columns of long numbers that are no cards

    def clean(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of text columns, one per header in order, free of card data."""
        columns = [
            self._column(name, column)
            for name, column in zip(self.headers, batch.columns, strict=True)
        ]
        self._rows += len(batch)
        return pa.RecordBatch.from_arrays(columns, schema=batch.schema)

    def _column(self, name: str, column: pa.Array) -> pa.Array:
        if fold(name) in SECRETS:
            return pa.nulls(len(column), column.type)
        if fold(name) in CARD_HEADERS:
            self._look_for_rounded(name, column)
            return self._replaced(name, column, np.arange(len(column)), self._card)
        rows = suspects(column)
        if len(rows) == 0 or self._are_numbers(name, column, rows):
            return column
        return self._replaced(name, column, rows, self._text)

    def _look_for_rounded(self, name: str, column: pa.Array) -> None:
        if self.rounded is not None:
            return
        place = pc.index(pc.match_substring_regex(column, ROUNDED), True).as_py()
        if place >= 0:
            self.rounded = (name, self._rows + place, column[place].as_py().strip())

    def _replaced(
        self, name: str, column: pa.Array, rows: NDArray[np.int64], clean: Callable[[str], str]
    ) -> pa.Array:
        coded = column.take(pa.array(rows)).dictionary_encode()
        known = self._known[name]
        if len(known) > REMEMBERED:
            known.clear()
        before = coded.dictionary.to_pylist()
        for value in before:
            if value not in known:
                known[value] = clean(value)
        after = [known[value] for value in before]
        changed = np.array([a != b for a, b in zip(after, before, strict=True)], dtype=bool)
        codes = coded.indices.fill_null(-1).to_numpy()
        touched = rows[(codes >= 0) & np.append(changed, False)[codes]]
        self.hidden[name] += len(touched)
        if len(touched) == 0:
            return column
        new = pa.DictionaryArray.from_arrays(coded.indices, pa.array(after, column.type))
        if len(rows) == len(column):
            return new.cast(column.type)
        mask = np.zeros(len(column), dtype=bool)
        mask[rows] = True
        return pc.replace_with_mask(column, pa.array(mask), new.cast(column.type))

    def _card(self, value: str) -> str:
        bare = cards.plain(value)
        digits = re.sub(r"\D", "", bare)
        if NUMBERED.fullmatch(bare) and SHORTEST_CARD <= len(digits) <= cards.LONGEST:
            return self.token_of(digits)
        return self._text(value)

    def _text(self, value: str) -> str:
        return cards.replace(value, self.token_of)

    def _are_numbers(self, name: str, column: pa.Array, rows: NDArray[np.int64]) -> bool:
        """Tell whether a column holds long numbers whose check digits fit by chance only."""
        if name in self._numbers:
            return True
        if not self._known[name]:
            some = column.take(pa.array(rows[:: max(1, len(rows) // 5_000)])).unique().to_pylist()
            plain = [v.lstrip("-") for v in some if v and v.lstrip("-").isdecimal()]
            issued = [v for v in plain if cards.fits_an_issuer(v)]
            passed = sum(cards.luhn_holds(value) for value in issued)
            if len(issued) >= FEW and passed < CHANCE * len(issued):
                self._numbers.add(name)
        return name in self._numbers


def suspects(column: pa.Array) -> NDArray[np.int64]:
    """Return the rows, ascending, of a text column in which a card number could stand.

    None is missed; a cell is named when it holds 13 digits in a row, or 14 characters in a
    row that are digits or stand between digits.
    """
    longest = pc.max(pc.binary_length(column)).as_py() or 0
    if longest < cards.SHORTEST:
        return np.empty(0, dtype=np.int64)
    wide = column.cast(pa.large_string())
    offsets = np.frombuffer(wide.buffers()[1], dtype=np.int64)[wide.offset :][: len(wide) + 1]
    text = np.frombuffer(wide.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
    offsets = offsets - offsets[0]
    # Digits of other scripts take bytes from 128 on: such cells are looked at one by one.
    digit = (text - np.uint8(ord("0")) < 10) | (text >= 128)
    between = (text - np.uint8(ord("-")) < 3) | (text == ord(" ")) | (text == ord("_"))
    unbroken = _rows_with_run(digit, offsets, cards.SHORTEST)
    return np.union1d(unbroken, _rows_with_run(digit | between, offsets, APART))


def _rows_with_run(fits: Flags, offsets: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Return the rows in which `length` bytes in a row fit."""
    reach, runs = 1, fits
    while reach < length:
        step = min(reach, length - reach)
        runs = runs[:-step] & runs[step:]
        reach += step
    at = np.flatnonzero(runs)
    row = np.searchsorted(offsets, at, side="right") - 1
    inside = at + length <= offsets[row + 1]
    found: NDArray[np.int64] = np.unique(row[inside])
    return found
