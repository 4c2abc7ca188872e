"""The schema's history, step by step. Alembic runs env.py and versions/; models/database.py calls it."""
