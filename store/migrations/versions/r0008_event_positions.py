"""The place of each event among those of all rotations."""

import sqlalchemy as sa
from alembic import op

revision = "event_positions"
down_revision = "notices"
branch_labels = None
depends_on = None

_IN_ORDER = sa.text(
    "UPDATE events SET position = ordered.place FROM ("
    "SELECT rotation_id, number, row_number() OVER (ORDER BY at, rotation_id, number) AS place FROM events"
    ") AS ordered WHERE ordered.rotation_id = events.rotation_id AND ordered.number = events.number"
)


def upgrade() -> None:
    """Make the column, and give the events that are there their places in the order of their times."""
    op.add_column("events", sa.Column("position", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(_IN_ORDER)
    if op.get_bind().dialect.name == "postgresql":  # SQLite cannot change a column; there the default stays
        op.alter_column("events", "position", server_default=None)
    op.create_index("ix_events_position", "events", ["position"], unique=False)


def downgrade() -> None:
    """No revision is taken back."""
    raise NotImplementedError("this column is never dropped")
