"""Who sees to an exception, and what was decided about it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make both tables; nothing was decided before."""
    texts = ("decision", "decided_to", "why", "badge", "decided_at", "taken_back_at", "parcel", "item")
    op.create_table(
        "taken",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("station", "exception", "badge", "taken_at")),
        sa.PrimaryKeyConstraint("station", "exception"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "decision",
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("exception", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.PrimaryKeyConstraint("station", "exception", "n"),
        sqlite_with_rowid=False,
    )
    for table in ("taken", "decision"):
        op.create_index(f"{table}_exception", table, ["exception"])
