"""What is known of the frames of clips in an archive on a server, exactly as in 0006_archive.sql; parted by two dashes."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("\n--\n"):
        op.get_bind().exec_driver_sql(statement)
