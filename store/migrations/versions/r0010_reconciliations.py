"""What the service last found out about itself."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("reserve", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reconciliations"),
    )


def downgrade() -> None:
    """Drop it: a version before holds nothing against Temporal."""
    op.drop_table("reconciliations")
