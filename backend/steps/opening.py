"""A file that is opened as often as needed: first to see how it is written, then to read it."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from backend.errors import QuestionAsked
from backend.steps import headers
from backend.steps.encodings import encoding_of
from backend.steps.intake import CHUNK, refuse_foreign
from backend.steps.layout import Layout, NoHeader, NotText, read_layout, refuse_misfits
from backend.steps.recipe import Fix
from backend.steps.stream import Stream


class Opening:
    """What the first megabyte of a file tells: its `encoding` and its `layout`.

    `open_bytes` opens the file anew each time. Raises FileRefused for what is no text table,
    QuestionAsked where only the analyst knows how the file is written and no fix says it.
    """

    def __init__(
        self,
        open_bytes: Callable[[], BinaryIO],
        fixes: Sequence[Fix] = (),
        limit: int | None = None,
        content_hash: str = "",
    ) -> None:
        self.open_bytes, self.limit, self.content_hash = open_bytes, limit, content_hash
        with open_bytes() as source:
            head = _first_of(source)
        refuse_foreign(head)
        self.encoding = encoding_of(head, fixes)
        self.stream = Stream(io.BytesIO(head), self.encoding)
        self.layout = self._layout(len(head) < CHUNK, headers.NO_HEADER not in fixes)

    @contextmanager
    def streamed(self) -> Iterator[Stream]:
        """Open the file to read all of it; the stream stays at hand as `self.stream`."""
        with self.open_bytes() as source:
            self.stream = Stream(source, self.encoding, self.limit, self.content_hash)
            yield self.stream

    def chunks(self) -> Iterator[bytes]:
        """Yield the file once more, as UTF-8 with line feeds."""
        with self.open_bytes() as source:
            yield from Stream(source, self.encoding, content_hash=self.stream.digest)

    def read_as(self) -> dict[str, Any]:
        """Return how the file is written, once it was streamed."""
        return {
            "encoding": self.encoding.title,
            "delimiter": self.layout.delimiter,
            "line_ends": self.stream.line_ends,
            "header": self.layout.named,
            "remarks": self.layout.remarks,
        }

    def _layout(self, is_whole: bool, named: bool) -> Layout:
        # Of a longer file only the first piece: what its end is cut to says nothing.
        sample = b"".join(self.stream) if is_whole else next(iter(self.stream))
        try:
            layout = read_layout(sample, is_whole, named)
        except NoHeader as found:
            raise QuestionAsked(headers.question(found.cells)) from None
        except NotText:
            question = self.stream.doubt.question()
            if question is None:
                raise
            raise QuestionAsked(question) from None
        if not is_whole:
            refuse_misfits(sample, layout)
        return layout


def _first_of(source: BinaryIO) -> bytes:
    head = b""
    while len(head) < CHUNK and (more := source.read(CHUNK - len(head))):
        head += more
    return head
