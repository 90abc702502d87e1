"""The figures of a day and the latest photos are found without reading those of all years."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the indexes."""
    op.create_index("parcel_finished", "parcel", ["station", "finished_at"])
    op.create_index("item_placed", "item", ["station", "placed_at"])
    op.create_index("photo_taken", "photo", ["station", "taken_at"])
    op.create_index("exception_raised", "exception", ["station", "raised_at"])
