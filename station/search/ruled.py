"""What supervisors decided at central on reviews, from its record `ruling`: its key is kind, order and line."""

from contextlib import suppress

import msgspec

from station.local_copy import LocalCopy
from station.records import Ruled

_RULED = msgspec.json.Decoder(Ruled)
_KINDS = ("resolution", "duplicate_receipt", "merge_suggestion", "contradiction")


def about_order(copy: LocalCopy, rma: str) -> list[Ruled]:
    """Return what was decided about a return order, by kind and line."""
    return _beginning(copy, f"{rma}|") if rma else []


def about_number(copy: LocalCopy, number: str) -> list[Ruled]:
    """Return what was decided about a tracking or serial number of which no order is known."""
    return [each for each in _beginning(copy, f"|{number}") if each.line == number]


def _beginning(copy: LocalCopy, about: str) -> list[Ruled]:
    found: list[Ruled] = []
    for body in (body for kind in _KINDS for body in copy.kept_below("ruling", f"{kind}|{about}")):
        # Nobody looked into it when it came; what a newer central says in another form is not shown.
        with suppress(msgspec.MsgspecError):
            found.append(_RULED.decode(body))
    return found
