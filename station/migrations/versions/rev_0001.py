"""The first tables: journal, snapshot and projections."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    _journal()
    _parcels()
    _items()
    _evidence()
    _things()
    _undo()


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _numbers(*names: str, known: bool = True) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=not known) for name in names]


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _bytes(*names: str) -> list[sa.Column[bytes]]:
    return [sa.Column(name, sa.LargeBinary(), nullable=False) for name in names]


def _key(*names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names)


def _journal() -> None:
    op.create_table(
        "meta",
        *_text("name", "value"),
        _key("name"),
    )
    op.create_table(
        "journal",
        _whole("seq"),
        *_text("station", "epoch", "id", "txn", "at"),
        *_numbers("mono_ms"),
        *_text("boot", "operator", "shift", "type"),
        _whole("v"),
        *_bytes("body", "prev", "hash"),
        _key("seq"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "snapshot",
        _whole("one"),
        _whole("seq"),
        *_text("shape"),
        *_bytes("state"),
        _key("one"),
    )


def _parcels() -> None:
    op.create_table(
        "parcel",
        *_text("station", "parcel", "code", "carrier", "kind", "match", "orders", "client"),
        *_numbers("declared"),
        *_numbers("weight_mg", "in_band", known=False),
        *_text("unweighed_why", "arrived_at", "finished_at"),
        *_numbers("items", "missing"),
        *_text("operator", "shift"),
        _key("station", "parcel"),
        sqlite_with_rowid=False,
    )
    op.create_index("parcel_code", "parcel", ["station", "code"])
    op.create_table(
        "missing_line",
        *_text("station", "parcel", "rma", "line"),
        *_numbers("quantity"),
        *_text("confirmed_at"),
        _key("station", "parcel", "rma", "line"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "exception",
        *_text(
            "station", "exception", "kind", "owner", "parcel", "item", "detail", "raised_at", "operator", "shift", "txn"
        ),
        _key("station", "exception"),
        sqlite_with_rowid=False,
    )


# fmt: off
_WHAT_IT_IS = (
    "station", "item", "parcel", "code", "match", "title", "category", "client", "sku", "gtin", "rma", "line",
    "lot", "expiry",
)
_WHAT_BECAME_OF_IT = (
    "letter", "cosmetic", "functional", "grade_rule", "grade_reasons", "routed", "route_rule", "route_reasons",
    "route_values", "runner_up", "owner", "overridden", "override_why", "overridden_by", "authorised_by",
    "disposition", "plate", "confirmed_at", "bin", "placed_at", "identified_at", "operator", "shift",
)
# fmt: on


def _items() -> None:
    op.create_table(
        "item",
        *_text(*_WHAT_IT_IS),
        *_numbers("price_minor"),
        *_text("currency", "serial", "serial_verdict"),
        *_numbers("weight_mg", "in_band", known=False),
        *_text(*_WHAT_BECAME_OF_IT),
        _key("station", "item"),
        sqlite_with_rowid=False,
    )
    op.create_index("item_bin", "item", ["station", "bin"])
    op.create_index("item_parcel", "item", ["station", "parcel"])
    op.create_index("item_plate", "item", ["station", "plate"])


def _evidence() -> None:
    op.create_table(
        "photo",
        *_text("station", "item", "shot", "sha256"),
        *_numbers("size"),
        *_text("verdict", "skipped_why", "fingerprint", "taken_at"),
        _key("station", "item", "shot"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "answer",
        *_text("station", "item", "question", "option", "rubric", "answered_at"),
        _key("station", "item", "question"),
        sqlite_with_rowid=False,
    )


def _things() -> None:
    op.create_table(
        "plate",
        *_text("station", "plate", "item"),
        *_numbers("copies_asked", "copies_printed"),
        *_text("allotted_at", "voided_at", "void_why"),
        _key("station", "plate"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bin",
        *_text(
            "station", "bin", "disposition", "client", "replaces", "labelled_at", "opened_at", "closed_at", "closed_why"
        ),
        _key("station", "bin"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shift",
        *_text("station", "shift", "bench", "operator", "opened_at"),
        _key("station", "shift"),
        sqlite_with_rowid=False,
    )


def _undo() -> None:
    op.create_table(
        "story",
        *_text("station", "parcel"),
        _whole("n"),
        *_text("epoch"),
        *_numbers("seq"),
        *_text("txn"),
        _key("station", "parcel", "n"),
        sqlite_with_rowid=False,
    )
    op.create_index("story_txn", "story", ["station", "txn"])
    op.create_table(
        "undone",
        *_text("station", "txn", "undone_at"),
        _key("station", "txn"),
        sqlite_with_rowid=False,
    )
