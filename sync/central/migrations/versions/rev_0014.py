"""In which shift decisions were made and taken back, second looks taken, and plates voided; wider indexes."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from station.shifts.backfill import SAID_IN_TYPES, Told, fill_said_in

revision = "0014"
down_revision = "0013"

WIDER = (
    ("item_parcel", "item", ("parcel", "match", "rma")),
    ("item_shift", "item", ("shift_n", "client")),
    ("parcel_finished_shift", "parcel", ("finished_n", "client")),
)


def upgrade() -> None:
    """Add the columns, and fill them from the journals."""
    for table, column in (("decision", "decided_n"), ("decision", "taken_back_n"), ("second_look", "looked_n")):
        op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=False, server_default="0"))
    fill_said_in(op.get_bind(), _told(op.get_bind()))
    for name, table, column in (
        ("decision_decided", "decision", "decided_n"),
        ("decision_taken_back", "decision", "taken_back_n"),
        ("second_look_shift", "second_look", "looked_n"),
    ):
        op.create_index(name, table, ["station", column])
    voided = sa.text("voided_n > 0")
    op.create_index("plate_voided", "plate", ["station", "voided_n"], sqlite_where=voided, postgresql_where=voided)
    for name, table, columns in WIDER:
        op.drop_index(name, table)
        op.create_index(name, table, ["station", *columns])


def _told(connection: Connection) -> Iterator[Told]:
    """Yield the facts that fill the columns, each station's in their order."""
    each = sa.text(
        "SELECT station, at, shift, type, body, operator FROM journal WHERE type IN :types AND status = 'ok'"
        " ORDER BY station, received_at, epoch, seq"
    ).bindparams(sa.bindparam("types", SAID_IN_TYPES, expanding=True))
    yield from (Told(*row) for row in connection.execute(each))
