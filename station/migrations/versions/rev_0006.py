"""What a day placed each way is counted from an index alone, without reading the items."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Let the index of placed items hold their dispositions."""
    op.drop_index("item_placed", "item")
    op.create_index("item_placed", "item", ["station", "placed_at", "disposition"])
