"""Who made a run champion.

Follows: 0003. Written 2026-11-26. No run of before is champion of its dataset.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "champions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("chosen_by", sa.String(length=100), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_champions_dataset_id_datasets")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_champions_run_id_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_champions")),
    )
    op.create_index("ix_champions_dataset_id_id", "champions", ["dataset_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_champions_dataset_id_id", "champions")
    op.drop_table("champions")
