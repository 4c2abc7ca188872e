"""The languages in which an agent answers. Can be run again where a run was cut off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if "languages" not in {each["name"] for each in sa.inspect(op.get_bind()).get_columns("people")}:
        op.add_column("people", sa.Column("languages", sa.String(100), nullable=True))
