"""What looks at a site have found, in whole, and what came of it (decision 0037); SEPM's clock at each write."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep both from now on."""
    op.create_table(
        "found",
        sa.Column("rotation_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("round_number", sa.Integer(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("repaired", sa.Text(), nullable=False),
        sa.Column("not_repaired", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("came_of", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_found_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "id", name="pk_found"),
    )
    op.add_column("setting_writes", sa.Column("sepm_clock", sa.BigInteger(), nullable=True))
    op.create_index("ix_found_rotation_id_number", "found", ["rotation_id", "number"], unique=True)


def downgrade() -> None:
    """Drop both: a version before does not ask for them."""
    op.drop_table("found")
    op.drop_column("setting_writes", "sepm_clock")
