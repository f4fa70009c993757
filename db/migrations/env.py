"""How Alembic reaches the database: always through the connection `db.migrate` hands it."""

from typing import Any

from alembic import context
from sqlalchemy import DateTime

from db import Base
from db.base import Instant


def plain_type(kind: str, item: Any, _autogenerate: Any) -> str | bool:
    """Write our own column types as the database knows them, so old migrations never break."""
    if kind == "type" and isinstance(item, Instant):
        assert isinstance(item.impl, DateTime)
        return "sa.DateTime(timezone=True)"
    return False


def by_hand(item: Any, name: str | None, kind: str, reflected: bool, twin: Any) -> bool:
    """Leave indexes on expressions alone: SQLite shows them as other than they are."""
    return not (kind == "index" and any(not isinstance(part, Column) for part in item.expressions))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    transactional_ddl=True,  # SQLite too: our transactions begin by hand (db/session.py)
    render_item=plain_type,
)
with context.begin_transaction():
    context.run_migrations()
