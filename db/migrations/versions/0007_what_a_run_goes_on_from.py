"""Which run's checkpoint a run that is launched again goes on from.

Follows: 0006. Written 2026-11-26.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("continues", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.execute("ALTER TABLE runs DROP COLUMN continues")
