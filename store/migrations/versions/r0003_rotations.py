"""Rotations: what was done and proven, the settings before the first write, and the trail."""

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import blobs, flags, instants, numbers, texts

revision = "rotations"
down_revision = "sites"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "rotations",
        *texts("id", "site_id", "plan_id", "plan_hash", "purpose", "started_by", "why"),
        *instants("created_at"),
        *texts("idempotency_key", nullable=True),
        *texts("request_fingerprint", "status", "step_id", "step_number", "step_title"),
        *numbers("step_index", "step_count"),
        *texts("phase", "attention"),
        *flags("held"),
        *texts("coverage", nullable=True),
        *instants("next_action_at", "finished_at", nullable=True),
        *texts("report", nullable=True),
        *instants("updated_at"),
        *numbers("last_event"),
        *texts("run_id"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_rotations_plan_id_plans"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_rotations_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_rotations"),
        sa.UniqueConstraint("idempotency_key", name="uq_rotations_idempotency_key"),
    )
    op.create_index("ix_rotations_created_at_id", "rotations", ["created_at", "id"], unique=False)
    op.create_index(
        "uq_rotations_one_running",
        "rotations",
        ["site_id"],
        unique=True,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_table(
        "events",
        *texts("rotation_id"),
        *numbers("number"),
        *texts("site_id"),
        *instants("at"),
        *texts("kind", "message", "data", "key", "previous", "hash", "code"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_events_rotation_id_rotations"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_events_site_id_sites"),
        sa.PrimaryKeyConstraint("rotation_id", "number", name="pk_events"),
    )
    op.create_index("ix_events_rotation_id_key", "events", ["rotation_id", "key"], unique=True)
    op.create_table(
        "console_tasks",
        *texts("id", "rotation_id", "site_id"),
        *instants("opened_at"),
        *texts("task", "state", "claimed_by"),
        *instants("closed_at", nullable=True),
        *texts("closed_by", "note", "attestation"),
        *numbers("claims", "file_claim"),
        *texts("file_taken_by"),
        *instants("file_taken_at", "proof_until", "begin_until", nullable=True),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_console_tasks_rotation_id_rotations"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_console_tasks_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_console_tasks"),
    )
    op.create_index("ix_console_tasks_rotation_id", "console_tasks", ["rotation_id"], unique=False)
    op.create_index("ix_console_tasks_site_id_state", "console_tasks", ["site_id", "state"], unique=False)
    op.create_table(
        "setting_writes",
        *texts("rotation_id", "step_id", "group_id", "location_id", "field"),
        *numbers("attempt"),
        *texts("value"),
        *instants("policy_date_before"),
        *instants("sepm_clock", nullable=True),
        *instants("intended_at"),
        *texts("outcome", nullable=True),
        *instants("outcome_at", nullable=True),
        *texts("detail"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_setting_writes_rotation_id_rotations"),
        sa.PrimaryKeyConstraint(
            "rotation_id", "step_id", "group_id", "location_id", "field", "attempt", name="pk_setting_writes"
        ),
    )
    op.create_table(
        "originals",
        *texts("rotation_id", "group_id", "location_id", "site_id", "group_path", "location_name", "settings"),
        *instants("recorded_at"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_originals_rotation_id_rotations"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_originals_site_id_sites"),
        sa.PrimaryKeyConstraint("rotation_id", "group_id", "location_id", name="pk_originals"),
    )
    op.create_index("ix_originals_site_id", "originals", ["site_id"], unique=False)
    op.create_table(
        "restores",
        *texts("rotation_id"),
        *instants("restored_at"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_restores_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", name="pk_restores"),
    )
    op.create_table(
        "swaps",
        *texts("rotation_id", "server", "target"),
        *instants("opened_at", "former_seen", "first_seen", "seen_at", "settled_at", nullable=True),
        *texts("code"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_swaps_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "server", "target", name="pk_swaps"),
    )
    op.create_table(
        "coverage_gates",
        *texts("rotation_id", "gate"),
        *numbers("number"),
        *instants("read_at"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_coverage_gates_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "gate", name="pk_coverage_gates"),
    )
    op.create_table(
        "judgements",
        *texts("rotation_id", "gate", "client_id", "verdict", "reason"),
        *instants("serial_seen", "contact_seen", nullable=True),
        *flags("covered"),
        *texts("covered_reason", nullable=True),
        *numbers("older_times"),
        *instants("older_seen", "older_serial", nullable=True),
        *instants("judged_at"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_judgements_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "gate", "client_id", name="pk_judgements"),
    )
    op.create_table(
        "left_out",
        *texts("rotation_id", "client_id", "who", "why"),
        *instants("at"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_left_out_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "client_id", name="pk_left_out"),
    )
    op.create_table(
        "gate_references",
        *texts("rotation_id", "gate", "owner", "reference"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_gate_references_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "gate", "owner", name="pk_gate_references"),
    )
    op.create_table(
        "gate_statements",
        *texts("rotation_id", "gate"),
        *instants("at"),
        *texts("statement"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_gate_statements_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "gate", "at", name="pk_gate_statements"),
    )
    op.create_table(
        "found",
        *texts("rotation_id", "id"),
        *numbers("number"),
        *instants("at"),
        *numbers("round_number"),
        *texts("found", "repaired", "not_repaired", "accepted_by"),
        *flags("came_of"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_found_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "id", name="pk_found"),
    )
    op.create_index("ix_found_rotation_id_number", "found", ["rotation_id", "number"], unique=True)
    op.create_table(
        "reconciliations",
        *texts("id"),
        *instants("taken_at"),
        *texts("found"),
        *blobs("reserve"),
        sa.PrimaryKeyConstraint("id", name="pk_reconciliations"),
    )


def downgrade() -> None:
    """Refused: it would delete what every proof rests on. Restore a backup that the older release made."""
    raise NotImplementedError("these tables are never dropped")
