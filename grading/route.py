"""Where a graded item goes: the first rule of a table that holds, each way's worth, and reasons to differ."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec.structs import replace

from grading import toml_text
from grading.conditions import Condition, ConditionError, Facts
from grading.grade import Grade, Match, Serial
from grading.reasons import Reason, reason
from grading.toml_text import TomlError, Version, Words, joined, words_faults
from grading.worth import Disposition, Figures, Goods, Rate, Worth, priced, rates

Owner = Literal["supervisor", "client", "safety"]
Section = Literal["stop", "contract", "grade", "value"]

OWNER_TEXTS: Mapping[str, str] = {
    "supervisor": "A supervisor must decide",
    "client": "The client must decide",
    "safety": "Call the safety officer",
}
"""English message ids of who must act on a hold."""

MAX_RULES = 500
"""Rules a file may hold: each is tried for each item."""

_SECTIONS: tuple[Section, ...] = get_args(Section)
# Stops of goods that nobody can use any more, and that are neither dangerous nor of interest to anyone: they may be
# destroyed. After any other stop (a hazard, a recall, a lock, somebody's data) somebody must look before.
_WORTHLESS = frozenset({"hygiene", "expired", "broken", "mould", "pests", "small_part"})


class RouteError(ValueError):
    """A route table that cannot be used; the message names the place in the file and what to mend."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line: when the CEL condition `when` holds, the item goes `to`, or to the best valued `among`.

    `owner` is who must act on a hold. `section` decides the order: hard stops, the client's contract, grade
    by category, expected value. `guards` is a fact: no client's rule sells what this one holds for, unless it names it.
    """

    number: int
    section: Section
    when: str
    text: str
    to: Disposition | None = None
    among: tuple[Disposition, ...] = ()
    owner: Owner | None = None
    guards: Literal["functional"] | None = None


class OverrideReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reason a person can give for deciding otherwise."""

    code: str
    text: str


