"""Is this file a text table at all? Refuse what is not, before any reader sees it."""

import codecs
import re

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
    b"\x80\x03": ("a Python pickle", CHOOSE),
    b"\x80\x04\x95": ("a Python pickle", CHOOSE),
    b"\x80\x05\x95": ("a Python pickle", CHOOSE),
}
PAGE = re.compile(rb"\s*(<!doctype html|<html|<\?xml)", re.IGNORECASE)


def refuse_foreign(head: bytes) -> None:
    """Raise FileRefused when a file with these first bytes is empty or no text at all."""
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise FileRefused("The file is empty. Choose one with a header and rows below it.")
    for magic, (what, way_out) in MAGIC.items():
        if head.startswith(magic):
            raise FileRefused(f"This is {what}, not a CSV. {way_out}")
    if PAGE.match(head):
        raise FileRefused(
            "This is a web page, not a CSV: a download may have ended at a sign-in page. "
            "Download the file again and open it once to check."
        )
