"""In which shift decisions were made and taken back, second looks taken, and plates voided; wider indexes."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from station.archive import packs_after, unpack
from station.journal_errors import JournalError
from station.shifts.backfill import SAID_IN_TYPES, Told, fill_said_in

revision = "0015"
down_revision = "0014"

COLUMNS = (("decision", "decided_n"), ("decision", "taken_back_n"), ("second_look", "looked_n"))
INDEXES = (
    ("decision_decided", "decision", "decided_n"),
    ("decision_taken_back", "decision", "taken_back_n"),
    ("second_look_shift", "second_look", "looked_n"),
)

WIDER = (
    ("item_parcel", "item", ("parcel", "match", "rma")),
    ("item_shift", "item", ("shift_n", "client")),
    ("parcel_finished_shift", "parcel", ("finished_n", "client")),
)


def upgrade() -> None:
    """Add the columns, and fill them from the facts, packed ones too."""
    for table, column in COLUMNS:
        with op.batch_alter_table(table, recreate="never") as changing:
            changing.add_column(sa.Column(column, sa.BigInteger(), nullable=False, server_default="0"))
    fill_said_in(op.get_bind(), _told(op.get_bind()))
    for name, table, column in INDEXES:
        op.create_index(name, table, ["station", column])
    op.create_index("plate_voided", "plate", ["station", "voided_n"], sqlite_where=sa.text("voided_n > 0"))
    for name, table, columns in WIDER:
        op.drop_index(name, table)
        op.create_index(name, table, ["station", *columns])


def _told(connection: Connection) -> Iterator[Told]:
    """Yield the facts that fill the columns, in their order."""
    file = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
    station = connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'station'").scalar() or ""
    for pack in packs_after(connection, 0):
        # A pack that is not whole is told of where facts are proved; what it said fills nothing in.
        with suppress(JournalError):
            for each in unpack(Path(file).parent, pack):
                if each.type in SAID_IN_TYPES:
                    yield Told(station, each.at, each.shift, each.type, each.body, each.operator)
    types = ", ".join(f"'{each}'" for each in SAID_IN_TYPES)
    columns = "station, at, shift, type, body, operator"
    rows = connection.exec_driver_sql(f"SELECT {columns} FROM journal WHERE type IN ({types}) ORDER BY seq")
    yield from (Told(*row) for row in rows.all())
