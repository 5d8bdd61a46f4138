"""Transmittals, proposals, fingerprints, replacements, templates, sites, exactly as in 0004_intake.sql; parted by two dashes."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("\n--\n"):
        op.get_bind().exec_driver_sql(statement)
