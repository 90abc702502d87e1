"""Goods on hold that go back or were rejected, and the bins that are for them alone."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the columns; before, nothing that was decided moved such goods."""
    for table in ("item", "bin"):
        op.add_column(table, sa.Column("apart", sa.Text(), nullable=False, server_default=""))
