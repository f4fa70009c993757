"""The rows of one file: written where they are readable, accounted for where they are not."""

from pathlib import Path

from backend.errors import FileRefused
from backend.steps.duck import open_duck
from backend.steps.firewall import Firewall
from backend.steps.folder import LINES, rejects_table, text_table
from backend.steps.intake import SAVE_AS
from backend.steps.lines import Places, find, find_long, line_at
from backend.steps.normalise import LONGEST_CELL, LongCell, Written, to_text
from backend.steps.opening import Opening
from backend.steps.pipe import piped
from backend.steps.rejects import Rejects

MOST_REJECTED = 0.05  # share of rows; beyond it something is wrong with the whole file
LOST = "The quotes of this file do not match, so its rows cannot be told apart."
IS_WRONG = {
    "short": "has too few columns",
    "long": "has too many columns",
    "quote": "has a quote that does not fit",
    "encoding": f"is not UTF-8 text. {SAVE_AS[:-1]}",
    "too_long": "is longer than 2 MB",
}


class Rows:
    """Reads the rows of a file once. `readable` + `rejected` is the number of its rows."""

    def __init__(self, opening: Opening, firewall: Firewall) -> None:
        self.opening, self.firewall = opening, firewall
        self.written = Written()
        self.rejected = 0
        self.places: Places

    @property
    def readable(self) -> int:
        """Rows written so far."""
        return self.written.rows

    def write(self, folder: Path) -> None:
        """Write the text table, the rejected rows and the lines of a draft.

        Raises FileRefused, naming the first line, for a header without rows, a quote that is
        never closed, a cell over 32 KB, a card number that a spreadsheet rounded, and more
        than 5% of rejected rows.
        """
        with open_duck(None) as connection:
            layout, target = self.opening.layout, text_table(folder)
            try:
                with self.opening.streamed() as stream, piped(stream) as path:
                    to_text(connection, path, layout, target, self.firewall, self.written)
            except LongCell:
                self._refuse_long()
                raise
            rejects = Rejects(connection)
            self._account(rejects)
            self._refuse(rejects.reasons())
            rejects.write(rejects_table(folder), self.places.rejected, layout.headers)
        self.places.rows.write(folder / LINES)

    def _account(self, rejects: Rejects) -> None:
        """Find out where every row stands.

        Raises FileRefused for a quote that stays open, and where lines are missing in the end.
        """
        opening, self.rejected = self.opening, rejects.count()
        if self.readable + self.rejected == 0:
            raise FileRefused(
                "The file has a header but no rows. Choose one with transactions in it."
            )
        swallowing = rejects.open_quote()
        if swallowing is not None:
            raise _open_quote(line_at(opening.chunks(), swallowing))
        self._refuse_many(rejects)  # before anything is kept of millions of them
        tall, found, total = self.written.heights(), rejects.found(), opening.stream.lines
        places = find(opening.chunks, opening.layout, total, self.readable, tall, found)
        if places is None:
            self._refuse_long()
            raise FileRefused(f"{LOST} {SAVE_AS}")
        self.places = places

    def _refuse(self, reasons: list[str]) -> None:
        """Raise FileRefused where what was found speaks against the whole file."""
        if "too_long" in reasons or self.opening.stream.wide:
            self._refuse_long()
        self._refuse_rounded()

    def _refuse_many(self, rejects: Rejects) -> None:
        share = self.rejected / (self.readable + self.rejected)
        if share > MOST_REJECTED:
            start, reason = rejects.first()
            if reason == "too_long":
                self._refuse_long()
            raise FileRefused(
                f"{self.rejected:,} rows ({share:.0%}) cannot be read. The first: line "
                f"{line_at(self.opening.chunks(), start):,} {IS_WRONG[reason]}."
            )

    def _refuse_rounded(self) -> None:
        if self.firewall.rounded is not None:
            name, row, value = self.firewall.rounded
            raise FileRefused(
                f'Column "{name}", line {self.places.rows.of(row):,}: a spreadsheet rounded a card '
                f'number to "{value}", so different cards became one. Export the file again, and '
                "do not open it in a spreadsheet."
            )

    def _refuse_long(self) -> None:
        """Raise FileRefused for the first cell over 32 KB; return where there is none."""
        layout = self.opening.layout
        found = find_long(self.opening.chunks(), layout, LONGEST_CELL)
        if found is None:
            return
        line, place, cell = found
        if "\n" in cell:
            raise _open_quote(line)
        name = layout.headers[place] if place < len(layout.headers) else f"{place + 1}"
        raise FileRefused(
            f'Column "{name}", line {line:,}: a cell is longer than 32 KB, so this is no table of '
            "transactions. Shorten it, or remove the column."
        )


def _open_quote(line: int) -> FileRefused:
    return FileRefused(
        f"A quote opened in line {line:,} is not closed there and swallows what follows. "
        "Close it, or double it where a quote is meant."
    )
