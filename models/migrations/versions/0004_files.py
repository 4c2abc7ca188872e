"""What is known of the files that people have sent. Can be run again where a run was cut off."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_default_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("files"):
        return
    op.create_table(
        "files",
        *(
            sa.Column(name, sa.String(128), primary_key=name == "id", nullable=False)
            for name in ("id", "conversation", "person")
        ),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("bytes", "width", "height", "at")),
        sa.Index("files_person", "person", "at"),
        sa.Index("files_conversation", "conversation"),
        **_MYSQL,
    )
