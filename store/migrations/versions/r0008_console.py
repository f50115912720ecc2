"""Sites without REST: what was said to be changed, exports of clients, statements about gates."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the four tables."""
    op.create_table(
        "console_said",
        *_texts("site_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        *_texts("said"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_console_said_site_id_sites"),
        sa.PrimaryKeyConstraint("site_id", "number", name="pk_console_said"),
    )
    op.create_table(
        "client_exports",
        *_texts("id", "site_id"),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        *_texts("export"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_client_exports_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_client_exports"),
    )
    op.create_index("ix_client_exports_site_id_taken_at", "client_exports", ["site_id", "taken_at"])
    op.create_table(
        "exported_clients",
        *_texts("export_id"),
        sa.Column("part", sa.Integer(), nullable=False),
        *_texts("clients"),
        sa.ForeignKeyConstraint(
            ["export_id"], ["client_exports.id"], name="fk_exported_clients_export_id_client_exports"
        ),
        sa.PrimaryKeyConstraint("export_id", "part", name="pk_exported_clients"),
    )
    op.create_table(
        "gate_statements",
        *_texts("rotation_id", "gate"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *_texts("statement"),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotations.id"], name="fk_gate_statements_rotation_id_rotations"),
        sa.PrimaryKeyConstraint("rotation_id", "gate", "at", name="pk_gate_statements"),
    )


def downgrade() -> None:
    """Drop them: a version before knows no site without REST."""
    for table in ("gate_statements", "exported_clients", "client_exports", "console_said"):
        op.drop_table(table)


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text(), nullable=False) for name in names)
