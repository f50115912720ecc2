"""Requests with an idempotency key, and what they were answered."""

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import blobs, instants, numbers, texts

revision = "kept_answers"
down_revision = "simulations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "kept_answers",
        *texts("id", "request", "attempt", "state"),
        *instants("leased_until", "kept_until"),
        *numbers("status", nullable=True),
        *texts("headers", nullable=True),
        *blobs("body", nullable=True),
        *texts("code"),
        sa.PrimaryKeyConstraint("id", name="pk_kept_answers"),
    )
    op.create_index("ix_kept_answers_kept_until", "kept_answers", ["kept_until"], unique=False)


def downgrade() -> None:
    """Refused: a request that is sent again could have a second effect. Restore a backup of the older release."""
    raise NotImplementedError("this table is never dropped")
