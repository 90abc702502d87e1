"""The tables as central made them at its start before it had revisions; what is there already stays as it is."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Each table's columns: `*` is part of the key, `!` unique, `?` may be null; a text where no type is named.
_RECORDS: Mapping[str, str] = {
    "station": ("*station site token_hash:bytes! made_at"),
    "ack": ("*station *epoch acked:number hash:bytes"),
    "journal": (
        "*station *epoch *seq:number id! txn at mono_ms:number boot operator shift type v:whole body:bytes "
        "prev:bytes hash:bytes status code received_at"
    ),
    "quarantine": ("*station *epoch *seq:number id hash:bytes raw:bytes code received_at"),
    "site_head": ("*site last:number"),
    "feed": ("*site *seq:number kind key body:bytes"),
    "stored_photo": ("*sha256 size:number station received_at"),
    "shared_photo": ("*sha256 *shared_sha256"),
    "review": ("*kind *rma *line why detail:long opened_at"),
    "order_lock": ("*rma"),
    "order_customer": ("*site *rma client customer standing:whole"),
    "customer_mark": ("*site seq:number"),
    "parcel_order": ("*rma *station *parcel"),
    "return_order": ("*site *rma version:number updated_at digest:bytes"),
    "integrator": ("*site *name token_hash:bytes! made_at"),
    "elsewhere_mark": ("*site *other seq:number"),
    "resolution": (
        "*rma *line *kind id! role client amount_minor:number currency rule why:long parts:long state "
        "steps:whole claim attempts:whole not_before first_sent_at fingerprint reference later:long"
    ),
    "resolution_step": ("*id *n:whole state at by why:long"),
    "resolution_ruling": ("*rma *line then amount_minor:number by why:long at"),
    "resolution_mark": ("*source *name *epoch seq:number"),
}
_PROJECTIONS: Mapping[str, str] = {
    "parcel": (
        "*station *parcel code carrier kind match orders client declared:number weight_mg:number? "
        "in_band:number? unweighed_why arrived_at finished_at items:number missing:number operator shift"
    ),
    "item": (
        "*station *item parcel code match title category client sku gtin rma line lot expiry "
        "price_minor:number currency serial serial_verdict weight_mg:number? in_band:number? letter cosmetic "
        "functional grade_rule grade_reasons routed route_rule route_reasons route_values runner_up owner "
        "overridden override_why overridden_by authorised_by disposition plate confirmed_at bin placed_at "
        "identified_at operator shift"
    ),
    "photo": ("*station *item *shot sha256 size:number verdict skipped_why fingerprint taken_at"),
    "answer": ("*station *item *question option rubric answered_at"),
    "missing_line": ("*station *parcel *rma *line quantity:number confirmed_at"),
    "exception": ("*station *exception kind owner parcel item detail raised_at operator shift txn"),
    "plate": ("*station *plate item copies_asked:number copies_printed:number allotted_at voided_at void_why"),
    "bin": ("*station *bin disposition client replaces labelled_at opened_at closed_at closed_why"),
    "shift": ("*station *shift bench operator opened_at"),
    "story": ("*station *parcel *n:whole epoch seq:number txn"),
    "undone": ("*station *txn undone_at"),
}
_INDEXES: Mapping[str, tuple[str, str]] = {
    "feed_by_key": ("feed", "kind key seq"),
    "order_customer_by_customer": ("order_customer", "client customer"),
    "order_customer_by_rma": ("order_customer", "rma"),
    "resolution_due": ("resolution", "state not_before"),
    "parcel_code": ("parcel", "station code"),
    "parcel_finished": ("parcel", "station finished_at"),
    "item_bin": ("item", "station bin"),
    "item_parcel": ("item", "station parcel"),
    "item_placed": ("item", "station placed_at disposition"),
    "item_plate": ("item", "station plate"),
    "item_rma": ("item", "station rma"),
    "item_serial": ("item", "station serial"),
    "photo_taken": ("photo", "station taken_at"),
    "exception_item": ("exception", "station item"),
    "exception_raised": ("exception", "station raised_at"),
    "exception_txn": ("exception", "station txn"),
    "story_txn": ("story", "station txn"),
    "item_line": ("item", "rma line"),
    "exception_parcel": ("exception", "station parcel"),
}
_ONE_STANDS = "state NOT IN ('withdrawn', 'closed')"


def upgrade() -> None:
    """Make all tables that are not there."""
    for name, columns in _RECORDS.items():
        op.create_table(name, *(_column(text, sa.String()) for text in columns.split()), if_not_exists=True)
    for name, columns in _PROJECTIONS.items():
        parts = [_column(text, sa.Text()) for text in columns.split()]
        op.create_table(name, *parts, sqlite_with_rowid=False, if_not_exists=True)
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns.split(), if_not_exists=True)
    where = sa.text(_ONE_STANDS)
    op.create_index(
        "resolution_once",
        "resolution",
        ["rma", "line", "role"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
        if_not_exists=True,
    )


def _column(text: str, plain: sa.types.TypeEngine[str]) -> sa.Column[Any]:
    name, _, kind = text.strip("*!?").partition(":")
    kinds: dict[str, sa.types.TypeEngine[Any]] = {
        "": plain,
        "long": sa.Text(),
        "number": sa.BigInteger(),
        "whole": sa.Integer(),
        "bytes": sa.LargeBinary(),
    }
    is_key = text.startswith("*")
    nullable, unique = "?" in text, True if "!" in text else None
    return sa.Column(name, kinds[kind], primary_key=is_key, nullable=nullable, unique=unique, autoincrement=False)
