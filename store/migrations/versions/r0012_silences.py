"""How long each client was silent before it came back (rule 22)."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the longest silence of each client; none is known yet."""
    op.add_column("clients", sa.Column("longest_silence", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Drop it: a version before does not ask for it. The table stays as it is, since others refer to its rows."""
    op.drop_column("clients", "longest_silence")
