"""How runs are judged.

Follows: 0002. Written 2026-11-26. Runs of before were all asked for by somebody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("chosen_by", sa.String(length=100), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_policies_run_id_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.UniqueConstraint("run_id", "version", name=op.f("uq_policies_run_id_version")),
    )
    op.add_column(
        "runs", sa.Column("automatic", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("runs", sa.Column("champion_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("champion_since", "automatic"):
        op.execute(f"ALTER TABLE runs DROP COLUMN {name}")
    op.drop_table("policies")
