"""Recipes: what analysts decided about files with one header, replayed on the next one."""

from collections.abc import Sequence

from sqlalchemy import select

import db
from backend.steps import recipe
from backend.steps.recipe import Fix
from db import now, transaction

LONGEST_FILE_NAME = 300  # characters the table holds


def known() -> dict[str, tuple[Fix, ...]]:
    """Return every recipe by the key of its header; empty before the first decision."""
    with transaction(reading=True) as session:
        rows = session.scalars(select(db.Recipe))
        return {row.header: recipe.from_plain(row.fixes) for row in rows}


def remember(header_key: str, file_name: str, fixes: Sequence[Fix]) -> None:
    """Keep these fixes for the next file with this header, in place of those before.

    No fixes: the header is forgotten. Of two analysts who decide at once the later one stands.
    """
    with transaction() as session:
        row = session.get(db.Recipe, header_key)
        if not fixes:
            if row is not None:
                session.delete(row)
            return
        session.merge(
            db.Recipe(
                header=header_key,
                file_name=file_name[:LONGEST_FILE_NAME],
                fixes=recipe.to_plain(fixes),
                changed_at=now(session),
            )
        )
