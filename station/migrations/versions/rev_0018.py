"""What items were to earlier shifts, when photos were taken, labels printed again and exceptions taken; packed too."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from station import deeds, earlier
from station.archive import packs_after, unpack
from station.change import Said
from station.journal_errors import JournalError

revision = "0018"
down_revision = "0017"

# What the table of deeds did not hold before.
_NEW = ("PlateReprintAsked", "ExceptionTaken")


def upgrade() -> None:
    """Make the table and the columns, and fill them."""
    op.create_table(
        "earlier_item",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("station", "item")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("until_n", "since_n")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("match", "rma", "letter", "grade_reasons")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("defects", "disposition", "owner", "plate")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("written_n", "found_n")),
        sa.PrimaryKeyConstraint("station", "item", "until_n"),
        sqlite_with_rowid=False,
    )
    op.create_index("earlier_item_until", "earlier_item", ["station", "until_n"])
    op.drop_index("item_placed_shift", "item")
    op.create_index("item_placed_shift", "item", ["station", "placed_n", "shift_n", "client"])
    op.create_index("deed_taken", "deed", ["station", "thing"], sqlite_where=sa.text("kind = 'taken'"))
    with op.batch_alter_table("photo", recreate="never") as changing:
        changing.add_column(sa.Column("taken_n", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("bin_move", recreate="never") as changing:
        changing.add_column(sa.Column("apart", sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE bin_move SET apart = COALESCE((SELECT b.apart FROM bin b"
        " WHERE b.station = bin_move.station AND b.bin = bin_move.bin), '')"
    )
    deeds.fill(op.get_bind(), _told(_NEW))
    earlier.fill(op.get_bind(), lambda: _told(earlier.TYPES))


def _told(types: Iterable[str]) -> Iterator[tuple[Said, str, bytes]]:
    """Yield the facts of some types, in their order."""
    connection = op.get_bind()
    file = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
    station = connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'station'").scalar() or ""
    for pack in packs_after(connection, 0):
        # A pack that is not whole is told of where facts are proved; what it said fills nothing in.
        with suppress(JournalError):
            for each in unpack(Path(file).parent, pack):
                if each.type in types:
                    yield Said(station, each.at, each.operator, each.shift, each.txn), each.type, each.body
    names = ", ".join(f"'{each}'" for each in types)
    columns = "station, at, operator, shift, txn, type, body"
    rows = connection.exec_driver_sql(f"SELECT {columns} FROM journal WHERE type IN ({names}) ORDER BY seq")
    yield from ((Said(*row[:5]), row[5], row[6]) for row in rows)
