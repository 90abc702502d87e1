"""Which defects a unit has, as facts say from now on; who said what a carrier's sheet says, and said before."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from station import defects
from station.archive import packs_after, unpack
from station.change import Said
from station.journal_errors import JournalError
from station.shifts import sheets

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the columns and the table, and fill them."""
    with op.batch_alter_table("delivery", recreate="never") as changing:
        for name in ("operator", "said_at"):
            changing.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("item", recreate="never") as changing:
        changing.add_column(sa.Column("defects", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "earlier_sheet",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("station", "shift", "carrier")),
        sa.Column("said_n", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("delivered", "refused", "not_found")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("operator", "said_at")),
        sa.PrimaryKeyConstraint("station", "shift", "carrier", "said_n", "n"),
        sqlite_with_rowid=False,
    )
    sheets.fill(op.get_bind(), _told(op.get_bind(), (sheets.TYPE,)))
    defects.fill(op.get_bind(), _told(op.get_bind(), defects.TYPES))


def _told(connection: Connection, types: Sequence[str]) -> Iterator[tuple[Said, bytes]]:
    """Yield what facts of these types say, in their order."""
    file = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
    station = connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'station'").scalar() or ""
    for pack in packs_after(connection, 0):
        # A pack that is not whole is told of where facts are proved; what it said fills nothing in.
        with suppress(JournalError):
            for each in unpack(Path(file).parent, pack):
                if each.type in types:
                    yield Said(station, each.at, each.operator, each.shift, each.txn), each.body
    columns = "station, at, operator, shift, txn, body"
    listed = ", ".join(f"'{each}'" for each in types)
    rows = connection.exec_driver_sql(f"SELECT {columns} FROM journal WHERE type IN ({listed}) ORDER BY seq")
    yield from ((Said(*row[:5]), row[5]) for row in rows.all())
