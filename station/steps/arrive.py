"""The parcel scan: one return order, several, none, received before, or returned to sender; then the weight."""

from collections.abc import Callable, Mapping
from typing import Literal

from devices.readings import AcceptedWeight, Scan
from resources.words import mark
from station.codes import Candidate
from station.facts import Recorded
from station.inputs import Command
from station.known import Known, Received
from station.outcome import Notice, Outcome
from station.patterns import noted, words
from station.plates import exception_id, parcel_id
from station.receiving.facts import (
    Declared,
    ExceptionRaised,
    ParcelArrived,
    ParcelWeighed,
    PatternNoted,
    WeighingSkipped,
)
from station.records import Receipt, ReturnLine, ReturnOrder
from station.state import Ask, Choice, State
from station.steps.bins import about, open_bin
from station.steps.carry import scan_plate
from station.steps.notices import accepted, best, recall_notice, refused, warned
from station.steps.place import find
from station.steps.sign_in import scan_badge
from station.stops import BETWEEN, in_open_bins
from station.weights import is_bare, parcel_band

_PARCEL_KINDS = ("tracking", "sscc", "rma", "other", "gtin")
_SURE_KINDS = ("tracking", "sscc", "rma")
# What a supervisor decided about a parcel as a whole, and where it is put then.
_DECIDED: Mapping[str, str] = {
    "ship_back": mark("A supervisor decided: it goes back."),
    "reject": mark("A supervisor decided: the return is rejected."),
}
_PUT_WITH: Mapping[str, str] = {
    "ship_back": mark("Put it with what goes back"),
    "reject": mark("Put it with what was rejected"),
}

_MATCHES: tuple[Literal["none", "one", "several"], ...] = ("none", "one", "several")

SKIP_WEIGHT = (
    Choice("scale", mark("The scale does not work")),
    Choice("size", mark("It does not fit on the scale")),
    Choice("open", mark("It was open already")),
)


def scan_parcel(state: State, scan: Scan, known: Known) -> Outcome:
    """a parcel's code starts the parcel; a badge changes the person; a bin opens, or asks what shall be done with it"""
    candidates = known.recognise(scan.text, scan.aim)
    if not candidates:
        return refused(mark("That is not a code of ours. Scan the label on the parcel."))
    if best(candidates, "badge") is not None:
        return scan_badge(state, scan, known)
    plate = best(candidates, "plate")
    if plate is not None:
        return scan_plate(state, plate.value, known)
    if candidates[0].kind == "bin":
        return _scan_bin(state, candidates[0].value, known)
    meanings = [each for each in candidates if each.kind in _PARCEL_KINDS]
    found = _distinct(meanings, known)
    if len(found) > 1:
        choices = tuple(
            Choice(each.value + "|" + each.carrier, mark("{carrier} {code}: {orders}"), _words(each, orders))
            for each, orders in found
        )
        return Outcome(ask=Ask("meaning", code=scan.text, choices=choices))
    if found:
        return _begin(state, found[0][0], found[0][1], known)
    return _nobody_expects(state, scan, meanings, known)


def choose_meaning(state: State, command: Command, known: Known) -> Outcome:
    """the chosen meaning starts the parcel"""
    ask = state.ask or Ask("meaning")
    if command.value == "not-a-parcel":
        return Outcome(accepted(mark("Nothing was received. Scan the label on the parcel.")), ask=None)
    value, _, carrier = command.value.rpartition("|")  # a code may hold the sign too
    candidates = known.recognise(ask.code, "")
    chosen = next(
        (each for each in candidates if each.value == value and each.carrier == carrier),
        Candidate("other", value),
    )
    return _begin(state, chosen, known.orders(value), known)


def receive_again(state: State, command: Command, known: Known) -> Outcome:
    """`again` receives it as a parcel of its own, with an exception; `aside` receives nothing"""
    ask = state.ask or Ask("again")
    if command.value != "again":
        return Outcome(accepted(mark("Put the parcel aside. Scan the next one.")), ask=None)
    candidate = Candidate("tracking", ask.code, carrier=ask.value)
    return _arrive(state, candidate, known.orders(ask.code), known, again=True)


