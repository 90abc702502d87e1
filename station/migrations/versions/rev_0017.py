"""What somebody answers for, in the shift in which it was done: filled from the facts, packed ones too."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from station import deeds
from station.archive import packs_after, unpack
from station.change import Said
from station.journal_errors import JournalError

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
        sqlite_with_rowid=False,
    )
    op.create_index("deed_shift", "deed", ["station", "shift_n"])
    deeds.fill(op.get_bind(), _told(op.get_bind()))


def _told(connection: Connection) -> Iterator[tuple[Said, str, bytes]]:
    """Yield the facts that fill the table, in their order."""
    file = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
    station = connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'station'").scalar() or ""
    for pack in packs_after(connection, 0):
        # A pack that is not whole is told of where facts are proved; what it said fills nothing in.
        with suppress(JournalError):
            for each in unpack(Path(file).parent, pack):
                if each.type in deeds.TYPES:
                    yield Said(station, each.at, each.operator, each.shift, each.txn), each.type, each.body
    types = ", ".join(f"'{each}'" for each in deeds.TYPES)
    columns = "station, at, operator, shift, txn, type, body"
    rows = connection.exec_driver_sql(f"SELECT {columns} FROM journal WHERE type IN ({types}) ORDER BY seq")
    yield from ((Said(*row[:5]), row[5], row[6]) for row in rows.all())
