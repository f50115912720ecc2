"""The operating system of each client (rule 10)."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the operating system of each client, which the next reading tells."""
    op.add_column("clients", sa.Column("system", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop it: a version before does not ask for it."""
    op.drop_column("clients", "system")
