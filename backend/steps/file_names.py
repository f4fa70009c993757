"""What a file is called: safe to show, never used as a path."""

import re
import unicodedata

from backend.errors import FileRefused
from backend.steps import cards

LONGEST = 300  # characters shown and stored
NAMELESS = "file.csv"
DISGUISED = re.compile(r"\.csv\.(?!csv$)[a-z0-9]{1,8}$", re.IGNORECASE)
JOINER = "\u200d"  # holds an emoji together; other invisible signs are taken out


def shown_name(given: str) -> str:
    """Return a file's name as it may be shown: no folders, no invisible signs, no card numbers.

    Signs that turn the direction of writing around go too: they hide what a name ends in. A
    name of nothing else becomes "file.csv". Raises FileRefused for a CSV's name with another
    ending behind it, such as "cards.csv.exe".
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    visible = "".join(sign for sign in last if sign == JOINER or _is_visible(sign)).strip()
    if found := DISGUISED.search(visible):
        raise FileRefused(
            f'The name of this file ends in "{found.group().rpartition(".")[2]}", not in "csv". '
            "Choose a CSV of transactions; unpack or rename this file first if it holds one."
        )
    return cards.replace(visible, lambda _digits: cards.HIDDEN)[:LONGEST] or NAMELESS


def _is_visible(sign: str) -> bool:
    return not unicodedata.category(sign).startswith("C")
