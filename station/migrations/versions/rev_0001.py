"""The first tables: journal, snapshot and projections."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""

    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("txn", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("mono_ms", sa.BigInteger(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "snapshot",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )

    op.create_table(
        "answer",
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("option", sa.Text(), nullable=False),
        sa.Column("rubric", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station", "item", "question"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bin",
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("bin", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=False),
        sa.Column("labelled_at", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=False),
        sa.Column("closed_why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station", "bin"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "exception",
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("exception", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("parcel", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.Column("txn", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station", "exception"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "item",
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("parcel", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("match", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("gtin", sa.Text(), nullable=False),
        sa.Column("rma", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("expiry", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("serial_verdict", sa.Text(), nullable=False),
        sa.Column("weight_mg", sa.BigInteger(), nullable=True),
        sa.Column("in_band", sa.BigInteger(), nullable=True),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("cosmetic", sa.Text(), nullable=False),
        sa.Column("functional", sa.Text(), nullable=False),
        sa.Column("grade_rule", sa.Text(), nullable=False),
        sa.Column("grade_reasons", sa.Text(), nullable=False),
        sa.Column("routed", sa.Text(), nullable=False),
        sa.Column("route_rule", sa.Text(), nullable=False),
        sa.Column("route_reasons", sa.Text(), nullable=False),
        sa.Column("route_values", sa.Text(), nullable=False),
        sa.Column("runner_up", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("overridden", sa.Text(), nullable=False),
        sa.Column("override_why", sa.Text(), nullable=False),
        sa.Column("overridden_by", sa.Text(), nullable=False),
        sa.Column("authorised_by", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.Text(), nullable=False),
        sa.Column("bin", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.Text(), nullable=False),
        sa.Column("identified_at", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station", "item"),
        sqlite_with_rowid=False,
    )
    op.create_index("item_bin", "item", ["station", "bin"], unique=False)
    op.create_index("item_parcel", "item", ["station", "parcel"], unique=False)
    op.create_index("item_plate", "item", ["station", "plate"], unique=False)
    op.create_table(
        "missing_line",
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("parcel", sa.Text(), nullable=False),
        sa.Column("rma", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station", "parcel", "rma", "line"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "parcel",
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("parcel", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("match", sa.Text(), nullable=False),
        sa.Column("orders", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("declared", sa.BigInteger(), nullable=False),
        sa.Column("weight_mg", sa.BigInteger(), nullable=True),
        sa.Column("in_band", sa.BigInteger(), nullable=True),
        sa.Column("unweighed_why", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.Text(), nullable=False),
        sa.Column("items", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station", "parcel"),
        sqlite_with_rowid=False,
    )
    op.create_index("parcel_code", "parcel", ["station", "code"], unique=False)
    op.create_table(
        "photo",
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("shot", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("skipped_why", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station", "item", "shot"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "plate",
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("copies_asked", sa.BigInteger(), nullable=False),
        sa.Column("copies_printed", sa.BigInteger(), nullable=False),
        sa.Column("allotted_at", sa.Text(), nullable=False),
        sa.Column("voided_at", sa.Text(), nullable=False),
        sa.Column("void_why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station", "plate"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shift",
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.Column("bench", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station", "shift"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "story",
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("parcel", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("txn", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station", "parcel", "n"),
        sqlite_with_rowid=False,
    )
    op.create_index("story_txn", "story", ["station", "txn"], unique=False)
    op.create_table(
        "undone",
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("txn", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station", "txn"),
        sqlite_with_rowid=False,
    )
