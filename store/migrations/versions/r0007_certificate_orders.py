"""Orders at a certificate authority, and the accounts that they are placed with."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "issuer_accounts",
        *_texts("issuer"),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", name="pk_issuer_accounts"),
    )
    op.create_table(
        "certificate_orders",
        *_texts("id", "request_id", "issuer", "asked_by"),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("gives_up_at", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        *_texts("request_fingerprint", "state", "progress"),
        sa.Column("trouble", sa.Text(), nullable=True),
        *_texts("findings"),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("certificate_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["certificate_requests.id"], name="fk_certificate_orders_request_id_certificate_requests"
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name="fk_certificate_orders_certificate_id_certificates"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_certificate_orders"),
        sa.UniqueConstraint("idempotency_key", name="uq_certificate_orders_idempotency_key"),
    )
    op.create_index("ix_certificate_orders_request_id_asked_at", "certificate_orders", ["request_id", "asked_at"])


def downgrade() -> None:
    """Drop them: certificates that were issued are kept elsewhere, and an account is made anew."""
    op.drop_table("certificate_orders")
    op.drop_table("issuer_accounts")


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text(), nullable=False) for name in names)
