"""Which site each return order belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# Where several sites were told of one RMA it stays with one that still expects it, and had the newest delivery.
_FILL = sa.text("""
INSERT INTO order_owner (rma, site)
SELECT rma, site FROM (
    SELECT feed.key AS rma, feed.site AS site, ROW_NUMBER() OVER (
        PARTITION BY feed.key ORDER BY CASE WHEN feed.body = :withdrawn THEN 1 ELSE 0 END,
        COALESCE(return_order.version, 0) DESC, COALESCE(return_order.updated_at, '') DESC, feed.site
    ) AS place
    FROM feed
    JOIN (SELECT site, key, MAX(seq) AS seq FROM feed WHERE kind = 'order' GROUP BY site, key) AS newest
    ON newest.site = feed.site AND newest.seq = feed.seq
    LEFT JOIN return_order ON return_order.site = feed.site AND return_order.rma = feed.key
) AS told WHERE place = 1
""")


def upgrade() -> None:
    """Make the table, and fill it from the orders that sites were told of."""
    op.create_table(
        "order_owner",
        sa.Column("rma", sa.String(), primary_key=True, nullable=False),
        sa.Column("site", sa.String(), nullable=False),
    )
    op.execute(_FILL.bindparams(sa.bindparam("withdrawn", b"null", sa.LargeBinary())))
