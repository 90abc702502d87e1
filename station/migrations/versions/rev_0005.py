"""The units with a serial number, and the exceptions of an item, are found without reading those of all years."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the indexes."""
    op.create_index("item_serial", "item", ["station", "serial"])
    op.create_index("exception_item", "exception", ["station", "item"])
