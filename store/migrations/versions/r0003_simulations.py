"""Simulations of plans: what was asked for, the site as it was known then, and the record of each run."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the three tables."""
    op.create_table(
        "simulations",
        *_texts("id", "plan_id", "site_id", "asked_by", "wish"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        *_texts("request_fingerprint", "state"),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        *_texts("reason"),
        sa.Column("report", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_simulations_plan_id_plans"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_simulations_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_simulations"),
        sa.UniqueConstraint("idempotency_key", name="uq_simulations_idempotency_key"),
    )
    op.create_index("ix_simulations_plan_id_created_at", "simulations", ["plan_id", "created_at"])
    op.create_table(
        "simulated_sites",
        *_texts("simulation_id", "surveyed"),
        sa.ForeignKeyConstraint(
            ["simulation_id"], ["simulations.id"], name="fk_simulated_sites_simulation_id_simulations"
        ),
        sa.PrimaryKeyConstraint("simulation_id", name="pk_simulated_sites"),
    )
    op.create_table(
        "simulated_runs",
        *_texts("simulation_id"),
        sa.Column("seed", sa.Integer(), nullable=False),
        *_texts("record"),
        sa.ForeignKeyConstraint(
            ["simulation_id"], ["simulations.id"], name="fk_simulated_runs_simulation_id_simulations"
        ),
        sa.PrimaryKeyConstraint("simulation_id", "seed", name="pk_simulated_runs"),
    )


def downgrade() -> None:
    """Drop them: nothing else rests on a simulation."""
    op.drop_table("simulated_runs")
    op.drop_table("simulated_sites")
    op.drop_table("simulations")


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text(), nullable=False) for name in names)
