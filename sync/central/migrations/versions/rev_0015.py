"""Who let a bin leave, and what a count had shown before bins were counted again."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the column and the table; before, no fact said either."""
    op.add_column("bin_move", sa.Column("moved_by", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "recount",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("station", "shift", "at", "operator", "seen")),
        sa.PrimaryKeyConstraint("station", "shift", "at"),
    )
