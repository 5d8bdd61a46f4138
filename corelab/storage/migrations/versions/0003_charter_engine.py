"""Calibration, certification, single releases, absences and guesses, exactly as in 0003_charter_engine.sql; parted by two dashes."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("\n--\n"):
        op.get_bind().exec_driver_sql(statement)
