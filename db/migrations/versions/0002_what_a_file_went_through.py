"""What a file went through.

Follows: 0001. Written 2026-11-24. Datasets of before have nothing put aside and no recipe.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OF_BEFORE = {  # column -> type and what datasets of before get
    "quarantined": (sa.BigInteger(), "0"),
    "blank_lines": (sa.BigInteger(), "0"),
    "recipe": (sa.JSON(), "[]"),
    "protected": (sa.JSON(), "{}"),
    "read_as": (sa.JSON(), "{}"),
    "sealed_as": (sa.String(length=32), ""),
    "uncovered": (sa.JSON(), "[]"),
    "uses_uncovered": (sa.Boolean(), sa.false()),
}


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("stage", sa.String(length=80), nullable=False),
        sa.Column("bytes_total", sa.BigInteger(), nullable=True),
        sa.Column("bytes_done", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("question", sa.JSON(), nullable=True),
        sa.Column("dataset_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["datasets.id"],
            name=op.f("fk_imports_dataset_id_datasets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_table(
        "recipes",
        sa.Column("header", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=300), nullable=False),
        sa.Column("fixes", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("header", name=op.f("pk_recipes")),
    )
    for name, (kind, given) in OF_BEFORE.items():
        op.add_column("datasets", sa.Column(name, kind, nullable=False, server_default=given))
    # Not as a batch: SQLite would copy the table, and dropping the old one empties what refers
    # to it.
    op.execute("ALTER TABLE datasets DROP COLUMN unreadable")


def downgrade() -> None:
    op.add_column(
        "datasets", sa.Column("unreadable", sa.BigInteger(), nullable=False, server_default="0")
    )
    for name in reversed(OF_BEFORE):
        op.execute(f"ALTER TABLE datasets DROP COLUMN {name}")
    op.drop_table("recipes")
    op.drop_table("imports")
