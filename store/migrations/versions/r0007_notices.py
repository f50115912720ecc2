"""Channels, notices, their deliveries, and what waits for a person."""

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import blobs, flags, instants, numbers, texts

revision = "notices"
down_revision = "list_indexes"
branch_labels = None
depends_on = None

_IN_USE, _STANDS = sa.text("removed_at IS NULL"), sa.text("over_at IS NULL")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "notice_channels",
        *texts("id", "name", "settings", "target"),
        *blobs("secret_sealed", nullable=True),
        *instants("added_at"),
        *texts("added_by"),
        *instants("removed_at", nullable=True),
        *numbers("last_number", "tries"),
        *instants("retry_at", "failing_since", nullable=True),
        *texts("error"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_channels"),
    )
    op.create_index(
        "uq_notice_channels_name",
        "notice_channels",
        ["name"],
        unique=True,
        sqlite_where=_IN_USE,
        postgresql_where=_IN_USE,
    )
    op.create_table(
        "notices",
        *texts("id"),
        *instants("at"),
        *texts("notice"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    _make_deliveries()
    op.create_table(
        "notice_matters",
        *texts("id", "key"),
        *instants("since"),
        *instants("over_at", nullable=True),
        *texts("matter"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_matters"),
    )
    op.create_index(
        "uq_notice_matters_key", "notice_matters", ["key"], unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS
    )
    op.create_table(
        "notice_rotations",
        *texts("rotation_id"),
        *numbers("event_number"),
        *texts("step_id"),
        *instants("step_since"),
        *flags("ended"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_notice_rotations_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", name="pk_notice_rotations"),
    )
    op.create_table(
        "notice_lease",
        *texts("name", "holder"),
        *instants("until"),
        sa.PrimaryKeyConstraint("name", name="pk_notice_lease"),
    )


def _make_deliveries() -> None:
    op.create_table(
        "notice_deliveries",
        *texts("channel_id"),
        *numbers("number"),
        *texts("notice_id"),
        *instants("due_at"),
        *flags("gathered"),
        *texts("message_id", "state"),
        *numbers("attempts"),
        *instants("ended_at", nullable=True),
        *texts("error"),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["notice_channels.id"], name="fk_notice_deliveries_channel_id_notice_channels"
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_notice_deliveries_notice_id_notices"),
        sa.PrimaryKeyConstraint("channel_id", "number", name="pk_notice_deliveries"),
        sa.UniqueConstraint("channel_id", "notice_id", name="uq_notice_deliveries_channel_id_notice_id"),
    )
    op.create_index(
        "ix_notice_deliveries_channel_id_state_number",
        "notice_deliveries",
        ["channel_id", "state", "number"],
        unique=False,
    )


def downgrade() -> None:
    """Refused, as for all tables. Restore a backup that the older release made."""
    raise NotImplementedError("these tables are never dropped")
