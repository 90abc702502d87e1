"""Ranks return orders by what speaks for each: every point has a reason, and what is missing costs none.

Pure: evidence and orders in, a ranking out. More evidence that fits an order never lowers it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from station.receiving.facts import Declared
from station.records import ReturnOrder
from station.weights import parcel_band

Kind = Literal["number", "near_number", "serial", "contents", "complete", "zip", "weight", "client"]

# What one piece of evidence is worth. A serial number or a tracking number is on one parcel in the world, an article in
# many; that a parcel weighs what an order should weigh is true of many more.
POINTS: Mapping[Kind, int] = {
    "number": 80,
    "serial": 60,
    "near_number": 40,
    "contents": 20,
    "complete": 15,
    "zip": 15,
    "weight": 10,
    "client": 5,
}
# A further serial number or article of the same order adds so much, up to as many.
_FURTHER, _FURTHEST = 5, 5
# An order is taken for clear with so many points at least, and so many before the next one.
CLEAR, APART = 60, 25
# So many digits a number has at least that may be near another: short ones are counted up, RMA-1044, RMA-1045.
_FEWEST_NEAR = 8


class Evidence(msgspec.Struct, frozen=True):
    """What is known of a parcel without its order. `articles` are SKUs and GTINs, one for each unit that was found.

    `matched` are RMA, line and serial number of units of this very parcel that found their order by themselves.
    `read_on` says of a serial number which article it was read on, as far as that is known.
    """

    numbers: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    articles: tuple[tuple[str, ...], ...] = ()
    zips: tuple[str, ...] = ()
    weight_mg: int = 0
    client: str = ""
    matched: tuple[tuple[str, str, str], ...] = ()
    read_on: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Open(msgspec.Struct, frozen=True):
    """A return order of which units are still awaited: `lines` are these units alone."""

    order: ReturnOrder
    lines: tuple[Declared, ...]


class Reason(msgspec.Struct, frozen=True):
    """One thing that speaks for an order: what it is, how much it weighs, and the very number or count it rests on."""

    kind: Kind
    points: int
    what: str


class Ranked(msgspec.Struct, frozen=True):
    """A return order with what speaks for it, the weightiest first."""

    rma: str
    client: str
    order: str
    points: int
    reasons: tuple[Reason, ...]


def rank(evidence: Evidence, orders: Iterable[Open]) -> tuple[Ranked, ...]:
    """Return the orders that anything speaks for, the likeliest first; equal ones by RMA."""
    found = (_ranked(evidence, each) for each in orders)
    return tuple(sorted((each for each in found if each.reasons), key=lambda each: (-each.points, each.rma)))


def is_clear(ranked: Sequence[Ranked]) -> bool:
    """Tell whether the first is the one: strong by itself, and no other near it. Else a person is asked."""
    if not ranked or ranked[0].points < CLEAR:
        return False
    return len(ranked) == 1 or ranked[0].points - ranked[1].points >= APART


def _ranked(evidence: Evidence, each: Open) -> Ranked:
    order = each.order
    found = [
        _number(evidence, order),
        _serial(evidence, each.lines),
        *_contents(evidence, each.lines),
        _zip(evidence, order),
        _weight(evidence, each.lines),
        _client(evidence, order),
    ]
    some = [reason for reason in found if reason is not None]
    reasons = sorted(some, key=lambda reason: (-reason.points, reason.kind))
    points = sum(reason.points for reason in reasons)
    # What every order of the client shares names none of them.
    named = reasons if any(reason.kind != "client" for reason in reasons) else []
    return Ranked(order.rma, order.client, order.order, points if named else 0, tuple(named))


def _number(evidence: Evidence, order: ReturnOrder) -> Reason | None:
    """A number of the order stands on the parcel, or one that a slip of a finger or a scratched bar makes of it."""
    own = [each for each in (*order.trackings, order.rma, order.order) if each]
    same = sorted(set(evidence.numbers) & set(own))
    if same:
        return Reason("number", POINTS["number"], same[0])
    pairs = ((number, each) for number in sorted(evidence.numbers) for each in sorted(own))
    near = next((each for number, each in pairs if is_near(number, each)), None)
    return Reason("near_number", POINTS["near_number"], near) if near is not None else None


def _serial(evidence: Evidence, lines: Sequence[Declared]) -> Reason | None:
    """A serial number of the order is here, and not on another article: makers number their goods alike."""
    shipped = ((serial, line) for line in lines for serial in line.serials if serial in evidence.serials)
    same = sorted({serial for serial, line in shipped if _may_be_on(evidence, serial, line)})
    return Reason("serial", _growing("serial", len(same)), ", ".join(same[:3])) if same else None


def _may_be_on(evidence: Evidence, serial: str, line: Declared) -> bool:
    read_on = [codes for each, codes in evidence.read_on if each == serial]
    return not read_on or any(_is_of(codes, line) for codes in read_on)


def _contents(evidence: Evidence, lines: Sequence[Declared]) -> list[Reason]:
    """Units of the order lie there; each stands for one unit of one line at most."""
    left: Counter[int] = Counter({at: line.quantity for at, line in enumerate(lines)})
    matched = 0
    for codes in sorted(evidence.articles):
        at = next((at for at, line in enumerate(lines) if left[at] > 0 and _is_of(codes, line)), None)
        if at is not None:
            left[at] -= 1
            matched += 1
    if not matched:
        return []
    whole = sum(line.quantity for line in lines)
    found = [Reason("contents", _growing("contents", matched), f"{matched}/{whole}")]
    return [*found, Reason("complete", POINTS["complete"], str(whole))] if matched == whole else found


def _is_of(codes: tuple[str, ...], line: Declared) -> bool:
    return line.sku in codes or (bool(line.gtin) and line.gtin in codes)


def _zip(evidence: Evidence, order: ReturnOrder) -> Reason | None:
    here = order.zip and order.zip in evidence.zips
    return Reason("zip", POINTS["zip"], order.zip) if here else None


def _weight(evidence: Evidence, lines: Sequence[Declared]) -> Reason | None:
    band = parcel_band(lines)
    fits = band is not None and evidence.weight_mg > 0 and band[1] <= evidence.weight_mg <= band[2]
    return Reason("weight", POINTS["weight"], str(evidence.weight_mg)) if fits else None


def _client(evidence: Evidence, order: ReturnOrder) -> Reason | None:
    same = evidence.client and evidence.client == order.client
    return Reason("client", POINTS["client"], order.client) if same else None


def _growing(kind: Kind, count: int) -> int:
    return POINTS[kind] + _FURTHER * min(count - 1, _FURTHEST)


def is_near(one: str, other: str) -> bool:
    """Tell whether one sign more, less or other, or two that changed places, make one number of another.

    Numbers of few digits are never near each other: too many are, whatever letters stand before them.
    """
    digits = min(sum(each.isdigit() for each in number) for number in (one, other))
    if one == other or abs(len(one) - len(other)) > 1 or digits < _FEWEST_NEAR:
        return False
    short, long = sorted((one, other), key=len)
    at = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    return swapped or short[at + 1 :] == long[at + 1 :]
