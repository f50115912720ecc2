"""Clients that check in after a replacement and keep an older policy (rule 11)."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_COLUMNS = ("older_seen", "older_serial")


def upgrade() -> None:
    """Keep how often each has done so, the last time, and the policy that it showed."""
    with op.batch_alter_table("judgements") as judgements:
        judgements.add_column(sa.Column("older_times", sa.Integer(), nullable=False, server_default="0"))
        for name in _COLUMNS:
            judgements.add_column(sa.Column(name, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Drop them: a version before does not ask for them."""
    with op.batch_alter_table("judgements") as judgements:
        judgements.drop_column("older_times")
        for name in _COLUMNS:
            judgements.drop_column(name)
