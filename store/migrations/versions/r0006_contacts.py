"""Whom we believe: every TLS connection to a site's SEPM, and whether its REST address has followed a swap."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the trail. What a rotation has announced before is pinned, so swaps of those that have ended are settled."""
    op.create_table(
        "contacts",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "address", "server")),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("who", "why", "previous", "hash")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_contacts_site_id_sites"),
        sa.PrimaryKeyConstraint("site_id", "number", name="pk_contacts"),
    )
    op.create_index("ix_contacts_site_id_fingerprint_number", "contacts", ["site_id", "fingerprint", "number"])
    with op.batch_alter_table("swaps") as swaps:
        swaps.add_column(sa.Column("settled_at", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE swaps SET settled_at = COALESCE(seen_at, opened_at, 0) "
        "WHERE rotation_id IN (SELECT id FROM rotations WHERE status <> 'running')"
    )


def downgrade() -> None:
    """Refused: the audit of connections would be lost."""
    raise NotImplementedError("restore the backup that was made before the upgrade")
