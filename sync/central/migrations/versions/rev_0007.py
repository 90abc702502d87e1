"""In which shift each thing happened, by its number; what was counted, explained and moved."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from station.shifts.backfill import TYPES, Told, fill

revision = "0007"
down_revision = "0006"

_LATER = ("counting_at", "reviewed_at", "signed_at", "signed_by", "verdict", "countersigned_by", "locked_at")
_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "parcel": ("shift_n", "finished_n"),
    "item": ("shift_n", "placed_n", "fill", "moved_n"),
    "exception": ("shift_n",),
    "plate": ("allotted_n", "confirmed_n", "voided_n"),
    "bin": ("hazard",),
    "shift": ("n",),
    "undone": ("shift_n",),
}
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
    ("bin_move_shift", "bin_move", "moved_n"),
)
# Each new table's columns: `*` is part of the key; a text where no type is named.
_TABLES: Mapping[str, str] = {
    "bin_move": "*station *bin *fill:whole moved_to moved_at moved_n:number",
    "delivery": "*station *shift *carrier delivered:number refused:number not_found:number",
    "bin_count": "*station *shift *bin count:number disposition client operator begun_at",
    "bin_counted": "*station *shift *bin count:number plates:number counted_at",
    "counted_plate": "*station *shift *bin *count:whole *plate counted_at",
    "explained": "*station *shift *rule:whole *client *way *why units:number operator explained_at",
}
_KINDS: Mapping[str, type[sa.types.TypeEngine[Any]]] = {"whole": sa.Integer, "number": sa.BigInteger, "": sa.Text}


def upgrade() -> None:
    """Add the columns, fill them from the journals, and make the new tables."""
    for table, numbers in _NUMBERS.items():
        for name in numbers:
            op.add_column(table, sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    for table, texts in (("plate", ("confirmed_at",)), ("shift", _LATER)):
        for name in texts:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
    fill(op.get_bind(), _told(op.get_bind()))
    for name, described in _TABLES.items():
        op.create_table(name, *(_column(each) for each in described.split()), sqlite_with_rowid=False)
    for name, table, *columns in _INDEXES:
        op.create_index(name, table, ["station", *columns])


def _told(connection: Connection) -> Iterator[Told]:
    """Yield the facts that say in which shift something was done, each station's in their order."""
    each = sa.text(
        "SELECT station, at, shift, type, body FROM journal WHERE type IN :types AND status = 'ok'"
        " ORDER BY station, received_at, epoch, seq"
    ).bindparams(sa.bindparam("types", TYPES, expanding=True))
    yield from (Told(*row) for row in connection.execute(each))


def _column(described: str) -> sa.Column[object]:
    name, _, kind = described.partition(":")
    return sa.Column(
        name.lstrip("*"), _KINDS[kind](), primary_key=name.startswith("*"), nullable=False, autoincrement=False
    )
