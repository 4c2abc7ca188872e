"""An index of messages by their time, for the search. Can be run again where a run was cut off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if "messages_at" not in {each["name"] for each in sa.inspect(op.get_bind()).get_indexes("messages")}:
        op.create_index("messages_at", "messages", ["at", "conversation", "seq"])
