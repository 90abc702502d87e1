"""Which defects a unit has, as facts say from now on; who said what a carrier's sheet says, and said before."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from station import defects
from station.change import Said
from station.shifts import sheets

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the columns and the table, and fill them."""
    for name in ("operator", "said_at"):
        op.add_column("delivery", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("item", sa.Column("defects", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "earlier_sheet",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("station", "shift", "carrier")),
        sa.Column("said_n", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("delivered", "refused", "not_found")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("operator", "said_at")),
        sa.PrimaryKeyConstraint("station", "shift", "carrier", "said_n", "n"),
    )
    sheets.fill(op.get_bind(), _told((sheets.TYPE,)))
    defects.fill(op.get_bind(), _told(defects.TYPES))


def _told(types: Sequence[str]) -> Iterator[tuple[Said, bytes]]:
    """Yield what facts of these types say, each station's in their order; not all at once: they may be many."""
    each = sa.text(
        "SELECT station, at, operator, shift, txn, body FROM journal WHERE type IN :types AND status = 'ok'"
        " ORDER BY station, received_at, epoch, seq"
    ).bindparams(sa.bindparam("types", types, expanding=True))
    for *who, body in op.get_bind().execute(each, execution_options={"stream_results": True}):
        yield Said(*who), bytes(body)
