"""Goods on hold that go back or were rejected, and the bins that are for them alone."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the columns; before, nothing that was decided moved such goods."""
    for table in ("item", "bin"):
        with op.batch_alter_table(table, recreate="never") as changing:
            changing.add_column(sa.Column("apart", sa.Text(), nullable=False, server_default=""))
