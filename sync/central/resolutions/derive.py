"""Decides what a return order resolves to: a pure function of the order, what benches found, and the rules.

Nothing is added up over time: the whole answer is made anew from the whole state, whatever order the facts came in.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from station.records import ReturnLine, ReturnOrder
from station.words import RETURN_REASON_WORDS
from sync.central.line_names import plain
from sync.central.resolutions.rules import OUTCOMES, Kind, Rule, RuleSet, Then


class Unit(msgspec.Struct, frozen=True, order=True):
    """One unit as a bench found it; `is_routed` once it is inspected. `photos` counts those that arrived.

    `counted_for` is another line (its RMA and its name) for which the unit counted when something of it was begun.
    """

    station: str
    item: str
    line: str
    match: str = "matched"
    serial: str = ""
    serial_verdict: str = ""
    letter: str = ""
    functional: str = ""
    grade_rule: str = ""
    photos: int = 0
    is_routed: bool = False
    counted_for: str = ""


class Missing(msgspec.Struct, frozen=True, order=True):
    """Units of a line that a person confirmed were not in the parcel."""

    station: str
    parcel: str
    line: str
    quantity: int


class Ruling(msgspec.Struct, frozen=True):
    """What a person decided on a line instead of the rules: it is asked for like any other, and paid no sooner."""

    then: Then
    amount_minor: int
    by: str
    why: str


class Facts(msgspec.Struct, frozen=True):
    """All that is known of the goods of one return order, in any order; `rulings` by line.

    `elsewhere`: some of it was said by a bench of another site than the order's.
    """

    arrived: bool = False
    units: Sequence[Unit] = ()
    missing: Sequence[Missing] = ()
    rulings: Mapping[str, Ruling] = {}
    elsewhere: bool = False


class Part(msgspec.Struct, frozen=True):
    """One part of an amount (minor units, negative when it is kept back) and the evidence it rests on."""

    name: str
    minor: int
    text: str
    evidence: tuple[str, ...] = ()


class Resolution(msgspec.Struct, frozen=True):
    """One thing that a line resolves to; `amount_minor` is the sum of the parts, 0 where no money moves.

    `quantity`: of how many of its units.
    """

    line: str
    kind: Kind
    amount_minor: int
    currency: str
    rule: str
    why: str
    parts: tuple[Part, ...] = ()
    quantity: int = 1


class Stop(msgspec.Struct, frozen=True):
    """Why no rule moves anything for a line: a person must look; `units` are those in question."""

    line: str
    why: str
    units: tuple[Unit, ...] = ()


class Derived(NamedTuple):
    """What an order resolves to by now, what a person must decide, and which lines wait for which moment.

    `lines` are all the order has.
    """

    resolutions: tuple[Resolution, ...]
    stops: tuple[Stop, ...]
    waiting: tuple[tuple[str, str], ...]
    lines: frozenset[str] = frozenset()


class _Person(Exception):
    """No rule may decide: the reason's code."""


class _Line(NamedTuple):
    order: ReturnOrder
    line: ReturnLine
    arrived: bool
    units: tuple[Unit, ...]
    missing: tuple[Missing, ...]
    elsewhere: bool

    @property
    def is_complete(self) -> bool:
        """Whether every declared unit is inspected or confirmed missing."""
        known = len(self.units) + self.gone
        return known >= self.line.quantity and all(each.is_routed for each in self.units)

    @property
    def gone(self) -> int:
        """How many units were confirmed missing."""
        return sum(max(0, each.quantity) for each in self.missing)

    @property
    def most(self) -> int:
        """What was paid for all of it, in minor units; 0 where nobody knows the price."""
        return max(0, self.line.product.price_minor) * max(0, self.line.quantity)


def code(text: str) -> str:
    """Return a code of a shop's, such as a reason, as it is compared: `Damaged ` is `damaged`."""
    return text.strip().casefold()


def derive(order: ReturnOrder, facts: Facts, rules: RuleSet) -> Derived:
    """Return what every line of an order resolves to; equal input in any order gives an equal answer."""
    resolutions: list[Resolution] = []
    stops: list[Stop] = []
    waiting: list[tuple[str, str]] = []
    names, plainly = [Counter(map(of, (each.line for each in order.lines))) for of in (str, plain)]
    for line in sorted(order.lines, key=lambda each: each.line):
        case = _case(order, line, facts)
        try:
            ruling = facts.rulings.get(line.line)
            # What two lines of one name get, no ruling can tell; of two that mean one line it can.
            if names[line.line] > 1 or (ruling is None and plainly[plain(line.line)] > 1):
                raise _Person("lines_alike")
            if ruling is not None:
                resolutions += _capped(case, _by_ruling(case, ruling), is_ruled=True)
                continue
            rule = _first(case, rules)
            if isinstance(rule, str):
                waiting.append((line.line, rule))
            else:
                resolutions += _capped(case, _by_rule(case, rule, rules), is_ruled=False)
        except _Person as person:
            stops.append(Stop(line.line, str(person), case.units))
    return Derived(tuple(resolutions), tuple(stops), tuple(waiting), frozenset(each.line for each in order.lines))


