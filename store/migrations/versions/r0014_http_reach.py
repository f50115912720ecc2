"""What clients were answered over plain HTTP, and the network that each is in (rule 24)."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the network of each client, which the next reading tells, and the answers."""
    op.add_column("clients", sa.Column("network", sa.Text(), nullable=False, server_default="unknown"))
    op.create_table(
        "http_answers",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_http_answers_site_id_sites"),
        sa.PrimaryKeyConstraint("site_id", "client", "network", "server", "host", "port", name="pk_http_answers"),
    )


def downgrade() -> None:
    """Drop both: a version before does not ask for them."""
    op.drop_table("http_answers")
    op.drop_column("clients", "network")
