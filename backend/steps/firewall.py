"""Card data never reaches the disk: what a batch of rows must lose before it is written.

Security codes, PINs and track data are dropped whole (PCI DSS 4.0.1, 3.3.1). Card numbers
become tokens wherever they stand. Names, dates of birth and ways to reach a person are sealed.
Everything here works on Arrow batches of text columns; a look at the raw bytes decides which
few cells are read one by one. What is sealed and what is not: decisions/0010.
"""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backend.steps import cards
from backend.steps.layout import fold

SECRETS = frozenset({
    "cvv", "cvc", "cvv2", "cvc2", "cid", "cardcvv", "cardcvc", "enteredcvv", "securitycode",
    "cardsecuritycode", "cvvcode", "cvvnumber", "cvccode", "cardverificationvalue",
    "cardverificationcode", "pin", "pinblock", "cardpin", "pinnumber", "encryptedpin", "track",
    "track1", "track2", "trackdata", "track1data", "track2data", "magstripe", "magneticstripe",
})  # fmt: skip
CARD_HEADERS = frozenset({
    "ccnum", "ccnumber", "cardnumber", "cardno", "cardnum", "creditcard", "creditcardnumber",
    "pan", "primaryaccountnumber", "debitcardnumber",
})  # fmt: skip
NAMES = frozenset({
    "first", "last", "name", "forename", "maidenname", "personname", "accountholder",
    "cardholder", "nameoncard", "customername", "custname", "clientname", "username",
    "payername", "sendername", "dob", "customerdob", "birthday", "birthyear", "yearofbirth",
    "vorname", "nachname", "geburtsdatum",
})  # fmt: skip
ENDINGS = frozenset({
    "last4", "last4digits", "lastfour", "lastfourdigits", "cardlast4", "cardlast4digits",
    "cardlastfour", "panlast4", "cclast4",
})  # fmt: skip  # never in clear beside the token of the same card (PCI FAQ 1308)
CONTACTS = frozenset({
    "mail", "tel", "mobile", "street", "address", "address1", "addressline1", "homeaddress",
    "billingaddress", "shippingaddress", "socialsecuritynumber", "passport", "nationalid",
})  # fmt: skip
NAMED = re.compile(
    r".*(first|last|middle|sur|full|family|given|holder)name|.*(birthdate|dateofbirth)"
)
REACHED = re.compile(
    r".*(email(address)?|phone(number)?|mobilenumber|streetaddress|ssn|passportno)"
)
FLAG = 5  # a contact of up to so many characters is a word like "yes" or "False"
TRACK = re.compile(r"%?[Bb](\d{13,19})\^[^^]{2,26}\^[^?\s]*\??|;?(\d{13,19})=\d{4}[^?\s]*\??")
NUMBERED = re.compile(r"[\d\s.-]{12,}")  # a cell of a card column that is a number
ROUNDED = r"^\s*\d([.,]\d+)?[eE]\+?\d{2}\s*$"  # 4.11E+15: what a spreadsheet leaves of a card
SHORTEST_CARD = 12  # digits in a column that says it holds cards: old Maestro numbers
APART = cards.SHORTEST + 1  # characters of the shortest number with something between its digits
LONG_ID = re.compile(r"-?\d{17,19}")  # longer than the numbers most cards have
FEW = 200  # numbers from which chance can be told from cards
PASS, SPREAD = 0.1, 3.0  # one random number in ten passes the check digit, within 3 deviations
SIGNED, SIGNED_SHARE = 10, 0.2  # numbers with a minus sign, from which a column is no card's
REMEMBERED = 500_000  # cells per column whose outcome is kept

Flags = NDArray[np.bool_]


