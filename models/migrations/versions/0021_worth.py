"""What a label of each message in the inbox is worth. Can be run again where a run was cut off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_OLD, _NEW = "inbox_groups", "inbox_worth"


def upgrade() -> None:
    schema = sa.inspect(op.get_bind())
    if "worth" not in {each["name"] for each in schema.get_columns("inbox")}:
        op.add_column("inbox", sa.Column("worth", sa.BigInteger(), nullable=False, server_default=sa.text("-1")))
    op.execute("UPDATE inbox SET worth = doubt WHERE worth = -1")
    indexes = {each["name"] for each in schema.get_indexes("inbox")}
    if _NEW not in indexes:
        op.create_index(_NEW, "inbox", ["state", "cluster", "worth", "at"])
    if _OLD in indexes:
        op.drop_index(_OLD, "inbox")
