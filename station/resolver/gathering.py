"""Gathers what a ranking works on: the evidence from a parcel's facts, and the orders worth a look from the copy."""

from collections import Counter
from collections.abc import Callable

from station.copy_writing import CODES
from station.database import DRIVER, driver_connection
from station.known import Received
from station.local_copy import LocalCopy
from station.receiving.parcel import Parcel
from station.record_codes import ORDER, code_of, gtin14, readable, tails_of
from station.records import ReturnOrder
from station.resolver.ranking import POINTS, Evidence, Open, Ranked, rank
from station.steps.arrive import declared

# What came of a return order already, by its RMA.
Receipts = Callable[[str], tuple[Received, ...]]
# More orders than this are like each other in all that is known: nobody could be shown which it is.
_LOOKED_AT = 100
_CODES = 240
_BY_CODE = f"SELECT ? AS points, record AS id FROM {CODES} WHERE sort = ? AND code = ?"
# An order is found by its RMA through its own key.
_BY_RMA = "SELECT ? AS points, id FROM record WHERE kind = 'order' AND key = ?"


def evidence_of(parcel: Parcel, zips: tuple[str, ...] = ()) -> Evidence:
    """Return what the parcel on the bench says of its order so far; `zips` are what a person says besides.

    No fact of a bench has the sender's postal code: a label codes where the parcel goes.
    """
    named = [item.identified for item in parcel.items]
    serials = [item.serial.serial if item.serial is not None else "" for item in parcel.items]
    articles = [tuple(dict.fromkeys(filter(None, (each.sku, gtin14(each.gtin), each.gtin)))) for each in named]
    clients = {each.client for each in named if each.client}
    return Evidence(
        (parcel.arrived.code,),
        tuple(dict.fromkeys(filter(None, serials))),
        tuple(filter(None, articles)),
        zips,
        parcel.weighed.weight_mg if parcel.weighed is not None else 0,
        clients.pop() if len(clients) == 1 else "",
        tuple((each.rma, each.line, serial) for each, serial in zip(named, serials, strict=True) if each.rma),
        tuple((serial, codes) for serial, codes in zip(serials, articles, strict=True) if serial and codes),
    )


def likely(copy: LocalCopy, received: Receipts, evidence: Evidence) -> tuple[Ranked, ...]:
    """Return the orders that the evidence speaks for, the likeliest first; what came whole before is none of them."""

    def came_before(rma: str) -> tuple[Received, ...]:
        here = Counter((line, serial) for of, line, serial in evidence.matched if of == rma)
        others = Counter((each.line, each.serial) for each in received(rma)) - here
        return tuple(Received(*each) for each in others.elements())

    opened = (Open(order, tuple(declared((order,), came_before))) for order in _worth_a_look(copy, evidence))
    return rank(evidence, [each for each in opened if each.lines])


def _worth_a_look(copy: LocalCopy, evidence: Evidence) -> list[ReturnOrder]:
    """Return the orders that share any code with the evidence, those first that share most, of equals the newest."""
    codes = _codes(evidence)[:_CODES]
    if not codes:
        return []
    parts = [_BY_RMA if sort == "rma" else _BY_CODE for _, sort, _ in codes]
    query = (
        f"SELECT record.body FROM (SELECT id, SUM(points) AS points FROM ({' UNION ALL '.join(parts)})"
        f" GROUP BY id ORDER BY points DESC, id DESC LIMIT {_LOOKED_AT}) AS near"
        " JOIN record ON record.id = near.id ORDER BY near.points DESC, near.id DESC"
    )
    values = [
        value for points, sort, code in codes for value in ((points, code) if sort == "rma" else (points, sort, code))
    ]
    try:
        rows = driver_connection(copy.connection).execute(query, values).fetchall()
    except DRIVER.DatabaseError:
        # A copy that is damaged is emptied by whoever must have an answer of it; a guess can wait.
        return []
    return list(readable(ORDER, (bytes(row[0]) for row in rows)))


def _codes(evidence: Evidence) -> list[tuple[int, str, str]]:
    """Return under which codes of the copy such orders are found, with what each is worth."""
    found = [(POINTS["serial"], "serial", each) for each in evidence.serials]
    found += [(POINTS["number"], "order", each) for each in evidence.numbers]
    found += [(POINTS["number"], "rma", each) for each in evidence.numbers]
    found += [(POINTS["near_number"], "tail", tail) for each in evidence.numbers for tail in tails_of(each)]
    found += [(POINTS["contents"], "sku", code) for codes in evidence.articles for code in codes[:1]]
    found += [(POINTS["zip"], "zip", each) for each in evidence.zips]
    return [(points, sort, code_of(code)) for points, sort, code in dict.fromkeys(found)]
