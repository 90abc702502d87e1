"""The items of a return order are found without reading all items."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the index."""
    op.create_index("item_rma", "item", ["station", "rma"])