def _case(order: ReturnOrder, line: ReturnLine, facts: Facts) -> _Line:
    units = tuple(sorted({each for each in facts.units if each.line == line.line}))
    missing = tuple(sorted({each for each in facts.missing if each.line == line.line}))
    return _Line(order, line, facts.arrived, units, missing, facts.elsewhere)


def _first(case: _Line, rules: RuleSet) -> Rule | str:
    """Return the rule that decides, or the moment the line waits for. Raises _Person when benches disagree."""
    _check_receipts(case)
    for rule in rules.rules:
        if not _may_apply(case, rule, rules):
            continue
        # What is in work may still fall under this rule, so no later one may decide before it.
        if (rule.at == "arrival" and not case.arrived) or (rule.at == "grade" and not case.is_complete):
            return rule.at
        if not rule.looks_at_units:
            return rule
        held = [_holds(unit, rule) for unit in case.units]
        if held and all(held):
            return rule
        if any(held):
            raise _Person("units_differ")
    raise _Person("no_rule")


def _check_receipts(case: _Line) -> None:
    """Raise _Person when what benches received cannot all be true, or was received where nobody sent it: a bench of
    another site moves no money of an order by itself, nor does a unit that moved some of another line."""
    serials = [each.serial for each in case.units if each.serial]
    doubled = len(set(serials)) < len(serials)
    beyond = len(case.units) + case.gone > case.line.quantity
    if not doubled and not beyond:
        if any(each.counted_for for each in case.units):
            raise _Person("counted_for_another")
        if case.elsewhere:
            raise _Person("another_site")
        return
    grades = {(each.letter, each.functional) for each in case.units if each.is_routed}
    raise _Person("grades_differ" if len(grades) > 1 else "same_serial" if doubled else "beyond_quantity")


def _may_apply(case: _Line, rule: Rule, rules: RuleSet) -> bool:
    """Whether what the order itself says falls under a rule."""
    wanted = (
        (rule.kinds, case.order.kind),
        (_codes(rule.asked), code(case.order.asked)),
        (_codes(rule.reasons), code(case.line.reason)),
        (rule.categories, case.line.product.category),
    )
    if any(allowed and value not in allowed for allowed, value in wanted):
        return False
    if rule.most_minor is None:
        return True
    # A price nobody knows is not a low one, and another currency's numbers compare with nothing.
    return 0 < case.most <= rule.most_minor and case.line.product.currency == rules.currency


def _codes(texts: Iterable[str]) -> set[str]:
    return {code(each) for each in texts}


def _holds(unit: Unit, rule: Rule) -> bool:
    wanted = (
        (rule.matches, unit.match),
        (rule.serials, unit.serial_verdict),
        (rule.letters, unit.letter),
        (rule.functional, unit.functional),
    )
    return all(not allowed or value in allowed for allowed, value in wanted)


def _capped(case: _Line, made: list[Resolution], *, is_ruled: bool) -> list[Resolution]:
    """Return what was made for a line; raises _Person where that is more money than was paid for it.

    Where no price is known only a person's ruling moves any, and says that none is.
    """
    if sum(each.amount_minor for each in made) > case.most and (case.most or not is_ruled):
        raise _Person("beyond_price")
    return made


def _by_ruling(case: _Line, ruling: Ruling) -> list[Resolution]:
    if ruling.then == "person":
        raise _Person("ruled_open")
    if ruling.then == "nothing":
        return []
    amount = ruling.amount_minor if ruling.then == "refund" else 0
    if ruling.then == "refund" and amount <= 0:
        raise _Person("nothing_left")
    why = ruling.why if case.most or not amount else f"{ruling.why} (no price of it is known)"
    parts = (Part("ruling", amount, ruling.why, (f"decided by {ruling.by}",)),) if amount else ()
    # A person who decides in spite of what is missing decides on the whole line.
    quantity = max(0, case.line.quantity - case.gone) or case.line.quantity
    return [_resolution(case, ruling.then, f"ruling by {ruling.by}", why, parts, quantity)]


