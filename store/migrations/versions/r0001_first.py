"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    _of_sites()
    _of_rotations()


def downgrade() -> None:
    """Refused: it would delete every secret and every proof. Delete the database by hand if that is wanted."""
    raise NotImplementedError("there is nothing before the first revision")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(_text(name) for name in names)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _of_sites() -> None:
    op.create_table(
        "certificates",
        *_texts("id", "fingerprint", "facts", "certificate_pem", "chain_pem"),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=True),
        _instant("added_at"),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
        sa.UniqueConstraint("fingerprint", name="uq_certificates_fingerprint"),
    )
    op.create_table(
        "sites",
        *_texts("id", "name", "site", "rest_url", "username"),
        sa.Column("password_sealed", sa.LargeBinary(), nullable=False),
        _text("domain"),
        _text("ca_pem", nullable=True),
        _instant("added_at"),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
        sa.UniqueConstraint("name", name="uq_sites_name"),
    )
    op.create_table(
        "clients",
        *_texts("site_id", "id", "name", "group_id"),
        _text("build", nullable=True),
        _instant("last_seen", nullable=True),
        _text("last_server", nullable=True),
        _text("serial", nullable=True),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("non_persistent", sa.Boolean(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        _text("reading"),
        _instant("read_at"),
        _instant("first_seen_at"),
        _text("first_survey", nullable=True),
        _text("last_survey", nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_clients_site_id_sites"),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_clients"),
    )
    op.create_index("ix_clients_site_id_group_id", "clients", ["site_id", "group_id"])
    op.create_table(
        "pinned_fingerprints",
        *_texts("site_id", "fingerprint"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_pinned_fingerprints_site_id_sites"),
        sa.PrimaryKeyConstraint("site_id", "fingerprint", name="pk_pinned_fingerprints"),
    )
    op.create_table(
        "plans",
        *_texts("id", "site_id"),
        _instant("made_at"),
        _text("hash"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _text("around"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_plans_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
    )
    op.create_index("ix_plans_site_id_made_at", "plans", ["site_id", "made_at"])
    op.create_table(
        "surveys",
        *_texts("id", "site_id"),
        _instant("begun_at"),
        _text("survey", nullable=True),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("client_count", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_surveys_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_surveys"),
    )
    op.create_index("ix_surveys_site_id_finished_begun_at", "surveys", ["site_id", "finished", "begun_at"])
    op.create_table(
        "client_servers",
        *_texts("site_id", "client_id", "server"),
        _instant("last_seen"),
        sa.ForeignKeyConstraint(
            ["site_id", "client_id"],
            ["clients.site_id", "clients.id"],
            name="fk_client_servers_site_id_client_id_clients",
        ),
        sa.PrimaryKeyConstraint("site_id", "client_id", "server", name="pk_client_servers"),
    )


def _of_rotations() -> None:
    op.create_table(
        "rotations",
        *_texts("id", "site_id", "plan_id", "plan_hash", "purpose", "started_by", "why"),
        _instant("created_at"),
        _text("idempotency_key", nullable=True),
        *_texts("request_fingerprint", "status", "step_id", "step_number", "step_title"),
        sa.Column("step_index", sa.Integer(), nullable=False),
        sa.Column("step_count", sa.Integer(), nullable=False),
        *_texts("phase", "attention"),
        sa.Column("held", sa.Boolean(), nullable=False),
        _text("coverage", nullable=True),
        _instant("next_action_at", nullable=True),
        _instant("finished_at", nullable=True),
        _text("report", nullable=True),
        _instant("updated_at"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_rotations_plan_id_plans"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_rotations_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_rotations"),
        sa.UniqueConstraint("idempotency_key", name="uq_rotations_idempotency_key"),
    )
    op.create_index("ix_rotations_created_at_id", "rotations", ["created_at", "id"])
    op.create_index(
        "uq_rotations_one_running",
        "rotations",
        ["site_id"],
        unique=True,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_table(
        "console_tasks",
        *_texts("id", "rotation_id", "site_id"),
        _instant("opened_at"),
        *_texts("task", "state", "claimed_by"),
        _instant("closed_at", nullable=True),
        *_texts("closed_by", "note", "attestation"),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("file_claim", sa.Integer(), nullable=False),
        _text("file_taken_by"),
        _instant("file_taken_at", nullable=True),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_console_tasks_rotation_id_rotations"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_console_tasks_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_console_tasks"),
    )
    op.create_index("ix_console_tasks_rotation_id", "console_tasks", ["rotation_id"])
    op.create_index("ix_console_tasks_site_id_state", "console_tasks", ["site_id", "state"])
    op.create_table(
        "coverage_gates",
        *_texts("rotation_id", "gate"),
        sa.Column("number", sa.Integer(), nullable=False),
        _instant("read_at"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_coverage_gates_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "gate", name="pk_coverage_gates"),
    )
    op.create_table(
        "events",
        _text("rotation_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("site_id"),
        _instant("at"),
        *_texts("kind", "message", "data", "key", "previous", "hash"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_events_rotation_id_rotations"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_events_site_id_sites"),
        sa.PrimaryKeyConstraint("rotation_id", "number", name="pk_events"),
    )
    op.create_index("ix_events_rotation_id_key", "events", ["rotation_id", "key"], unique=True)
    op.create_table(
        "gate_references",
        *_texts("rotation_id", "gate", "owner", "reference"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_gate_references_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "gate", "owner", name="pk_gate_references"),
    )
    op.create_table(
        "judgements",
        *_texts("rotation_id", "gate", "client_id", "verdict", "reason"),
        _instant("serial_seen", nullable=True),
        _instant("contact_seen", nullable=True),
        sa.Column("covered", sa.Boolean(), nullable=False),
        _text("covered_reason", nullable=True),
        _instant("judged_at"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_judgements_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "gate", "client_id", name="pk_judgements"),
    )
    op.create_table(
        "left_out",
        *_texts("rotation_id", "client_id", "who", "why"),
        _instant("at"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_left_out_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "client_id", name="pk_left_out"),
    )
    op.create_table(
        "originals",
        *_texts("rotation_id", "group_id", "location_id", "site_id", "group_path", "location_name", "settings"),
        _instant("recorded_at"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_originals_rotation_id_rotations"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_originals_site_id_sites"),
        sa.PrimaryKeyConstraint("rotation_id", "group_id", "location_id", name="pk_originals"),
    )
    op.create_index("ix_originals_site_id", "originals", ["site_id"])
    op.create_table(
        "restores",
        _text("rotation_id"),
        _instant("restored_at"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_restores_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", name="pk_restores"),
    )
    op.create_table(
        "setting_writes",
        *_texts("rotation_id", "step_id", "group_id", "location_id", "field"),
        sa.Column("attempt", sa.Integer(), nullable=False),
        _text("value"),
        _instant("policy_date_before"),
        _instant("intended_at"),
        _text("outcome", nullable=True),
        _instant("outcome_at", nullable=True),
        _text("detail"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_setting_writes_rotation_id_rotations"),
        sa.PrimaryKeyConstraint(
            "rotation_id", "step_id", "group_id", "location_id", "field", "attempt", name="pk_setting_writes"
        ),
    )
    op.create_table(
        "swaps",
        *_texts("rotation_id", "server"),
        _instant("opened_at", nullable=True),
        _instant("first_seen", nullable=True),
        _instant("seen_at", nullable=True),
        _text("fingerprint", nullable=True),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_swaps_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "server", name="pk_swaps"),
    )