def take_weight(state: State, reading: AcceptedWeight, known: Known) -> Outcome:
    """the stable weight is recorded and compared with what the parcel should hold"""
    if state.parcel is None:
        return Outcome()
    arrived = state.parcel.arrived
    band = parcel_band(arrived.declared)
    if band is None:
        fact = ParcelWeighed(arrived.parcel, reading.weight_mg)
        return Outcome(accepted(mark("Weighed. Open the parcel.")), (fact,))
    expected, low, high = band
    fits = low <= reading.weight_mg <= high
    fact = ParcelWeighed(arrived.parcel, reading.weight_mg, expected, low, high, fits)
    if fits:
        return Outcome(accepted(mark("Weight in band. Open the parcel.")), (fact,))
    if reading.weight_mg < low and is_bare(reading.weight_mg, arrived.declared):
        evidence = BETWEEN.join(map(str, (expected, reading.weight_mg)))
        notice = warned(mark("It weighs no more than its packaging; this is noted. Open it under the camera."))
        return Outcome(notice, (fact, _raise(state, "empty_box", arrived.parcel, evidence)))
    side = mark("lighter than expected") if reading.weight_mg < low else mark("heavier than expected")
    raised = _raise(state, "weight_out_of_band", arrived.parcel, side)
    notice = warned(mark("The weight is outside the expected band; this is noted. Open the parcel."))
    return Outcome(notice, (fact, raised))


def ask_skip_weight(state: State, command: Command, known: Known) -> Outcome:
    """asks why the parcel is not weighed"""
    return Outcome(ask=Ask("skip-why", value="weight", choices=SKIP_WEIGHT))


def skip_weight(state: State, why: str) -> Outcome:
    """Record that the parcel is opened unweighed."""
    if state.parcel is None:
        return Outcome(ask=None)
    fact = WeighingSkipped(state.parcel.arrived.parcel, why)
    return Outcome(accepted(mark("Not weighed; this is noted. Open the parcel.")), (fact,), ask=None)


def scan_before_weight(state: State, scan: Scan, known: Known) -> Outcome:
    """refused: the parcel is weighed before it is opened"""
    return refused(mark("Put the parcel on the scale first, or press S if it cannot be weighed."))


def _distinct(meanings: list[Candidate], known: Known) -> list[tuple[Candidate, tuple[ReturnOrder, ...]]]:
    """Return the meanings that stand for return orders, each set of orders once."""
    found: dict[tuple[str, ...], tuple[Candidate, tuple[ReturnOrder, ...]]] = {}
    for each in meanings:
        orders = known.orders(each.value)
        if orders:
            found.setdefault(tuple(order.rma for order in orders), (each, orders))
    return list(found.values())


def _words(candidate: Candidate, orders: tuple[ReturnOrder, ...]) -> dict[str, str]:
    return {
        "carrier": candidate.carrier or candidate.kind,
        "code": candidate.value,
        "orders": ", ".join(order.rma for order in orders),
    }


def _nobody_expects(state: State, scan: Scan, meanings: list[Candidate], known: Known) -> Outcome:
    """Receive it blind when it can only be a parcel; ask when it may be anything; refuse a product's code."""
    for each in meanings:
        receipt = known.receipt(each.value)
        if receipt is not None:
            return _ask_again(each, receipt, known)
    product = next((p for p in (known.product(each.gtin or each.value) for each in meanings) if p), None)
    if product is not None:
        return refused(mark("That is a product: {title}. Scan the label on the parcel first."), title=product.title)
    awaited = next((each for each in meanings if known.elsewhere(each.value)), None)
    if awaited is not None:
        return _arrive(state, awaited, (), known)
    if meanings and meanings[0].kind in _SURE_KINDS:
        return _arrive(state, meanings[0], (), known)
    if not meanings:
        return refused(mark("That is not a code of ours. Scan the label on the parcel."))
    choices = (
        Choice(meanings[0].value + "|" + meanings[0].carrier, mark("It is a parcel: receive it")),
        Choice("not-a-parcel", mark("It is not a parcel's label")),
    )
    return Outcome(warned(mark("Nobody knows this code.")), ask=Ask("meaning", code=scan.text, choices=choices))


def _begin(state: State, candidate: Candidate, orders: tuple[ReturnOrder, ...], known: Known) -> Outcome:
    receipt = known.receipt(candidate.value)
    if receipt is not None:
        return _ask_again(candidate, receipt, known)
    return _arrive(state, candidate, orders, known)


def _ask_again(candidate: Candidate, receipt: Receipt, known: Known) -> Outcome:
    person = known.operator(receipt.operator)
    name = person.name if person is not None else receipt.operator
    decided = _DECIDED.get(receipt.decided, "")
    params = {"bench": receipt.bench, "operator": name, "at": receipt.at}
    choices = (
        Choice("again", mark("It is another parcel with the same number: receive it")),
        Choice("aside", _PUT_WITH.get(receipt.decided, mark("Put it aside"))),
    )
    ask = Ask("again", code=candidate.value, value=candidate.carrier, params=params, choices=choices)
    if decided:
        return Outcome(warned(mark("This parcel was received before. {decided}"), decided=decided), ask=ask)
    return Outcome(warned(mark("This parcel was received before.")), ask=ask)


