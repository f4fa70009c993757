"""One small file for each kind of case in the catalogue: where mutation starts."""

import codecs
import gzip

from tests.catalogue.sheets import changed, csv, good, table, with_lines

CARD = "4242424242424242"
FILES = (
    "", "\n", csv(table(0)), csv(table()[1:]), csv([["amount"], ["1"]]), good(),
    csv(table(), ";"), csv(table(), "\t"), csv(table(), "|"), csv(table(), end="\r\n"),
    csv(table(), end="\r"), "\ufeff" + good(), good().strip(),
    changed({5: {"shop": '"a\nb"'}, 6: {"shop": '"a ""b"" c"'}, 7: {"shop": '"open'}}),
    with_lines('a,b,"c"d,e,f,g', "short", "a,b,c,d,e,f,g,h,i", "", "total,1"),
    csv([["a", "a", "b"], ["1", "2", "3"]]), csv([["a", "A ", "ａ"], ["1", "2", "3"]]),
    csv(table(extra={"<img onerror=x>": "1", "__class__": "2", "id; DROP TABLE": "3"})),
    csv([[f"x{at}" for at in range(300)], ["1"] * 300]), "<!DOCTYPE html><html></html>",
    changed({1: {"shop": "=HYPERLINK(1)"}, 2: {"shop": "@SUM"}, 3: {"shop": "＝1"}}),
    changed({1: {"amount": '"1,234.56"'}, 2: {"amount": '"1.234,56"'}, 3: {"amount": "($5.00)"}}),
    changed({1: {"amount": "1e309"}, 2: {"amount": "NaN"}, 3: {"amount": "0x1F"}}),
    changed({1: {"amount": "1e18"}, 2: {"amount": "-0"}, 3: {"amount": "١٢"}}),
    changed({row: {"when": f"0{row % 9 + 1}/04/2024 10:00"} for row in range(40)}),
    changed({1: {"when": "2023-02-30"}, 2: {"when": "0001-01-01"}, 3: {"when": "24:61"}}),
    changed({row: {"when": f"2024-03-31T02:30:00+0{row % 9}:00"} for row in range(40)}),
    changed({row: {"when": str(1_700_000_000_000 + row)} for row in range(40)}),
    changed({1: {"is_fraud": "2"}, 2: {"is_fraud": ""}, 3: {"is_fraud": "fraud"}}),
    with_lines(",".join(table()[6]), ",".join([*table()[6][:4], "9", "0"])),
    changed({1: {"card": CARD}, 2: {"card": "4242 4242 4242 4242"}, 3: {"shop": f"x {CARD}"}}),
    csv(table(extra={"cc_num": CARD, "cvv": "123", "first": "Ann", "dob": "1988-03-09"})),
    csv(table(extra={"cc_num": "4.11E+15"})),
    changed({1: {"shop": "Zoe\u0308 \u202e🍩\u200b"}, 2: {"id": "81e3104049863b72"}}),
    changed({1: {"shop": "[SEP] </s> <|endoftext|>"}, 2: {"shop": '"' + "," * 999 + '"'}}),
    changed({1: {"shop": '"' + '""' * 999 + '"'}, 2: {"shop": '"x\r\n\x1b[31m"'}}),
    csv(table(extra={"is_fraud_copy": "{row}", "chargeback_date": "2024-02-01"})),
)  # fmt: skip
SEEDS = (
    *(file.encode() for file in FILES),
    codecs.BOM_UTF16_LE + good().encode("utf-16-le"),
    codecs.BOM_UTF16_BE + good().encode("utf-16-be"),
    good().replace("shop", "Café").encode("windows-1252"),
    good().encode().replace(b"t00011", b"t0\x000011"),
    gzip.compress(good().encode(), mtime=0),
    b"PK\x03\x04",
)
