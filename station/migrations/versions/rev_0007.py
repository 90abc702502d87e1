"""Facts that were packed and left the journal: which, and how the chain goes on behind them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "packed",
        sa.Column("last", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("prev", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("sum", sa.Text, nullable=False),
        sa.Column("packed_at", sa.Text, nullable=False),
        sa.Column("confirmed_upto", sa.BigInteger, nullable=False),
    )
