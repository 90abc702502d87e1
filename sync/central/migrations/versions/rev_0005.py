"""What is done daily, when it was done, and who is at it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table of daily care."""
    name = sa.Column("name", sa.String(), primary_key=True, nullable=False)
    texts = [sa.Column(each, sa.String(), nullable=False) for each in ("done_at", "held_by", "held_until")]
    op.create_table("care", name, *texts)
