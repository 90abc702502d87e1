"""Second looks at graded items."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"

_TEXTS = ("grader", "category", "client", "rubric", "first_letter", "letter", "answers", "looked_at")


def upgrade() -> None:
    """Make the table; nobody looked twice before."""
    op.create_table(
        "second_look",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("station", "item", "second", *_TEXTS)),
        sa.PrimaryKeyConstraint("station", "item", "second"),
        sqlite_with_rowid=False,
    )
    op.create_index("second_look_at", "second_look", ["station", "looked_at"])
