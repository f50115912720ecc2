"""What is newer is told by numbers: a clock that was ahead once would hide all that came later."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Number the newest event of each rotation, and the surveys of each site."""
    op.add_column("rotations", sa.Column("told", sa.Integer(), nullable=False, server_default="0"))
    newest = "SELECT MAX(CAST(key AS INTEGER)) FROM events WHERE events.rotation_id = rotations.id"
    op.execute(f"UPDATE rotations SET told = COALESCE(({newest}), 0)")  # noqa: S608 - nothing comes from outside
    op.add_column("surveys", sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE surveys SET number = (SELECT COUNT(*) FROM surveys AS other WHERE other.site_id = surveys.site_id AND "
        "(other.begun_at < surveys.begun_at OR (other.begun_at = surveys.begun_at AND other.id >= surveys.id)))"
    )
    op.drop_index("ix_surveys_site_id_finished_begun_at", "surveys")
    op.create_index("ix_surveys_site_id_finished_number", "surveys", ["site_id", "finished", "number"])


def downgrade() -> None:
    """Refused: what is newer would be told by clocks again."""
    raise NotImplementedError("restore the backup that was made before the upgrade")