class RuleFile(Figures, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A route file: rules, figures, and the reasons for differing.

    A client's file may only hold rules of the section `contract`, its own figures and `words` in other languages.
    Nobody reads `authority`: it stands in versions of before who may differ had a table of its own.
    """

    id: str
    version: Version
    rules: Annotated[tuple[Rule, ...], msgspec.Meta(max_length=MAX_RULES)] = ()
    authority: tuple[Mapping[str, Any], ...] = ()
    override_reasons: tuple[OverrideReason, ...] = ()
    words: Words = msgspec.field(default_factory=dict)


class RouteTable(msgspec.Struct, frozen=True):
    """A table ready for use: `rules` in the order of trying, each with its name and compiled condition.

    `asks` are the facts that any condition asks for, `words` what its files say in other languages.
    """

    name: str
    rules: tuple[tuple[str, Rule, Condition], ...]
    figures: Figures
    override_reasons: tuple[OverrideReason, ...]
    asks: frozenset[str] = frozenset()
    words: Words = {}

    @property
    def whose(self) -> str:
        """The `id` of the file laid over the default, or of the default itself."""
        return self.name.rpartition("+")[2].rpartition("@")[0]


class Route(msgspec.Struct, frozen=True, gc=False):
    """The decision. `values` are the expected minor units of each way, best first; `owner` must act on a
    hold.

    `rule` names the line that decided, as in `default@1:12`; `runner_up` is the best way not taken, or empty.
    `breakdown` tells what each value is made of, and why a way is refused.
    """

    disposition: Disposition
    reasons: tuple[Reason, ...]
    values: tuple[tuple[Disposition, int], ...]
    runner_up: Disposition | Literal[""]
    rule: str
    owner: Owner | Literal[""] = ""
    breakdown: tuple[Worth, ...] = ()


class Tried(msgspec.Struct, frozen=True):
    """One rule that was tried: whether it held, and what was wrong with it where it could not be decided."""

    name: str
    rule: Rule
    holds: bool
    failed: str = ""


class _Known(msgspec.Struct, frozen=True):
    """The facts and their types; an optional one that is left out fails the rule that asks for it."""

    match: Match
    serial: Serial
    category: str
    client: str
    kind: str
    weight_in_band: bool | msgspec.UnsetType | None = msgspec.UNSET
    price_minor: int | msgspec.UnsetType = msgspec.UNSET
    currency: str | msgspec.UnsetType = msgspec.UNSET
    recall_owner: Owner | Literal[""] = ""
    prep_s: Annotated[int, msgspec.Meta(ge=0)] = 0
    today: date | None = None
    season: str = ""
    waiting: dict[Disposition, Annotated[int, msgspec.Meta(ge=0)]] = {}


_ALWAYS = ("match", "serial")
# Of these the worth is made; no condition may ask for them.
_FOR_WORTH = frozenset({"prep_s", "today", "season", "waiting"})
_Rated = Callable[[Grade, _Known], tuple[Rate, ...]]


def parse(default_toml: bytes, client_toml: bytes | None = None) -> RouteTable:
    """Read the default table and, over it, a client's own; raises RouteError."""
    files = [_file(default_toml)]
    if client_toml is not None:
        client = _file(client_toml)
        if client.authority or client.override_reasons or any(r.section != "contract" for r in client.rules):
            raise RouteError(f"{client.id}: a client's file may hold contract rules and values only; remove the rest")
        if any(rule.guards for rule in client.rules):
            raise RouteError(f"{client.id}: only the routes of all say what guards; remove it")
        # The client's own contract comes before what the default says of contracts.
        files.insert(0, _behind_guards(client, files[0]))
    rules = []
    for section in _SECTIONS:
        rules += [
            (f"{file.id}@{file.version}:{rule.number}", rule, _condition(file, rule))
            for file in files
            for rule in file.rules
            if rule.section == section
        ]
    default = files[-1]
    return RouteTable(
        name="+".join(f"{file.id}@{file.version}" for file in reversed(files)),
        rules=tuple(rules),
        figures=_figures(default, files[0]),
        override_reasons=default.override_reasons,
        asks=frozenset[str]().union(*(condition.names for _, _, condition in rules)),
        words=joined(*(file.words for file in reversed(files))),
    )


def route(table: RouteTable, grade: Grade, facts: Mapping[str, object]) -> Route:
    """Return where the item goes: the first rule that holds decides, and anything unclear is held.

    `facts` are `match`, `serial`, `category`, `client`, `kind` (of the return order), `weight_in_band`,
    `price_minor` (0 when nobody knows it), `currency` and `recall_owner` (who acts on a recall of it; empty when nobody
    is named); and for the worth `prep_s` (seconds of its prep steps),
    `today` (ISO date), `season` and `waiting` (items by way). Other keys are ignored. Never raises for bad facts or
    failing rules.
    """
    return Router(table).route(grade, facts)


class Router:
    """Routes by one table; what is alike in all that its conditions ask for, or its rates, is worked out once.

    Use from one thread.
    """

    def __init__(self, table: RouteTable) -> None:
        self._table = table
        self._asked = attrgetter(*_ALWAYS, *sorted(table.asks & frozenset(_Known.__struct_fields__)))
        self._hits: dict[object, Tried | None] = {}
        self._rates: dict[object, tuple[Rate, ...]] = {}

    def route(self, grade: Grade, facts: Mapping[str, object]) -> Route:
        """Return what `route` says of this item."""
        try:
            known = msgspec.convert(facts, _Known)
        except msgspec.ValidationError as error:
            return _held(f"{self._table.name}:facts", reason("facts_unreadable", detail=str(error)))
        lacks = len(grade.missing)
        alike = (grade.letter, grade.cosmetic, grade.functional, grade.stops, lacks, self._asked(known))
        try:
            hit = self._hits[alike]
        except KeyError:
            hit = self._hits[alike] = _first_hit(self._table, grade, known)
        return _by(self._table, grade, known, hit, self._rated)

    def _rated(self, grade: Grade, known: _Known) -> tuple[Rate, ...]:
        goods = (known.category, known.currency, known.prep_s, known.today, known.season, known.match, known.serial)
        alike = (grade.letter, grade.functional, grade.stops, len(grade.missing), goods)
        found = self._rates.get(alike)
        if found is None:
            found = self._rates[alike] = _rates(self._table, grade, known)
        return found


def route_by(table: RouteTable, grade: Grade, facts: Mapping[str, object], hit: Tried | None) -> Route:
    """Return the route of an item of which it is known which rule decides: the first of `tries` that holds or failed.

    Raises msgspec.ValidationError for facts that `route` would hold the item for.
    """
    known = msgspec.convert(dict(facts), _Known)
    return _by(table, grade, known, hit, partial(_rates, table))


def tries(table: RouteTable, grade: Grade, facts: Mapping[str, object]) -> tuple[Tried, ...]:
    """Return every rule of the table in the order of trying, and whether it holds: the first that does decides.

    Raises msgspec.ValidationError for facts that `route` would hold the item for.
    """
    seen = Facts(_variables(grade, msgspec.convert(dict(facts), _Known)))
    found = []
    for name, rule, condition in table.rules:
        try:
            found.append(Tried(name, rule, condition.holds(seen)))
        except ConditionError as error:
            found.append(Tried(name, rule, False, str(error)))
    return tuple(found)


def _first_hit(table: RouteTable, grade: Grade, known: _Known) -> Tried | None:
    """Return the first rule that holds, or that could not be decided; None where there is none."""
    seen = Facts(_variables(grade, known))
    for name, rule, condition in table.rules:
        try:
            if condition.holds(seen):
                return Tried(name, rule, True)
        except ConditionError as error:
            return Tried(name, rule, False, str(error))
    return None


def _by(table: RouteTable, grade: Grade, known: _Known, hit: Tried | None, rated: _Rated) -> Route:
    """The route by the rule that was hit, unless it may not decide."""
    if hit is not None and not hit.holds:
        return _held(hit.name, reason("rule_failed", rule=hit.name, detail=hit.failed))
    listed = table.figures.weekly_permille
    if listed and known.category not in listed and (hit is None or hit.rule.section in ("grade", "value")):
        return _held(f"{table.name}:category", reason("no_category", category=known.category))
    if hit is None:
        return _held(f"{table.name}:none", reason("no_rule"))
    return _decided(grade, known, hit.name, hit.rule, rated(grade, known))


def _decided(grade: Grade, known: _Known, name: str, rule: Rule, rated: tuple[Rate, ...]) -> Route:
    """Carry out one rule, unless it says what no rule may say, or what the table's own figures close to the grade."""
    why = Reason(f"rule:{rule.number}", rule.text)
    breakdown = priced(rated, known.price_minor or 0, known.waiting)
    values = tuple([(worth.way, worth.minor) for worth in breakdown if worth.minor is not None])
    if rule.to == "hold":
        return Route("hold", (why,), values, "", name, rule.owner or "supervisor", breakdown)
    refused = {worth.way: worth.refused for worth in breakdown if worth.refused is not None}
    ways = [way for way, _ in values if way not in refused]
    to: Disposition | None = rule.to or next((way for way in ways if way in rule.among), None)
    if to is None:
        full = [each for way in rule.among if (each := refused.get(way)) and each.code == "no_room"]
        return _held(name, why, *(full or [reason("no_value")]), values=values, breakdown=breakdown)
    if not _allowed(grade, known, to):
        return _held(name, why, reason("not_allowed", rule=name, disposition=to), values=values, breakdown=breakdown)
    # Without a price the worth does not say that a way is closed: its rate does.
    against = (*[rate.refused for rate in rated if rate.way == to], refused.get(to))
    closed = [each for each in against if each is not None and each.code in ("no_percentage", "no_room")]
    if closed:
        return _held(name, why, closed[0], values=values, breakdown=breakdown)
    runner_up: Disposition | Literal[""] = next((way for way in ways if way != to), "")
    return Route(to, (why, *grade.reasons[:1]), values, runner_up, name, "", breakdown)


def _rates(table: RouteTable, grade: Grade, known: _Known) -> tuple[Rate, ...]:
    """What each way makes of the price, and which ones the goods themselves rule out."""
    currency = known.currency or ""
    lacks = len(grade.missing)
    goods = Goods(grade.letter, known.category, 0, currency, known.prep_s, known.today, known.season, missing=lacks)
    return tuple(
        rate if _allowed(grade, known, rate.way) else replace(rate, barred=_why_not(grade, known, rate.way))
        for rate in rates(table.figures, goods)
    )


def _why_not(grade: Grade, known: _Known, way: Disposition) -> Reason:
    if grade.stops:
        return reason("after_stop" if _WORTHLESS.issuperset(grade.stops) else "must_look")
    is_clear = grade.letter and known.match == "matched" and known.serial in ("same", "not_known")
    return reason("not_like_new" if is_clear and way == "restock" else "not_clear")


def _allowed(grade: Grade, known: _Known, to: Disposition) -> bool:
    """What no table can change: only clear cases of announced goods move on, worthless ones to recycling."""
    if to == "hold":
        return True
    if grade.stops:
        clear = to == "recycle" and _WORTHLESS.issuperset(grade.stops)
    else:
        clear = bool(grade.letter)
    if to == "restock":
        clear = clear and grade.letter == "A" and not grade.missing and grade.functional in ("sealed", "works")
    return clear and known.match == "matched" and known.serial in ("same", "not_known")


def _held(
    name: str,
    *reasons: Reason,
    values: tuple[tuple[Disposition, int], ...] = (),
    breakdown: tuple[Worth, ...] = (),
) -> Route:
    return Route("hold", reasons, values, "", name, "supervisor", breakdown)


def _figures(default: RuleFile, own: RuleFile) -> Figures:
    """The default's figures, and over them a client's own where it has any."""
    merged: dict[str, Any] = {}
    for field in Figures.__struct_fields__:
        ours, theirs = getattr(default, field), getattr(own, field)
        merged[field] = ours | theirs if isinstance(ours, dict) else theirs or ours
    return Figures(**merged)


def _variables(grade: Grade, known: _Known) -> dict[str, object]:
    variables: dict[str, object] = {
        "letter": grade.letter,
        "cosmetic": grade.cosmetic,
        "functional": grade.functional,
        "stops": list(grade.stops),
        "missing": len(grade.missing),
    }
    for field in _Known.__struct_fields__:
        value = getattr(known, field)
        if value is not msgspec.UNSET and field not in _FOR_WORTH:
            variables[field] = value
    return variables


def _file(toml_bytes: bytes) -> RuleFile:
    try:
        file = toml_text.decoded(toml_bytes, RuleFile)
    except TomlError as error:
        raise RouteError(str(error)) from error
    numbers = [rule.number for rule in file.rules]
    for rule in file.rules:
        if numbers.count(rule.number) > 1:
            raise RouteError(f"{file.id}: rule {rule.number} is there twice; give each its own number")
        if (rule.to is None) == (not rule.among) or "hold" in rule.among:
            raise RouteError(f"{file.id}: rule {rule.number} needs either `to` or `among`, and no hold in `among`")
        if (rule.to == "hold") != (rule.owner is not None):
            raise RouteError(f"{file.id}: rule {rule.number} needs `owner` when it holds, and only then")
    texts = [(f"rule {rule.number}", rule.text) for rule in file.rules]
    texts += [(f"reason {each.code}", each.text) for each in file.override_reasons]
    faults = [f"{place}: text: {fault}" for place, text in texts if (fault := toml_text.text_fault(text, {}))]
    faults += words_faults(file.words, {text: {} for _, text in texts})
    if faults:
        raise RouteError(f"{file.id}: {faults[0]}")
    return file


def _behind_guards(client: RuleFile, default: RuleFile) -> RuleFile:
    """The client's file, its rules that sell goods holding for none that a rule of the default guards."""
    rules = []
    for rule in client.rules:
        named = {None, *_condition(client, rule).names}
        guards = [f"({each.when})" for each in default.rules if each.guards not in named]
        sells = not {"restock", "resale"}.isdisjoint({rule.to, *rule.among})
        rules.append(replace(rule, when=f"({rule.when}) && !({' || '.join(guards)})") if guards and sells else rule)
    return replace(client, rules=tuple(rules))


def _condition(file: RuleFile, rule: Rule) -> Condition:
    try:
        return Condition(rule.when)
    except ConditionError as error:
        raise RouteError(f"{file.id}: rule {rule.number}: when: {error}") from error
