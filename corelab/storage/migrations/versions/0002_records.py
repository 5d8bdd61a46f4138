"""Reopened readings and second factors, exactly as they are in 0002_records.sql; statements are parted by lines of two dashes."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("\n--\n"):
        op.get_bind().exec_driver_sql(statement)
