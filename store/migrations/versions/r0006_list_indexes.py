"""Indexes of lists that are read page by page: rotations of a site, and tasks of all."""

from alembic import op

revision = "list_indexes"
down_revision = "kept_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("ix_rotations_site_id_created_at_id", "rotations", ["site_id", "created_at", "id"], unique=False)
    op.create_index("ix_console_tasks_opened_at_id", "console_tasks", ["opened_at", "id"], unique=False)


def downgrade() -> None:
    """No revision is taken back."""
    raise NotImplementedError("these indexes are never dropped")