def _by_rule(case: _Line, rule: Rule, rules: RuleSet) -> list[Resolution]:
    if rule.then == "person":
        raise _Person("rule_asks")
    name, quantity = rules.name(rule), _quantity(case, rule)
    made = []
    if rule.then in OUTCOMES:
        parts = _refund(case, rule, rules) if rule.then == "refund" else ()
        made.append(_resolution(case, rule.then, name, rule.text, parts, quantity))
    if rule.goods is not None:
        made.append(_resolution(case, rule.goods, name, rule.text, (), quantity))
    return made


def _quantity(case: _Line, rule: Rule) -> int:
    """Return of how many units a rule decides: those that came, as far as benches told; raises _Person for none."""
    if rule.then == "refund" and rule.at != "grade":
        return case.line.quantity
    quantity = len(case.units) if rule.at == "grade" else case.line.quantity - case.gone
    if quantity <= 0 and rule.then in OUTCOMES:
        raise _Person("nothing_left")
    return quantity


def _resolution(case: _Line, kind: Kind, rule: str, why: str, parts: tuple[Part, ...], quantity: int) -> Resolution:
    amount = sum(each.minor for each in parts)
    return Resolution(case.line.line, kind, amount, case.line.product.currency, rule, why, parts, quantity)


def _refund(case: _Line, rule: Rule, rules: RuleSet) -> tuple[Part, ...]:
    """Return what a refund is made of; raises _Person when it cannot be said or is not above 0."""
    price = case.line.product.price_minor
    if price <= 0:
        raise _Person("price_unknown")
    parts = [Part("price", price * case.line.quantity, f"{case.line.quantity} at the price paid")]
    diminished = list(_diminished(case, rule, price)) if rule.at == "grade" else []
    fees = list(_fees(case, rule, rules, price))
    _check_reason(case, rules, [*diminished, *fees])
    if rule.at == "grade":
        parts += _not_there(case, price)
    parts += [*diminished, *fees]
    if sum(each.minor for each in parts) <= 0:
        raise _Person("nothing_left")
    return tuple(parts)


def _check_reason(case: _Line, rules: RuleSet, kept: Sequence[Part]) -> None:
    """Raise _Person where something is kept back that another reason would have spared, and nobody knows this one: it
    may be that reason, mistyped."""
    spared = [each for rule in rules.rules if rule.then == "refund" for each in rule.reasons]
    spared += [each for fee in rules.fees.values() for each in fee.unless_reasons]
    named = {each for rule in rules.rules for each in rule.reasons}
    known = _codes(("", *RETURN_REASON_WORDS, *named, *spared))
    if kept and spared and code(case.line.reason) not in known:
        raise _Person("reason_unknown")


def _not_there(case: _Line, price: int) -> Iterable[Part]:
    for each in case.missing:
        evidence = (f"{each.station}/{each.parcel}: {each.quantity} confirmed missing",)
        yield Part("missing", -price * each.quantity, "not in the parcel", evidence)


def _diminished(case: _Line, rule: Rule, price: int) -> Iterable[Part]:
    """What each unit lost in value. Raises _Person without a percentage for its grade, or without photos of it."""
    for unit in case.units if rule.percent else ():
        percent = next((value for letter, value in rule.percent.items() if letter == unit.letter), None)
        if percent is None:
            raise _Person("ungraded")
        if percent == 100:
            continue
        if unit.photos < rule.photos:
            raise _Person("no_evidence")
        where = f"{unit.station}/{unit.item}"
        evidence = (f"{where}: grade {unit.letter} by {unit.grade_rule}", f"{where}: {unit.photos} photos")
        # Rounded down: what cannot be divided is the customer's.
        yield Part("diminished", -(price * (100 - percent) // 100), f"grade {unit.letter}: {percent} %", evidence)


def _fees(case: _Line, rule: Rule, rules: RuleSet, price: int) -> Iterable[Part]:
    gone = case.gone if rule.at == "grade" else 0
    for name in rule.fees:
        fee = rules.fees[name]
        if code(case.line.reason) in _codes(fee.unless_reasons):
            continue
        if fee.minor and case.line.product.currency != rules.currency:
            raise _Person("currency_differs")
        each = fee.minor + price * fee.percent // 100
        taken = each * max(0, case.line.quantity - gone)
        evidence = (f"{rules.id}@{rules.version} fee {name}", f"customer's reason: {case.line.reason or 'none'}")
        yield Part(f"fee {name}", -taken, fee.text, evidence)
