"""What items were to earlier shifts, when photos were taken, labels printed again and exceptions taken."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from alembic import op

from station import deeds, earlier
from station.change import Said

revision = "0019"
down_revision = "0018"

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
    )
    op.create_index("earlier_item_until", "earlier_item", ["station", "until_n"])
    op.drop_index("item_placed_shift", "item")
    op.create_index("item_placed_shift", "item", ["station", "placed_n", "shift_n", "client"])
    where = sa.text("kind = 'taken'")
    op.create_index("deed_taken", "deed", ["station", "thing"], sqlite_where=where, postgresql_where=where)
    op.add_column("photo", sa.Column("taken_n", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("bin_move", sa.Column("apart", sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE bin_move SET apart = COALESCE((SELECT b.apart FROM bin b"
        " WHERE b.station = bin_move.station AND b.bin = bin_move.bin), '')"
    )
    deeds.fill(op.get_bind(), _told(_NEW))
    earlier.fill(op.get_bind(), lambda: _told(earlier.TYPES))


def _told(types: Iterable[str]) -> Iterator[tuple[Said, str, bytes]]:
    """Yield the facts of some types, each station's in their order."""
    names = ", ".join(f"'{each}'" for each in types)
    columns = "station, at, operator, shift, txn, type, body"
    rows = op.get_bind().exec_driver_sql(
        f"SELECT {columns} FROM journal WHERE type IN ({names}) ORDER BY station, epoch, seq",
        execution_options={"stream_results": True},
    )
    yield from ((Said(*row[:5]), row[5], bytes(row[6])) for row in rows)
