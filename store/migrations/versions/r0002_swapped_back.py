"""A server may be swapped more than once in a rotation: forth and back. Clients are remembered to have been moved."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Name each swap by its certificate too; note when the former one was last seen, and where a client came from."""
    with op.batch_alter_table("swaps") as swaps:
        swaps.add_column(sa.Column("target", sa.Text(), nullable=True))
        swaps.add_column(sa.Column("former_seen", sa.BigInteger(), nullable=True))
    op.execute("UPDATE swaps SET target = COALESCE(fingerprint, '')")
    with op.batch_alter_table("swaps") as swaps:
        swaps.drop_constraint("pk_swaps", type_="primary")
        swaps.alter_column("target", existing_type=sa.Text(), nullable=False)
        swaps.create_primary_key("pk_swaps", ["rotation_id", "server", "target"])
        swaps.drop_column("fingerprint")
    with op.batch_alter_table("clients") as clients:
        clients.add_column(sa.Column("moved_from", sa.Text(), nullable=True))
        clients.add_column(sa.Column("moved_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Refused: what was swapped back would be lost."""
    raise NotImplementedError("restore the backup that was made before the upgrade")
