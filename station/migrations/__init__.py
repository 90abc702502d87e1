"""The history of the station database's tables, one alembic revision each."""
