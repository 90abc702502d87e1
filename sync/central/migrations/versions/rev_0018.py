"""For how many units of its line a resolution is, and for which line a unit counts."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add both; what was asked for before does not say how many, and units of what was begun count where they are."""
    op.add_column("resolution", sa.Column("quantity", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "counted_unit",
        sa.Column("station", sa.String(), primary_key=True),
        sa.Column("item", sa.String(), primary_key=True),
        sa.Column("rma", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
    )
    op.execute(
        "INSERT INTO counted_unit (station, item, rma, line) SELECT station, item, rma, line FROM item"
        " WHERE line <> '' AND disposition <> '' AND EXISTS (SELECT 1 FROM resolution WHERE resolution.rma = item.rma"
        " AND resolution.line = item.line AND resolution.state NOT IN ('requested', 'withdrawn', 'closed'))"
    )
