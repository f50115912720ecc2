"""What each reading of a gate has counted."""

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import instants, numbers, texts

revision = "gate_readings"
down_revision = "event_positions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; of readings that were taken before it nothing is known but the newest."""
    op.create_table(
        "gate_readings",
        *texts("rotation_id", "gate"),
        *instants("taken_at"),
        *numbers("total", "proven", "waiting", "left_out"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_gate_readings_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "gate", "taken_at", name="pk_gate_readings"),
    )


def downgrade() -> None:
    """No revision is taken back."""
    raise NotImplementedError("this table is never dropped")
