"""For how many units of its line a resolution is."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"


def upgrade() -> None:
    """Add the column; what was asked for before does not say it."""
    op.add_column("resolution", sa.Column("quantity", sa.BigInteger(), nullable=False, server_default="0"))
