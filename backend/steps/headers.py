"""What to ask about a file whose first line holds values instead of names."""

from collections.abc import Sequence

from backend.steps import masking
from backend.steps.checkup import Option, Question
from backend.steps.layout import by_position
from backend.steps.recipe import Fix, Kind

KEY = "header"
NO_HEADER = Fix(Kind.HEADER, "", "none")
MOST_EXAMPLES, LONGEST = 3, 40  # values shown, and their characters


def question(cells: Sequence[str]) -> Question:
    """Return the question about a first line with these cells.

    Nobody knows yet which of them is a name or a security code, so all are masked.
    """
    shown = [masking.mask(cell) for cell in cells[:MOST_EXAMPLES]]
    named = zip(by_position(len(shown)), shown, strict=True)
    return Question(
        KEY,
        "The first line holds values, not column names. Is it a transaction like the others?",
        (
            Option(
                "Yes, name the columns col_1, col_2 and so on",
                tuple(f"{name}: {cell[:LONGEST]}" for name, cell in named),
                (NO_HEADER,),
            ),
            Option("No, I will add a line with names on top and bring it again", (), ()),
        ),
    )
