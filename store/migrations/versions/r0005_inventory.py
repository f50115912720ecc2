"""The inventory: the ports that are watched, and every certificate that was seen at each."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "watched_ports",
        *_texts("site_id", "server", "port", "address"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        *_texts("error"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_watched_ports_site_id_sites"),
        sa.PrimaryKeyConstraint("site_id", "server", "port", name="pk_watched_ports"),
    )
    op.create_table(
        "sightings",
        *_texts("site_id", "server", "port"),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        *_texts("fingerprint", "certificate"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_sightings_site_id_sites"),
        sa.PrimaryKeyConstraint("site_id", "server", "port", "first_seen", name="pk_sightings"),
    )


def downgrade() -> None:
    """Drop them: nothing else rests on what was seen."""
    op.drop_table("sightings")
    op.drop_table("watched_ports")


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text(), nullable=False) for name in names)
