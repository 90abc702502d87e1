"""The exceptions that an undone step raised are found without reading all exceptions."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the index."""
    op.create_index("exception_txn", "exception", ["station", "txn"])
