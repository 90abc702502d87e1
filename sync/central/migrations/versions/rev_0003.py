"""Held facts are found without reading every journal."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make an index of nothing but what is held."""
    is_held = sa.text("status = 'held'")
    op.create_index("journal_held", "journal", ["station"], sqlite_where=is_held, postgresql_where=is_held)
