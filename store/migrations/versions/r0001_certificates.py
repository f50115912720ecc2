"""Identities, their keys and subjects; certificates, requests, orders, keystores; the service's own keys, sealed."""

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import blobs, instants, texts

revision = "certificates"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _identities()
    op.create_table(
        "sealed_keys",
        *texts("id"),
        *blobs("key_sealed"),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_keys"),
    )
    op.create_table(
        "certificates",
        *texts("id", "fingerprint", "facts", "certificate_pem", "chain_pem"),
        *blobs("key_sealed", nullable=True),
        *instants("added_at"),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
        sa.UniqueConstraint("fingerprint", name="uq_certificates_fingerprint"),
    )
    op.create_table(
        "certificate_requests",
        *texts("id", "public_key", "subject", "names", "request_pem", "asked_by"),
        *blobs("key_sealed", nullable=True),
        *instants("asked_at"),
        *texts("certificate_id", nullable=True),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name="fk_certificate_requests_certificate_id_certificates"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_certificate_requests"),
        sa.UniqueConstraint("public_key", name="uq_certificate_requests_public_key"),
    )
    op.create_table(
        "destroyed_keys",
        *texts("public_key", "certificate_id"),
        *instants("at"),
        *texts("who", "why"),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name="fk_destroyed_keys_certificate_id_certificates"
        ),
        sa.PrimaryKeyConstraint("public_key", name="pk_destroyed_keys"),
    )
    op.create_table(
        "keystores",
        *texts("id", "certificate_id", "format", "asked_by"),
        *blobs("file_sealed", nullable=True),
        *instants("made_at", "expires_at"),
        *instants("taken_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name="fk_keystores_certificate_id_certificates"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_keystores"),
    )
    op.create_index("ix_keystores_certificate_id_made_at", "keystores", ["certificate_id", "made_at"], unique=False)
    op.create_table(
        "certificate_orders",
        *texts("id", "request_id", "issuer", "asked_by"),
        *instants("asked_at", "gives_up_at"),
        *texts("idempotency_key", nullable=True),
        *texts("request_fingerprint", "state", "progress"),
        *texts("trouble", nullable=True),
        *texts("findings"),
        *instants("ended_at", nullable=True),
        *texts("certificate_id", nullable=True),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name="fk_certificate_orders_certificate_id_certificates"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["certificate_requests.id"], name="fk_certificate_orders_request_id_certificate_requests"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_certificate_orders"),
        sa.UniqueConstraint("idempotency_key", name="uq_certificate_orders_idempotency_key"),
    )
    op.create_index(
        "ix_certificate_orders_request_id_asked_at", "certificate_orders", ["request_id", "asked_at"], unique=False
    )
    op.create_table(
        "issuer_accounts",
        *texts("issuer"),
        *blobs("key_sealed"),
        *instants("made_at"),
        sa.PrimaryKeyConstraint("issuer", name="pk_issuer_accounts"),
    )


def _identities() -> None:
    op.create_table(
        "identities",
        *texts("id", "name", "likeness"),
        *texts("granted", nullable=True),
        *instants("added_at"),
        *texts("added_by"),
        sa.PrimaryKeyConstraint("id", name="pk_identities"),
        sa.UniqueConstraint("likeness", name="uq_identities_likeness"),
    )
    op.create_table(
        "api_keys",
        *texts("id", "identity_id", "hash"),
        *instants("made_at"),
        *texts("made_by"),
        *instants("expires_at", "revoked_at", nullable=True),
        *texts("revoked_by"),
        *instants("used_at", nullable=True),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name="fk_api_keys_identity_id_identities"),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
    )
    op.create_index("ix_api_keys_identity_id", "api_keys", ["identity_id"], unique=False)
    op.create_table(
        "subjects",
        *texts("id", "issuer", "subject", "identity_id"),
        *instants("linked_at"),
        *texts("linked_by"),
        *instants("barred_at", nullable=True),
        *texts("barred_by"),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name="fk_subjects_identity_id_identities"),
        sa.PrimaryKeyConstraint("id", name="pk_subjects"),
        sa.UniqueConstraint("issuer", "subject", name="uq_subjects_issuer_subject"),
    )
    op.create_index("ix_subjects_identity_id", "subjects", ["identity_id"], unique=False)
    op.create_table(
        "wishes",
        *texts("id", "act", "digest", "asked_by", "identity_id", "why"),
        *instants("asked_at"),
        *texts("seconded_by", "seconded_identity"),
        *instants("seconded_at", nullable=True),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name="fk_wishes_identity_id_identities"),
        sa.PrimaryKeyConstraint("id", name="pk_wishes"),
    )
    op.create_index("ix_wishes_digest", "wishes", ["digest"], unique=False)


def downgrade() -> None:
    """Refused: it would delete what every proof rests on. Restore a backup that the older release made."""
    raise NotImplementedError("these tables are never dropped")
