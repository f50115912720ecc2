"""Keystores that are handed out once, and requests for certificates whose keys were made here."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "keystores",
        *_texts("id", "certificate_id", "format", "asked_by"),
        sa.Column("file_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name="fk_keystores_certificate_id_certificates"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_keystores"),
    )
    op.create_index("ix_keystores_certificate_id_made_at", "keystores", ["certificate_id", "made_at"])
    op.create_table(
        "certificate_requests",
        *_texts("id", "public_key", "subject", "names", "request_pem", "asked_by"),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("certificate_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name="fk_certificate_requests_certificate_id_certificates"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_certificate_requests"),
        sa.UniqueConstraint("public_key", name="uq_certificate_requests_public_key"),
    )


def downgrade() -> None:
    """Drop them.

    Raises:
        RuntimeError: when a request waits: its key lies nowhere else.
    """
    waiting = sa.text("SELECT count(*) FROM certificate_requests WHERE certificate_id IS NULL")
    if op.get_bind().scalar(waiting):
        raise RuntimeError("a request for a certificate waits for its answer, and its key would be lost")
    op.drop_table("certificate_requests")
    op.drop_table("keystores")


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text(), nullable=False) for name in names)
