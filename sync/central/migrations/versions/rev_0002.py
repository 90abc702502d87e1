"""Snapshots below a floor of the feed, digests, due customers, one writer a station; who was heard, and roles."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the new tables; say of every feed that its newest record may be an order, so that it is looked at once."""
    op.add_column("site_head", sa.Column("last_order", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("site_head", sa.Column("floor", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE site_head SET last_order = last")
    op.create_table("feed_moment", _name("site"), _name("at"), _number("seq"))
    op.create_table(
        "repeated",
        _name("station"),
        _name("epoch"),
        _number("seq", key=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
    )
    op.create_table("customer_due", _name("client"), _name("customer"), _number("times"))
    op.create_table("station_lock", _name("station"))
    op.create_table("station_heard", _name("station"), sa.Column("at", sa.String(), nullable=False))
    op.create_table("integrator_role", _name("site"), _name("name"), _name("role"))
    # Central asks across stations, a bench never does.
    op.create_index("parcel_by_code", "parcel", ["code"])
    op.create_index("item_by_serial", "item", ["serial"])
    op.create_index("parcel_order_by_parcel", "parcel_order", ["station", "parcel"])


def _name(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), primary_key=True, nullable=False)


def _number(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), primary_key=key, nullable=False, autoincrement=False)
