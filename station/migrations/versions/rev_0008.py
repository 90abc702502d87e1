"""In which shift each thing happened, by its number; what was counted, explained and moved."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from station.archive import packs_after, unpack
from station.journal_errors import JournalError
from station.shifts.backfill import TYPES, Told, fill

revision = "0008"
down_revision = "0007"

_LATER = ("counting_at", "reviewed_at", "signed_at", "signed_by", "verdict", "countersigned_by", "locked_at")
_INDEXES: tuple[tuple[str, ...], ...] = (
    ("parcel_shift", "parcel", "shift_n"),
    ("parcel_finished_shift", "parcel", "finished_n"),
    ("item_shift", "item", "shift_n"),
    ("item_placed_shift", "item", "placed_n"),
    ("item_moved_shift", "item", "moved_n", "placed_n"),
    ("exception_shift", "exception", "shift_n"),
    ("plate_allotted", "plate", "allotted_n"),
    ("plate_confirmed", "plate", "confirmed_n", "voided_n"),
    ("undone_shift", "undone", "shift_n"),
)


def upgrade() -> None:
    """Add the columns, fill them from the facts, packed ones too, and make the new tables."""
    _add("parcel", numbers=("shift_n", "finished_n"))
    _add("item", numbers=("shift_n", "placed_n", "fill", "moved_n"))
    _add("exception", numbers=("shift_n",))
    _add("plate", texts=("confirmed_at",), numbers=("allotted_n", "confirmed_n", "voided_n"))
    _add("bin", numbers=("hazard",))
    _add("shift", numbers=("n",), texts=_LATER)
    _add("undone", numbers=("shift_n",))
    fill(op.get_bind(), _told(op.get_bind()))
    for name, table, *columns in _INDEXES:
        op.create_index(name, table, ["station", *columns])
    _tables()


def _told(connection: Connection) -> Iterator[Told]:
    """Yield the facts that say in which shift something was done, in their order."""
    file = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
    station = connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'station'").scalar() or ""
    for pack in packs_after(connection, 0):
        # A pack that is not whole is told of where facts are proved; its facts count for their things' own shifts.
        with suppress(JournalError):
            for entry in unpack(Path(file).parent, pack):
                if entry.type in TYPES:
                    yield Told(station, entry.at, entry.shift, entry.type, entry.body)
    types = ", ".join(f"'{each}'" for each in TYPES)
    rows = connection.exec_driver_sql(f"SELECT station, at, shift, type, body FROM journal WHERE type IN ({types})")
    yield from (Told(*row) for row in rows.all())


def _add(table: str, texts: tuple[str, ...] = (), numbers: tuple[str, ...] = ()) -> None:
    """Add columns that hold nothing yet."""
    with op.batch_alter_table(table, recreate="never") as changing:
        for name in texts:
            changing.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        for name in numbers:
            changing.add_column(sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))


def _tables() -> None:
    _table("bin_move", ("station", "bin"), whole="fill", texts=("moved_to", "moved_at"), numbers=("moved_n",))
    op.create_index("bin_move_shift", "bin_move", ["station", "moved_n"])
    _table("delivery", ("station", "shift", "carrier"), numbers=("delivered", "refused", "not_found"))
    counted = ("disposition", "client", "operator", "begun_at")
    _table("bin_count", ("station", "shift", "bin"), numbers=("count",), texts=counted)
    _table("bin_counted", ("station", "shift", "bin"), numbers=("count", "plates"), texts=("counted_at",))
    _table("counted_plate", ("station", "shift", "bin"), whole="count", last=("plate",), texts=("counted_at",))
    explained = ("client", "way", "why")
    _table("explained", ("station", "shift"), "rule", explained, ("operator", "explained_at"), ("units",))


def _table(
    name: str,
    keys: tuple[str, ...],
    whole: str = "",
    last: tuple[str, ...] = (),
    texts: tuple[str, ...] = (),
    numbers: tuple[str, ...] = (),
) -> None:
    """Make a table with the key `keys`, then the number `whole`, then `last`."""
    key = [*keys, *([whole] if whole else []), *last]
    op.create_table(
        name,
        *(sa.Column(each, sa.Integer() if each == whole else sa.Text(), nullable=False) for each in key),
        *(sa.Column(each, sa.Text(), nullable=False) for each in texts),
        *(sa.Column(each, sa.BigInteger(), nullable=False) for each in numbers),
        sa.PrimaryKeyConstraint(*key),
        sqlite_with_rowid=False,
    )
