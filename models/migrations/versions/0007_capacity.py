"""How many conversations an agent may hold at once. Can be run again where a run was cut off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if "capacity" not in {each["name"] for each in sa.inspect(op.get_bind()).get_columns("people")}:
        op.add_column("people", sa.Column("capacity", sa.Integer, nullable=False, server_default="0"))
