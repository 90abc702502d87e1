"""What went from one bin into another, the checks of single bins, and what was graded again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    """Make the tables; until now everything lay in a bin of its own disposition, and stayed in it."""
    op.add_column("item", sa.Column("way", sa.Text(), nullable=False, server_default=""))
    op.add_column("item", sa.Column("carried_n", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE item SET way = disposition WHERE placed_at <> ''")
    op.create_table(
        "earlier_place",
        *_texts("station", "item"),
        sa.Column("n", sa.Integer(), nullable=False, autoincrement=False),
        *_texts("bin"),
        sa.Column("fill", sa.BigInteger(), nullable=False),
        *_texts("way"),
        sa.Column("left_n", sa.BigInteger(), nullable=False),
        *_texts("txn"),
        sa.PrimaryKeyConstraint("station", "item", "n"),
        sqlite_with_rowid=False,
    )
    op.create_index("earlier_place_txn", "earlier_place", ["station", "txn"])
    op.create_table(
        "bin_check",
        *_texts("station"),
        sa.Column("n", sa.Integer(), nullable=False, autoincrement=False),
        *_texts("bin", "operator", "ended_at"),
        sa.Column("plates", sa.BigInteger(), nullable=True),
        *_texts("findings"),
        sa.PrimaryKeyConstraint("station", "n"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "regrade",
        *_texts("station", "item"),
        sa.Column("n", sa.Integer(), nullable=False, autoincrement=False),
        *_texts("letter", "was_letter", "disposition", "was_disposition", "graded_at", "operator"),
        sa.PrimaryKeyConstraint("station", "item", "n"),
        sqlite_with_rowid=False,
    )
    op.add_column("exception", sa.Column("waits", sa.BigInteger(), nullable=False, server_default="1"))
    op.execute(
        "UPDATE exception SET waits = 0 WHERE (SELECT COUNT(DISTINCT d.decision || '/' || d.decided_to) FROM decision d"
        " WHERE d.exception = exception.exception AND d.taken_back_at = '') = 1"
    )
    op.create_index("exception_waits", "exception", ["station", "waits", "raised_at"])
    op.create_index("decision_item", "decision", ["station", "item"])
    op.create_index("bin_check_ended", "bin_check", ["station", "ended_at"])
