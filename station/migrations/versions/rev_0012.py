"""Why parcels were sent back, what was written off and found again, and sheets and signatures that came late."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from station.archive import packs_after, unpack
from station.journal_errors import JournalError
from station.shifts.backfill import LATER_TYPES, Told, fill_later

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the columns, and fill them from the facts, packed ones too."""
    for table, column in (
        ("parcel", sa.Column("reasons", sa.Text(), nullable=False, server_default="[]")),
        ("item", sa.Column("written_n", sa.BigInteger(), nullable=False, server_default="0")),
        ("item", sa.Column("found_n", sa.BigInteger(), nullable=False, server_default="0")),
        ("shift", sa.Column("countersigned_n", sa.BigInteger(), nullable=False, server_default="0")),
    ):
        with op.batch_alter_table(table, recreate="never") as changing:
            changing.add_column(column)
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
    """Yield the facts that fill the columns, in their order."""
    file = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
    station = connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'station'").scalar() or ""
    for pack in packs_after(connection, 0):
        # A pack that is not whole is told of where facts are proved; what it said fills nothing in.
        with suppress(JournalError):
            for entry in unpack(Path(file).parent, pack):
                if entry.type in LATER_TYPES:
                    yield Told(station, entry.at, entry.shift, entry.type, entry.body)
    types = ", ".join(f"'{each}'" for each in LATER_TYPES)
    rows = connection.exec_driver_sql(f"SELECT station, at, shift, type, body FROM journal WHERE type IN ({types})")
    yield from (Told(*row) for row in rows.all())