class Firewall:
    """Cleans the batches of one file, in order.

    `token_of` gives the token of a card number. `seal_of` seals a value for a header and a row
    (0-based, among the rows seen); without it names stay as they are. In the columns named in
    `open_numbers` a cell that is one unbroken number stays, unless the header says it is a card.
    """

    def __init__(
        self,
        headers: Sequence[str],
        token_of: Callable[[str], str],
        seal_of: Callable[[str, str, int], str] | None = None,
        open_numbers: Collection[str] = frozenset(),
    ) -> None:
        self.headers = tuple(headers)
        self.token_of = token_of
        self.seal_of = seal_of
        self.open_numbers = frozenset(open_numbers)
        self.hidden = dict.fromkeys(headers, 0)  # header -> cells in which cards were replaced
        self.sealed = dict.fromkeys(headers, 0)  # header -> cells that were sealed
        self.rounded: tuple[str, int, str] | None = None  # header, row, value a spreadsheet spoilt
        self._rows = 0  # of the batches before
        self._known: dict[str, dict[str, str]] = {name: {} for name in headers}
        self._ids: dict[str, bool] = {}  # header -> its long numbers are no cards

    def clean(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of text columns, one per header in order, free of card data."""
        columns = [
            self._column(name, column)
            for name, column in zip(self.headers, batch.columns, strict=True)
        ]
        self._rows += len(batch)
        return pa.RecordBatch.from_arrays(columns, schema=batch.schema)

    def report(self) -> dict[str, dict[str, Any]]:
        """Return what was hidden, by header; headers with nothing hidden are not named.

        Each has `cards` (cells with a card number), `sealed` (cells sealed), `dropped` (the
        whole column) and `rounded` (a card number that a spreadsheet spoilt, or "").
        """
        told = {
            name: {
                "cards": self.hidden[name],
                "sealed": self.sealed[name],
                "dropped": fold(name) in SECRETS,
                "rounded": self.rounded[2] if self.rounded and self.rounded[0] == name else "",
            }
            for name in self.headers
        }
        return {name: what for name, what in told.items() if any(what.values())}

    def _column(self, name: str, column: pa.Array) -> pa.Array:
        folded = fold(name)
        if folded in SECRETS:
            return pa.nulls(len(column), column.type)
        longer_than = sealed_beyond(name)
        if self.seal_of is not None and longer_than is not None:
            return self._seal(name, column, longer_than)
        if folded in CARD_HEADERS:
            self._look_for_rounded(name, column)
            return self._replaced(name, column, np.arange(len(column)), self._card)
        rows = suspects(column)
        if len(rows) == 0:
            return column
        return self._replaced(name, column, rows, self._cleaner(name, column, rows))

    def _seal(self, name: str, column: pa.Array, longer_than: int) -> pa.Array:
        assert self.seal_of is not None
        trimmed = pc.utf8_trim_whitespace(column)
        chosen = pc.fill_null(pc.greater(pc.utf8_length(trimmed), longer_than), False)
        rows = np.flatnonzero(chosen.to_numpy(zero_copy_only=False))
        values = column.take(pa.array(rows)).to_pylist()
        places = (rows + self._rows).tolist()
        seal = self.seal_of
        cells = [seal(value, name, row) for value, row in zip(values, places, strict=True)]
        self.sealed[name] += len(cells)
        return pc.replace_with_mask(column, chosen, pa.array(cells, column.type))

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
        return cards.replace(TRACK.sub(self._without_track, value), self.token_of)

    def _without_track(self, track: re.Match[str]) -> str:
        """Return the card number of what a magnetic stripe holds; the rest is never kept."""
        digits = track.group(1) or track.group(2)
        return digits if cards.is_card(digits) else track.group()

    def _text_but_long_ids(self, value: str) -> str:
        return value if LONG_ID.fullmatch(value.strip()) else self._text(value)

    def _text_but_numbers(self, value: str) -> str:
        return value if value.strip().lstrip("+-").isdecimal() else self._text(value)

    def _cleaner(
        self, name: str, column: pa.Array, rows: NDArray[np.int64]
    ) -> Callable[[str], str]:
        if name in self.open_numbers:
            return self._text_but_numbers
        return self._text_but_long_ids if self._are_ids(name, column, rows) else self._text

    def _are_ids(self, name: str, column: pa.Array, rows: NDArray[np.int64]) -> bool:
        """Tell whether the numbers of 17 to 19 digits in a column are ids.

        They are when many are negative, or when their check digits fit by chance only. Decided
        once, on the first batch that holds any. Shorter numbers are what most cards have: a
        column of them is never taken for ids without asking.
        """
        if name not in self._ids:
            some = column.take(pa.array(rows[:: max(1, len(rows) // 5_000)])).unique().to_pylist()
            self._ids[name] = _by_chance([v.strip() for v in some if v])
        return self._ids[name]


def _by_chance(values: list[str]) -> bool:
    long = [value for value in values if LONG_ID.fullmatch(value)]
    signed = sum(value.startswith("-") for value in long)
    if signed >= max(SIGNED, SIGNED_SHARE * len(long)):
        return True
    issued = [value for value in (v.lstrip("-") for v in long) if cards.fits_an_issuer(value)]
    passed, tried = sum(map(cards.luhn_holds, issued)), len(issued)
    return tried >= FEW and passed <= PASS * tried + SPREAD * (PASS * (1 - PASS) * tried) ** 0.5


def sealed_beyond(header: str) -> int | None:
    """Return from how many characters on the cells under a header are sealed; None: never."""
    name = fold(header)
    if name in NAMES or name in ENDINGS or NAMED.fullmatch(name):
        return 0
    return FLAG if name in CONTACTS or REACHED.fullmatch(name) else None


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
