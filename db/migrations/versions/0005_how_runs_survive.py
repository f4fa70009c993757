"""How runs survive.

Follows: 0004. Written 2026-11-26. Runs of before wait in the order of their numbers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
RUN_COLUMNS = (
    sa.Column("need", sa.String(length=8), nullable=False, server_default="cpu"),
    sa.Column("devices", sa.Integer(), nullable=False, server_default="1"),
    sa.Column("priority", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("place", sa.Double(), nullable=False, server_default="0"),
    sa.Column("waits_until", INSTANT, nullable=True),
    sa.Column("resumed_step", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("halvings", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("failure", sa.String(length=20), nullable=True),
    sa.Column("trace", sa.Text(), nullable=True),
)


def upgrade() -> None:
    for column in RUN_COLUMNS:
        op.add_column("runs", column)
    op.execute("UPDATE runs SET place = id")
    op.create_table(
        "checkpoints",
        _run_id("checkpoints"),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "attempt", "step", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "workers",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("devices", sa.Integer(), nullable=False),
        sa.Column("draining", sa.Boolean(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    op.create_table(
        "pieces",
        _run_id("pieces"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_group", sa.Integer(), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=200), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_pieces")),
    )
    op.create_index("ix_pieces_state_run_id", "pieces", ["state", "run_id"])


def downgrade() -> None:
    op.drop_index("ix_pieces_state_run_id", "pieces")
    for table in ("pieces", "workers", "checkpoints"):
        op.drop_table(table)
    for column in reversed(RUN_COLUMNS):
        op.execute(f"ALTER TABLE runs DROP COLUMN {column.name}")


def _run_id(table: str) -> sa.Column[int]:
    key = sa.ForeignKey("runs.id", name=f"fk_{table}_run_id_runs")
    return sa.Column("run_id", sa.Integer(), key, nullable=False)
