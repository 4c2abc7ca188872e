"""Alembic's entry: runs the steps on the connection that models/database.py holds alone."""

from __future__ import annotations

from alembic import context

from models.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite rolls DDL back, so that a step is whole or not at all; MySQL cannot, so steps there can be run again.
    transactional_ddl=context.config.attributes["connection"].dialect.name == "sqlite",
)

with context.begin_transaction():
    context.run_migrations()
