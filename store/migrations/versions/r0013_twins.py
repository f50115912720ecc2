"""What a record showed under its former name, and whether that name has come back: two machines share it (rule 23)."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_COLUMNS = ("former_name", "former_serial")


def upgrade() -> None:
    """Keep what each client showed under its former name; none is known yet."""
    for name in _COLUMNS:
        op.add_column("clients", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("clients", sa.Column("former_seen", sa.BigInteger(), nullable=True))
    op.add_column("clients", sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Drop it: a version before does not ask for it. The table stays as it is, since others refer to its rows."""
    for name in ("shared", "former_seen", *reversed(_COLUMNS)):
        op.drop_column("clients", name)
