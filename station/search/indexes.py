"""The indexes by which a bench finds any code; central is not asked so, and does not bear them."""

from collections.abc import Mapping

# Name: the table, and its columns after the station.
INDEXES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "parcel_orders": ("parcel", ("match", "orders")),
    "parcel_operator": ("parcel", ("operator", "arrived_at")),
    "item_code": ("item", ("code", "identified_at")),
    "item_sku": ("item", ("sku", "identified_at")),
    "item_operator": ("item", ("operator", "identified_at")),
    "item_lying": ("item", ("bin", "moved_n", "placed_at")),
    "missing_line_rma": ("missing_line", ("rma",)),
}
