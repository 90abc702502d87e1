"""The indexes by which any code is found."""

from alembic import op

revision = "0010"
down_revision = "0009"

_INDEXES: tuple[tuple[str, ...], ...] = (
    ("parcel_orders", "parcel", "match", "orders"),
    ("parcel_operator", "parcel", "operator", "arrived_at"),
    ("item_code", "item", "code", "identified_at"),
    ("item_sku", "item", "sku", "identified_at"),
    ("item_operator", "item", "operator", "identified_at"),
    ("item_lying", "item", "bin", "moved_n", "placed_at"),
    ("missing_line_rma", "missing_line", "rma"),
)


def upgrade() -> None:
    """Make the indexes."""
    for name, table, *columns in _INDEXES:
        op.create_index(name, table, ["station", *columns])
