"""What is done daily; what return orders announce, by its code; what supervisors decided on reviews."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# What all orders in the feeds ever announced: the order number, the tracking numbers, the serials of their lines.
_POSTGRESQL = """
WITH said AS (
    SELECT key AS rma, convert_from(body, 'UTF8')::json AS body FROM feed WHERE kind = 'order' AND body <> 'null'
)
INSERT INTO order_code (sort, code, rma)
SELECT sort, upper(replace(code, ' ', '')), rma FROM (
    SELECT 'order' AS sort, body ->> 'order' AS code, rma FROM said
    UNION ALL SELECT 'order', json_array_elements_text(body -> 'trackings'), rma FROM said
    UNION ALL SELECT 'serial', json_array_elements_text(line -> 'serials'), rma
    FROM (SELECT rma, json_array_elements(body -> 'lines') AS line FROM said) AS lines
) AS codes WHERE code <> '' ON CONFLICT DO NOTHING
"""
_SQLITE = """
WITH said AS (
    SELECT key AS rma, CAST(body AS TEXT) AS body FROM feed WHERE kind = 'order' AND body <> CAST('null' AS BLOB)
)
INSERT OR IGNORE INTO order_code (sort, code, rma)
SELECT sort, upper(replace(code, ' ', '')), rma FROM (
    SELECT 'order' AS sort, body ->> '$.order' AS code, rma FROM said
    UNION ALL SELECT 'order', tracking.value, rma FROM said, json_each(body, '$.trackings') AS tracking
    UNION ALL SELECT 'serial', serial.value, rma
    FROM said, json_each(body, '$.lines') AS line, json_each(line.value, '$.serials') AS serial
) WHERE code <> ''
"""


def upgrade() -> None:
    """Make the tables, and fill that of the codes from the orders there are."""
    op.create_table("care", _key("name"), *_texts("done_at", "held_by", "held_until"))
    op.create_table("order_code", *map(_key, ("sort", "code", "rma")))
    op.create_table(
        "review_ruling",
        *map(_key, ("kind", "rma", "line")),
        sa.Column("n", sa.Integer(), primary_key=True, nullable=False, autoincrement=False),
        *_texts("review_why"),
        sa.Column("detail", sa.Text(), nullable=False),
        *_texts("then"),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        *_texts("by"),
        sa.Column("why", sa.Text(), nullable=False),
        *_texts("at"),
    )
    op.execute(_SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), primary_key=True, nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]
