"""What somebody answers for, in the shift in which it was done: filled from the facts."""

import sqlalchemy as sa
from alembic import op

from station import deeds
from station.change import Said

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the table and fill it."""
    op.create_table(
        "deed",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("station", "txn", "kind", "thing")),
        sa.Column("shift_n", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("about", "why", "by", "second")),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("currency", "at")),
        sa.PrimaryKeyConstraint("station", "txn", "kind", "thing"),
    )
    op.create_index("deed_shift", "deed", ["station", "shift_n"])
    types = ", ".join(f"'{each}'" for each in deeds.TYPES)
    columns = "station, at, operator, shift, txn, type, body"
    rows = op.get_bind().exec_driver_sql(
        f"SELECT {columns} FROM journal WHERE type IN ({types}) ORDER BY station, epoch, seq"
    )
    told = ((Said(*row[:5]), row[5], bytes(row[6])) for row in rows.all())
    deeds.fill(op.get_bind(), told)
