"""How the bytes of a file become text, and whether a file that is not UTF-8 may be Windows-1252.

Windows-1252 is never assumed: it reads nearly any bytes, rightly or not. It is proposed where
no character of the file is proper UTF-8 and every other byte is a letter or a sign of
Windows-1252; then the analyst is asked. Some rows with broken bytes in a file that is UTF-8
elsewhere are rows to put aside, not another encoding.
"""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from backend.steps.checkup import Option, Question
from backend.steps.recipe import Fix, Kind

WESTERN = "windows-1252"
UNDEFINED = frozenset(b"\x81\x8d\x8f\x90\x9d")  # bytes without a meaning in Windows-1252
UNLIKELY = frozenset(b"\xff")  # "ÿ": common in binary data, hardly ever in text
ENOUGH = 1_000  # such bytes without one proper UTF-8 character settle it before the end
MOST_EXAMPLES = 3
FOREIGN = re.compile("[\udc80-\udcff]")  # how Python escapes a byte that is not UTF-8
AROUND = re.compile(rb"[A-Za-z]{0,2}[\x80-\xff][A-Za-z]{0,2}")  # never enough for a whole name
KEY = "encoding"


@dataclass(frozen=True)
class Encoding:
    """`mark` is the length of the byte order mark, in bytes."""

    title: str
    codec: str
    mark: int = 0


UTF8 = Encoding("utf-8", "utf-8")
MARKED = {
    codecs.BOM_UTF8: Encoding("utf-8 with BOM", "utf-8", 3),
    codecs.BOM_UTF16_LE: Encoding("utf-16", "utf-16-le", 2),
    codecs.BOM_UTF16_BE: Encoding("utf-16", "utf-16-be", 2),
}
CHOSEN = {WESTERN: Encoding(WESTERN, "cp1252")}


def encoding_of(head: bytes, fixes: Sequence[Fix] = ()) -> Encoding:
    """Return how a file with these first bytes is written: as its mark says, else as chosen.

    A mark that says UTF-8 can be wrong; once the analyst said so, it is only skipped.
    """
    marked = next((found for mark, found in MARKED.items() if head.startswith(mark)), UTF8)
    said = [fix.value for fix in fixes if fix.kind is Kind.ENCODING]
    if said and said[-1] in CHOSEN and marked.codec == UTF8.codec:
        return replace(CHOSEN[said[-1]], mark=marked.mark)
    return marked


@dataclass
class Doubt:
    """What a pass over a file that should be UTF-8 has met so far."""

    proper: bool = False  # characters beyond ASCII that are UTF-8
    count: int = 0  # bytes that are not
    seen: set[int] = field(default_factory=set)  # which ones
    examples: list[bytes] = field(default_factory=list)  # a few letters around some of them
    _cut: bytes = b""  # a character that the last chunk ended in

    def look(self, chunk: bytes) -> None:
        """Take in the next bytes of the file."""
        if chunk.isascii() and not self._cut:
            return
        data = self._cut + chunk
        try:
            text, used = codecs.utf_8_decode(data, "strict", False)
        except UnicodeDecodeError:
            text, used = codecs.utf_8_decode(data, "surrogateescape", False)
            self._note(data, FOREIGN.findall(text))
            text = FOREIGN.sub("", text)
        self._cut = data[used:]
        self.proper = self.proper or not text.isascii()

    def question(self, at_end: bool = True) -> Question | None:
        """Return what to ask the analyst about the encoding; None where nothing is to be asked."""
        count = self.count + len(self._cut) * at_end
        if self.proper or count < (1 if at_end else ENOUGH) or self.seen & (UNDEFINED | UNLIKELY):
            return None
        read = tuple(dict.fromkeys(f"…{bit.decode('cp1252')}…" for bit in self.examples))
        return Question(
            KEY,
            "The file is not UTF-8. Read as Windows-1252 (Western European), these letters come "
            "out: are they right?",
            (
                Option("Yes, read it as Windows-1252", read, (Fix(Kind.ENCODING, "", WESTERN),)),
                Option("No, I will save it as UTF-8 and bring it again", (), ()),
            ),
        )

    def _note(self, data: bytes, foreign: list[str]) -> None:
        self.count += len(foreign)
        self.seen |= {ord(escaped) & 0xFF for escaped in foreign}
        for found in AROUND.finditer(data):
            if len(self.examples) == MOST_EXAMPLES:
                break
            if found.group() not in self.examples:
                self.examples.append(found.group())
