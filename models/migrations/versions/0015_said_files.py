"""Whether a file was said in a message: what never is goes after a day. Of those from before nobody knows, so they stay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = sa.inspect(op.get_bind())
    if "said" not in {each["name"] for each in table.get_columns("files")}:
        op.add_column("files", sa.Column("said", sa.Boolean, nullable=False, server_default="1"))
    if "files_said" not in {each["name"] for each in table.get_indexes("files")}:
        op.create_index("files_said", "files", ["said", "at"])
