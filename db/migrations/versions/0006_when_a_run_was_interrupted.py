"""When a run was interrupted, and which families learn best on a graphics card.

Follows: 0005. Written 2026-11-26.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.add_column("runs", sa.Column("interrupted_at", instant, nullable=True))
    need = sa.Column("need", sa.String(length=8), nullable=False, server_default="cpu")
    op.add_column("offers", need)


def downgrade() -> None:
    op.execute("ALTER TABLE offers DROP COLUMN need")
    op.execute("ALTER TABLE runs DROP COLUMN interrupted_at")
