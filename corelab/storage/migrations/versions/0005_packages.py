"""What packages held, and approvals of changed columns, exactly as in 0005_packages.sql; parted by two dashes."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("\n--\n"):
        op.get_bind().exec_driver_sql(statement)
