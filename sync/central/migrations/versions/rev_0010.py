"""Why parcels were sent back, what was written off and found again, and sheets and signatures that came late."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from station.shifts.backfill import LATER_TYPES, Told, fill_later

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns, and fill them from the journals."""
    for table, column in (
        ("parcel", sa.Column("reasons", sa.Text(), nullable=False, server_default="[]")),
        ("item", sa.Column("written_n", sa.BigInteger(), nullable=False, server_default="0")),
        ("item", sa.Column("found_n", sa.BigInteger(), nullable=False, server_default="0")),
        ("shift", sa.Column("countersigned_n", sa.BigInteger(), nullable=False, server_default="0")),
    ):
        op.add_column(table, column)
    op.drop_table("delivery")
    op.create_table(
        "delivery",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("station", "shift", "carrier")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("said_n", "delivered", "refused", "not_found")),
        sa.PrimaryKeyConstraint("station", "shift", "carrier", "said_n"),
        sqlite_with_rowid=False,
    )
    fill_later(op.get_bind(), _told(op.get_bind()))


def _told(connection: Connection) -> Iterator[Told]:
    """Yield the facts that fill the columns, each station's in their order."""
    each = sa.text(
        "SELECT station, at, shift, type, body FROM journal WHERE type IN :types AND status = 'ok'"
        " ORDER BY station, received_at, epoch, seq"
    ).bindparams(sa.bindparam("types", LATER_TYPES, expanding=True))
    yield from (Told(*row) for row in connection.execute(each))
