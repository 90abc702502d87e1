"""Return orders as other systems send them, for the tests of those doors."""

from typing import Any

import msgspec


def sent(rma: str, version: int = 1, title: str = "Thing", withdrawn: bool = False) -> dict[str, Any]:
    """One order of one line."""
    line = {"line": "1", "sku": "SKU-1", "title": title, "category": "home", "quantity": 1}
    return {
        "rma": rma,
        "client": "Hearthwick",
        "order": f"O-{rma}",
        "lines": [line],
        "version": version,
        "withdrawn": withdrawn,
    }


def as_json(order: dict[str, Any]) -> bytes:
    """The order on one line."""
    return msgspec.json.encode(order)
