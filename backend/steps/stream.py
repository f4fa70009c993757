"""One pass over the bytes of a file: what comes out is UTF-8 whose lines end in a line feed."""

import codecs
import hashlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

import numpy as np

from backend.errors import FileRefused, QuestionAsked
from backend.steps.encodings import UTF8, Doubt, Encoding
from backend.steps.intake import CHUNK, SAVE_AS

MEBIBYTE = 1 << 20
LINE_FEED = ord("\n")


class Stream:
    """Iterate once. Meanwhile and afterwards it says what it met.

    `size` bytes read and `digest`, their SHA-256; `lines` ended so far, in the end all of
    them. Iterating raises FileRefused for more than `limit` bytes, NUL bytes and text that is
    not in its encoding, with the line, and QuestionAsked for what may be Windows-1252.
    """

    def __init__(
        self,
        source: BinaryIO,
        encoding: Encoding = UTF8,
        limit: int | None = None,
        content_hash: str = "",
    ) -> None:
        self.source, self.encoding, self.limit = source, encoding, limit
        self.content_hash = content_hash  # where it is known, nothing is hashed
        self.size = self.lines = 0
        self.wide = False  # a line is as long as a chunk: whatever is said of it, look at its cells
        self.doubt = Doubt()
        self._ends = {"LF": 0, "CRLF": 0, "CR": 0}
        self._digest = hashlib.sha256()
        self._last = b"\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes read."""
        return self.content_hash or self._digest.hexdigest()

    @property
    def line_ends(self) -> str:
        """Return LF, CRLF, CR or mixed; LF for a file of one line."""
        met = [name for name, count in self._ends.items() if count]
        return "mixed" if len(met) > 1 else "".join(met) or "LF"

    def __iter__(self) -> Iterator[bytes]:
        held = b""
        for chunk in self._texts():
            text = held + chunk if held else chunk
            held = b"\r" if text.endswith(b"\r") else b""  # its line feed may still come
            if chunk := self._united(text[: len(text) - len(held)] if held else text):
                yield chunk
        if held:
            yield self._united(held)
        if self._last != b"\n":
            self.lines += 1
        question = self.doubt.question()
        if question is not None:
            raise QuestionAsked(question)

    def _texts(self) -> Iterator[bytes]:
        """Yield the file as UTF-8, its mark taken off."""
        decode = self._decoder()
        mark = self.encoding.mark
        while raw := self.source.read(CHUNK):
            self._count(raw)
            text = decode(raw[mark:], False)
            mark = max(0, mark - len(raw))
            self._refuse_nul(text)
            yield text
        yield decode(b"", True)

    def _decoder(self) -> Callable[[bytes, bool], bytes]:
        if self.encoding.codec == UTF8.codec:
            return self._utf8
        decoder = codecs.getincrementaldecoder(self.encoding.codec)()

        def decode(raw: bytes, final: bool) -> bytes:
            try:
                return decoder.decode(raw, final).encode()
            except UnicodeDecodeError as error:
                line = self._line_after(error.object[: error.start].decode(self.encoding.codec))
                raise FileRefused(
                    f"Line {line:,} is not {self.encoding.title.upper()} text, as the rest of the "
                    f"file is. {SAVE_AS}"
                ) from None

        return decode

    def _utf8(self, raw: bytes, _final: bool) -> bytes:
        self.doubt.look(raw)
        question = self.doubt.question(at_end=False)
        if question is not None:
            raise QuestionAsked(question)
        return raw

    def _count(self, raw: bytes) -> None:
        self.size += len(raw)
        if self.limit is not None and self.size > self.limit:
            raise FileRefused(
                f"The file is larger than {self.limit // MEBIBYTE:,} MB. Split it, or raise the "
                "limit."
            )
        if not self.content_hash:
            self._digest.update(raw)

    def _refuse_nul(self, text: bytes) -> None:
        found = text.find(b"\0")
        if found >= 0:
            line = self._line_after(text[:found].decode(errors="replace"))
            raise FileRefused(
                f"Line {line:,} holds a NUL byte, so this is not plain text. {SAVE_AS}"
            )

    def _line_after(self, text: str) -> int:
        """Return the line that follows on a piece which is not counted yet."""
        return self.lines + text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1

    def _united(self, text: bytes) -> bytes:
        """Return a piece with line feeds for every line end; it does not end in half of one."""
        if b"\r" in text:
            pairs, returns = text.count(b"\r\n"), text.count(b"\r")
            self._ends["CRLF"] += pairs
            self._ends["CR"] += returns - pairs
            self._ends["LF"] += text.count(b"\n") - pairs
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            self.lines += text.count(b"\n")
        else:
            found = int(np.count_nonzero(np.frombuffer(text, np.uint8) == LINE_FEED))
            self._ends["LF"] += found
            self.lines += found
        self.wide |= len(text) >= CHUNK // 2 and b"\n" not in text
        self._last = text[-1:] or self._last
        return text
