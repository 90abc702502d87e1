"""Who said what a carrier's sheet says, and what it said before: filled from the facts."""

import sqlalchemy as sa
from alembic import op

from station.change import Said
from station.shifts import sheets

revision = "0020"
down_revision = "0018"


def upgrade() -> None:
    """Add the columns and the table, and fill them."""
    for name in ("operator", "said_at"):
        op.add_column("delivery", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "earlier_sheet",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("station", "shift", "carrier")),
        sa.Column("said_n", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("delivered", "refused", "not_found")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("operator", "said_at")),
        sa.PrimaryKeyConstraint("station", "shift", "carrier", "said_n", "n"),
    )
    columns = "station, at, operator, shift, txn, body"
    rows = op.get_bind().exec_driver_sql(
        f"SELECT {columns} FROM journal WHERE type = '{sheets.TYPE}' AND status = 'ok'"
        " ORDER BY station, received_at, epoch, seq"
    )
    sheets.fill(op.get_bind(), ((Said(*row[:5]), bytes(row[5])) for row in rows.all()))
