"""Simulations and their played sites."""

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import instants, numbers, texts

revision = "simulations"
down_revision = "rotations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "simulations",
        *texts("id", "plan_id", "site_id", "asked_by", "wish"),
        *instants("created_at"),
        *texts("idempotency_key", nullable=True),
        *texts("request_fingerprint", "state"),
        *instants("ended_at", nullable=True),
        *texts("reason"),
        *texts("report", nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_simulations_plan_id_plans"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_simulations_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_simulations"),
        sa.UniqueConstraint("idempotency_key", name="uq_simulations_idempotency_key"),
    )
    op.create_index("ix_simulations_plan_id_created_at", "simulations", ["plan_id", "created_at"], unique=False)
    op.create_table(
        "simulated_sites",
        *texts("simulation_id", "surveyed"),
        sa.ForeignKeyConstraint(
            ["simulation_id"], ["simulations.id"], name="fk_simulated_sites_simulation_id_simulations"
        ),
        sa.PrimaryKeyConstraint("simulation_id", name="pk_simulated_sites"),
    )
    op.create_table(
        "simulated_runs",
        *texts("simulation_id"),
        *numbers("seed"),
        *texts("record"),
        sa.ForeignKeyConstraint(
            ["simulation_id"], ["simulations.id"], name="fk_simulated_runs_simulation_id_simulations"
        ),
        sa.PrimaryKeyConstraint("simulation_id", "seed", name="pk_simulated_runs"),
    )


def downgrade() -> None:
    """Refused: it would delete what every proof rests on. Restore a backup that the older release made."""
    raise NotImplementedError("these tables are never dropped")
