"""The history of central's tables, one alembic revision each."""
