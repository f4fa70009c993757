"""How Alembic reaches the database: always through the connection `db.migrate` hands it."""

from typing import Any

from alembic import context
from sqlalchemy import Column, DateTime

from db import Base
from db.base import Instant

BY_HAND = {
    index.name
    for table in Base.metadata.tables.values()
    for index in table.indexes
    if not all(isinstance(part, Column) for part in index.expressions)
}


def plain_type(kind: str, item: Any, _autogenerate: Any) -> str | bool:
    """Write our own column types as the database knows them, so old migrations never break."""
    if kind == "type" and isinstance(item, Instant):
        assert isinstance(item.impl, DateTime)
        return "sa.DateTime(timezone=True)"
    return False


def not_by_hand(_item: Any, name: str | None, kind: str, _reflected: bool, _twin: Any) -> bool:
    """Leave indexes on expressions alone: SQLite shows them as other than they are.

    Migrations write them by hand, and a test asks both databases for every index by name.
    """
    return kind != "index" or name not in BY_HAND


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    transactional_ddl=True,  # SQLite too: our transactions begin by hand (db/session.py)
    render_item=plain_type,
    include_object=not_by_hand,
)
with context.begin_transaction():
    context.run_migrations()
