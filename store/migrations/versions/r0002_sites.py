"""Sites: what they are, their clients, what was seen and surveyed there, and plans."""

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import blobs, flags, instants, longs, numbers, texts

revision = "sites"
down_revision = "certificates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sites",
        *texts("id", "name", "site", "rest_url", "username"),
        *blobs("password_sealed"),
        *texts("domain"),
        *texts("ca_pem", nullable=True),
        *instants("added_at"),
        *texts("access_code", "pins_code"),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
        sa.UniqueConstraint("name", name="uq_sites_name"),
    )
    op.create_table(
        "contacts",
        *texts("site_id"),
        *numbers("number"),
        *instants("at"),
        *texts("kind", "address", "server"),
        *texts("fingerprint", nullable=True),
        *texts("who", "why", "previous", "hash", "code"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_contacts_site_id_sites"),
        sa.PrimaryKeyConstraint("site_id", "number", name="pk_contacts"),
    )
    op.create_index(
        "ix_contacts_site_id_fingerprint_number", "contacts", ["site_id", "fingerprint", "number"], unique=False
    )
    op.create_table(
        "pinned_fingerprints",
        *texts("site_id", "fingerprint"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_pinned_fingerprints_site_id_sites"),
        sa.PrimaryKeyConstraint("site_id", "fingerprint", name="pk_pinned_fingerprints"),
    )
    op.create_table(
        "trail",
        *texts("site_id"),
        *numbers("number"),
        *instants("at"),
        *texts("kind", "message", "who", "identity", "address", "rotation_id", "about"),
        *texts("data", "previous", "hash", "code"),
        sa.PrimaryKeyConstraint("site_id", "number", name="pk_trail"),
    )
    op.create_index("ix_trail_site_id_about_number", "trail", ["site_id", "about", "number"], unique=False)
    op.create_index("ix_trail_site_id_rotation_id_number", "trail", ["site_id", "rotation_id", "number"], unique=False)
    op.create_table(
        "watched_ports",
        *texts("site_id", "server", "port", "address"),
        *numbers("number"),
        *instants("looked_at"),
        *texts("error"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_watched_ports_site_id_sites"),
        sa.PrimaryKeyConstraint("site_id", "server", "port", name="pk_watched_ports"),
    )
    op.create_table(
        "sightings",
        *texts("site_id", "server", "port"),
        *instants("first_seen", "last_seen"),
        *texts("fingerprint", "certificate"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_sightings_site_id_sites"),
        sa.PrimaryKeyConstraint("site_id", "server", "port", "first_seen", name="pk_sightings"),
    )
    op.create_table(
        "surveys",
        *texts("id", "site_id"),
        *numbers("number"),
        *instants("begun_at"),
        *texts("survey", nullable=True),
        *flags("finished"),
        *numbers("client_count", nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_surveys_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_surveys"),
    )
    op.create_index("ix_surveys_site_id_finished_number", "surveys", ["site_id", "finished", "number"], unique=False)
    op.create_table(
        "plans",
        *texts("id", "site_id"),
        *instants("made_at"),
        *texts("hash"),
        *blobs("body"),
        *texts("around"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_plans_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
    )
    op.create_index("ix_plans_site_id_made_at", "plans", ["site_id", "made_at"], unique=False)
    op.create_table(
        "clients",
        *texts("site_id", "id", "name", "group_id"),
        *texts("build", nullable=True),
        *instants("last_seen", nullable=True),
        *texts("last_server", "serial", nullable=True),
        *flags("online", "non_persistent", "present"),
        *texts("reading"),
        *instants("read_at", "first_seen_at"),
        *texts("first_survey", "last_survey", "moved_from", nullable=True),
        *instants("moved_at", nullable=True),
        *texts("network", "system"),
        *longs("longest_silence"),
        *texts("former_name", "former_serial", nullable=True),
        *instants("former_seen", nullable=True),
        *flags("shared"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_clients_site_id_sites"),
        sa.PrimaryKeyConstraint("site_id", "id", name="pk_clients"),
    )
    op.create_index("ix_clients_site_id_group_id", "clients", ["site_id", "group_id"], unique=False)
    op.create_table(
        "client_servers",
        *texts("site_id", "client_id", "server"),
        *instants("last_seen"),
        sa.ForeignKeyConstraint(
            ["site_id", "client_id"],
            ["clients.site_id", "clients.id"],
            name="fk_client_servers_site_id_client_id_clients",
        ),
        sa.PrimaryKeyConstraint("site_id", "client_id", "server", name="pk_client_servers"),
    )
    op.create_table(
        "client_exports",
        *texts("id", "site_id"),
        *instants("taken_at"),
        *texts("export"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_client_exports_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_client_exports"),
    )
    op.create_index("ix_client_exports_site_id_taken_at", "client_exports", ["site_id", "taken_at"], unique=False)
    op.create_table(
        "exported_clients",
        *texts("export_id"),
        *numbers("part"),
        *texts("clients"),
        sa.ForeignKeyConstraint(
            ["export_id"], ["client_exports.id"], name="fk_exported_clients_export_id_client_exports"
        ),
        sa.PrimaryKeyConstraint("export_id", "part", name="pk_exported_clients"),
    )
    op.create_table(
        "http_answers",
        *texts("site_id", "client", "network", "server", "host"),
        *numbers("port"),
        *texts("result"),
        *instants("at"),
        *texts("reported_by"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_http_answers_site_id_sites"),
        sa.PrimaryKeyConstraint("site_id", "client", "network", "server", "host", "port", name="pk_http_answers"),
    )
    op.create_table(
        "console_entries",
        *texts("site_id"),
        *numbers("number"),
        *texts("entry"),
        *instants("at"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_console_entries_site_id_sites"),
        sa.PrimaryKeyConstraint("site_id", "number", name="pk_console_entries"),
    )


def downgrade() -> None:
    """Refused: it would delete what every proof rests on. Restore a backup that the older release made."""
    raise NotImplementedError("these tables are never dropped")
