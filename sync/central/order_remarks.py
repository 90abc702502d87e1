"""Remarks on orders that are taken in: values of some fields that no rule and no earlier order knows.

Most are mistyped, and then no rule that was meant decides.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

import msgspec
from sqlalchemy import Connection, select

from resources import find
from station.records import WITHDRAWN, ReturnOrder
from station.words import CATEGORY_WORDS, RETURN_REASON_WORDS
from sync.central.order_rows import Answer, Told
from sync.central.resolutions.derive import code
from sync.central.resolutions.rules import OUTCOMES, Book, RuleSet
from sync.central.tables import feed, site_head

# As far back as a site's feed is looked through.
_LOOKED_AT = 2_000
# So many different ones are counted, and so many told.
_MOST, _TOLD = 1_000, 10
_FOLDERS = ("routes", "rubrics/clients")
# What is compared as rules compare it.
_CODES = frozenset({"asked", "reason"})


class Remarks:
    """Counts what is not known in the orders of one import; made before the first of them is taken in."""

    def __init__(self, connection: Connection, site: str, book: Book | None) -> None:
        self._known: Mapping[str, set[str]] = {
            "client": set(),
            "asked": {*OUTCOMES},
            "reason": {"", *RETURN_REASON_WORDS},
            "category": {*CATEGORY_WORDS},
        }
        # By the first part of a file's name, as the rules of clients are found.
        self._clients = {_client_of(name) for folder in _FOLDERS for name in find.names(folder)}
        if book is not None:
            self._clients |= {*book.clients}
            for rules in (book.every, *book.clients.values()):
                self._add_rules(rules)
        for order in _earlier(connection, site):
            for field, values in _values(order).items():
                self._known[field].update(_compared(field, each) for each in values)
        self._counts: Counter[tuple[str, str]] = Counter()

    def note(self, rows: Iterable[Told | Answer]) -> None:
        """Count the orders with a value that is not known."""
        for each in rows:
            if not isinstance(each, Told) or each.body is None:
                continue
            for field, values in _values(each.order).items():
                for value in values:
                    if _compared(field, value) in self._known[field]:
                        continue
                    is_counted = (field, value) in self._counts or len(self._counts) < _MOST
                    if is_counted and not (field == "client" and value.casefold() in self._clients):
                        self._counts[field, value] += 1

    def sentences(self) -> list[str]:
        """Return a remark for each, those of the fewest orders first: they are the likeliest to be mistyped."""
        found = sorted(self._counts.items(), key=lambda each: (each[1], each[0]))
        told = [
            f"remark: no rule and no earlier order knows the {field} {value!r}, of {_orders(count)}"
            for (field, value), count in found[:_TOLD]
        ]
        return told + ([f"remark: and {len(found) - _TOLD} others like it"] if len(found) > _TOLD else [])

    def _add_rules(self, rules: RuleSet) -> None:
        for rule in rules.rules:
            self._known["asked"].update(map(code, rule.asked))
            self._known["reason"].update(map(code, rule.reasons))
            self._known["category"].update(rule.categories)
        for fee in rules.fees.values():
            self._known["reason"].update(map(code, fee.unless_reasons))


def ordering(connection: Connection, site: str) -> frozenset[str]:
    """Return the clients, in small letters, of the newest orders a site's benches were told of."""
    return frozenset(order.client.casefold() for order in _earlier(connection, site))


def _earlier(connection: Connection, site: str) -> Iterable[ReturnOrder]:
    """Yield the newest orders a site's benches were told of."""
    last = connection.execute(select(site_head.c.last).where(site_head.c.site == site)).scalar() or 0
    of_site = (feed.c.site == site, feed.c.seq > last - _LOOKED_AT, feed.c.kind == "order", feed.c.body != WITHDRAWN)
    for body in connection.execute(select(feed.c.body).where(*of_site)).scalars():
        try:
            yield msgspec.json.decode(body, type=ReturnOrder)
        except (msgspec.MsgspecError, ValueError):
            # Another version's.
            continue


def _values(order: ReturnOrder) -> Mapping[str, set[str]]:
    return {
        "client": {order.client},
        "asked": {order.asked},
        "reason": {line.reason for line in order.lines},
        "category": {line.product.category for line in order.lines},
    }


def _compared(field: str, value: str) -> str:
    return code(value) if field in _CODES else value


def _client_of(name: str) -> str:
    return PurePosixPath(name).name.partition(".")[0]


def _orders(count: int) -> str:
    return f"{count} order{'s' if count > 1 else ''}"