def _arrive(
    state: State, candidate: Candidate, orders: tuple[ReturnOrder, ...], known: Known, again: bool = False
) -> Outcome:
    parcel = parcel_id(state.station, state.parcels + 1)
    expected = tuple(declared(orders, known.received))
    again = again or bool(orders and not expected)
    kinds = {order.kind for order in orders}
    clients = {order.client for order in orders}
    arrived = ParcelArrived(
        parcel,
        candidate.value,
        candidate.carrier,
        kind=kinds.pop() if len(kinds) == 1 else "return" if kinds else "unknown",
        match="again" if again else _MATCHES[min(len(orders), 2)],
        orders=tuple(order.rma for order in orders),
        client=clients.pop() if len(clients) == 1 else "",
        declared=expected,
    )
    facts: list[Recorded] = [arrived]
    elsewhere = ""
    if again:
        facts.append(_raise(state, "double_receipt", parcel, candidate.value))
    elif not orders:
        elsewhere = ", ".join(known.elsewhere(candidate.value))
        kind = "misrouted_parcel" if elsewhere else "unknown_parcel"
        facts.append(_raise(state, kind, parcel, elsewhere or candidate.value))
    recalled = in_open_bins(state, known, state.exceptions + len(facts) - 1)
    patterns = noted(parcel, orders, known)
    notice = recall_notice(recalled) if recalled else _greeting(arrived, patterns, elsewhere)
    return Outcome(notice, (*facts, *recalled, *patterns), ask=None)


def _greeting(arrived: ParcelArrived, patterns: tuple[PatternNoted, ...], elsewhere: str) -> Notice:
    counted = next((found for each in patterns for sign in each.signs if (found := words(sign))), None)
    if arrived.match == "again":
        return warned(mark("Received again; a supervisor will look into it."))
    if elsewhere:
        text = mark("This parcel belongs to site {site}. Do not open it: weigh it, finish it and hold it for transfer.")
        return warned(text, site=elsewhere)
    if arrived.match == "none":
        return warned(mark("Nobody announced this parcel. It is received all the same."))
    if arrived.kind == "undelivered":
        return warned(mark("Return to sender: this parcel was never delivered."))
    if counted is not None:
        text, params = counted
        return warned(text, **params)
    if arrived.match == "several":
        return accepted(mark("One parcel, {count} return orders."), count=str(len(arrived.orders)))
    return accepted(mark("Return order {rma}."), rma=arrived.orders[0])


def declared(orders: tuple[ReturnOrder, ...], received: Callable[[str], tuple[Received, ...]]) -> list[Declared]:
    """Return the lines of return orders as they are known now, without the units that came here in other parcels.

    `received` tells which units of an RMA did.
    """
    lines = []
    for order in orders:
        here = received(order.rma)
        for line in order.lines:
            came = [each.serial for each in here if each.line == line.line]
            if len(came) < line.quantity:
                lines.append(_declared(order, line, came))
    return lines


def _declared(order: ReturnOrder, line: ReturnLine, came: list[str]) -> Declared:
    product = line.product
    return Declared(
        order.rma,
        line.line,
        product.sku,
        product.title,
        product.category,
        order.client,
        gtin=product.gtin,
        quantity=line.quantity - len(came),
        serials=tuple(serial for serial in line.serials if serial not in came),
        weight_mg=product.weight_mg,
        price_minor=product.price_minor,
        currency=product.currency,
        serialised=product.serialised,
        components=product.components,
        reason=line.reason,
        season=product.season,
        size_mm=product.size_mm,
        model=product.model,
    )


def _raise(state: State, kind: str, parcel: str, detail: str) -> ExceptionRaised:
    number = exception_id(state.station, state.exceptions + 1)
    return ExceptionRaised(number, kind, "supervisor", parcel=parcel, detail=detail)


def _scan_bin(state: State, code: str, known: Known) -> Outcome:
    found = find(state, code, known)
    if found is None:
        return refused(mark("Nobody knows this bin. Ask a supervisor."))
    if known.bin_is_closed(found.code) or any(each.code == found.code for each in state.bins):
        return about(state, found, known)
    return open_bin(state, found, known)
