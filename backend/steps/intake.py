"""Is this file a text table at all? Refuse what is not, before any reader sees it."""

import codecs
import re
from pathlib import Path

from backend.errors import FileRefused

CHUNK = 1 << 20
SAVE_AS = 'Open it in a spreadsheet, save it as "CSV UTF-8" and drop that file.'
UNPACK = "Unpack it and drop the CSV inside."
CHOOSE = "Choose a CSV of transactions."
MAGIC = {  # first bytes -> what the file is, what to do
    b"PK\x03\x04": ("an Excel workbook or a ZIP archive", SAVE_AS),
    b"\xd0\xcf\x11\xe0": ("an old Excel or Word file", SAVE_AS),
    b"\x1f\x8b": ("a gzip archive", UNPACK),
    b"BZh": ("a bzip2 archive", UNPACK),
    b"\xfd7zXZ\x00": ("an xz archive", UNPACK),
    b"\x28\xb5\x2f\xfd": ("a Zstandard archive", UNPACK),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", UNPACK),
    b"\x89PNG": ("a PNG picture", CHOOSE),
    b"\xff\xd8\xff": ("a JPEG picture", CHOOSE),
    b"%PDF": ("a PDF document", CHOOSE),
    b"\x7fELF": ("a program", CHOOSE),
    b"MZ\x90\x00": ("a program", CHOOSE),
    b"PAR1": ("a Parquet file", "Export it as CSV and drop that file."),
    b"SQLite format 3": ("a database", "Export the table as CSV and drop that file."),
    b"\x80\x04\x95": ("a Python pickle", CHOOSE),
}
WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
PAGE = re.compile(rb"\s*(<!doctype html|<html|<\?xml)", re.IGNORECASE)


def make_readable(path: Path) -> None:
    """Check the bytes of an upload and, where it is UTF-16, rewrite it in place as UTF-8.

    Raises FileRefused for an empty file, a binary file, a web page, NUL bytes and broken
    UTF-16, with what to do and the line where there is one.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    _refuse_foreign(head)
    encoding = WIDE.get(head[:2])
    if encoding:
        _transcode(path, encoding)
    _refuse_nul(path)


def line_at(path: Path, position: int) -> int:
    """Return the 1-based line in which the byte at `position` (0-based) stands."""
    line, left = 1, position
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            line += chunk.count(b"\n") or chunk.count(b"\r")
            left -= len(chunk)
    return line


def unify_line_ends(path: Path) -> None:
    """Rewrite a file in place so that every line ends in one line feed."""
    draft = path.with_suffix(".lines")
    held = b""
    with path.open("rb") as source, draft.open("wb") as target:
        while chunk := source.read(CHUNK):
            chunk = held + chunk
            held = b"\r" if chunk.endswith(b"\r") else b""  # its line feed may still come
            chunk = chunk[: len(chunk) - len(held)]
            target.write(chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        target.write(held.replace(b"\r", b"\n"))
    draft.replace(path)


def _refuse_foreign(head: bytes) -> None:
    if not head.strip():
        raise FileRefused("The file is empty. Choose one with a header and rows below it.")
    for magic, (what, way_out) in MAGIC.items():
        if head.startswith(magic):
            raise FileRefused(f"This is {what}, not a CSV. {way_out}")
    if PAGE.match(head):
        raise FileRefused(
            "This is a web page, not a CSV: a download may have ended at a sign-in page. "
            "Download the file again and open it once to check."
        )


def _transcode(path: Path, encoding: str) -> None:
    draft = path.with_suffix(".utf8")
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as source, draft.open("wb") as target:
        source.seek(2)  # the byte order mark
        try:
            while chunk := source.read(CHUNK):
                target.write(decoder.decode(chunk).encode())
            target.write(decoder.decode(b"", final=True).encode())
        except UnicodeError:
            draft.unlink()
            raise FileRefused(f"The file says it is UTF-16 but is not. {SAVE_AS}") from None
    draft.replace(path)


def _refuse_nul(path: Path) -> None:
    position = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found = chunk.find(b"\0")
            if found >= 0:
                line = line_at(path, position + found)
                raise FileRefused(
                    f"Line {line:,} holds a NUL byte, so this is not plain text. {SAVE_AS}"
                )
            position += len(chunk)
