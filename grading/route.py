"""Where a graded item goes: the first rule of a table that holds, each way's worth, and who may differ."""

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from grading.conditions import Condition, ConditionError, Facts
from grading.grade import Grade, Match, Serial
from grading.reasons import Reason, reason
from grading.rubric import Letter

Disposition = Literal["restock", "refurb", "resale", "recycle", "hold"]
Owner = Literal["supervisor", "client", "safety"]
Section = Literal["stop", "contract", "grade", "value"]

OWNER_TEXTS: Mapping[str, str] = {
    "supervisor": "A supervisor must decide",
    "client": "The client must decide",
    "safety": "Call the safety officer",
}
"""English message ids of who must act on a hold."""

_SECTIONS: tuple[Section, ...] = get_args(Section)
_AFTER_STOP: tuple[Disposition, ...] = ("hold", "recycle")


class RouteError(ValueError):
    """A route table that cannot be used; the message names the place in the file and what to mend."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line: when the CEL condition `when` holds, the item goes `to`, or to the best valued `among`.

    `owner` is who must act on a hold. `section` decides the order: hard stops, the client's contract, grade
    by category, expected value.
    """

    number: int
    section: Section
    when: str
    text: str
    to: Disposition | None = None
    among: tuple[Disposition, ...] = ()
    owner: Owner | None = None


class Authority(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """That a role may move an item from any of these dispositions to any of those."""

    role: Literal["receiver", "grader", "supervisor"]
    from_: tuple[Disposition, ...]
    to: tuple[Disposition, ...]


class OverrideReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reason a person can give for deciding otherwise."""

    code: str
    text: str


class RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A route file. `recovery` is the percentage of the price by way and letter, `handling_minor` its cost by
    currency.

    A client's file may only hold rules of the section `contract` and its own percentages.
    """

    id: str
    version: int
    rules: tuple[Rule, ...] = ()
    recovery: dict[Disposition, dict[Letter, int]] = {}
    handling_minor: dict[str, dict[Disposition, int]] = {}
    authority: tuple[Authority, ...] = ()
    override_reasons: tuple[OverrideReason, ...] = ()


class RouteTable(msgspec.Struct, frozen=True):
    """A table ready for use: `rules` in the order of trying, each with its name and compiled condition."""

    name: str
    rules: tuple[tuple[str, Rule, Condition], ...]
    recovery: dict[Disposition, dict[Letter, int]]
    handling_minor: dict[str, dict[Disposition, int]]
    authority: tuple[Authority, ...]
    override_reasons: tuple[OverrideReason, ...]


class Route(msgspec.Struct, frozen=True):
    """The decision. `values` are the expected minor units of each way, best first; `owner` must act on a
    hold.

    `rule` names the line that decided, as in `default@1:12`; `runner_up` is the best way not taken, or empty.
    """

    disposition: Disposition
    reasons: tuple[Reason, ...]
    values: tuple[tuple[Disposition, int], ...]
    runner_up: Disposition | Literal[""]
    rule: str
    owner: Owner | Literal[""] = ""


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


def parse(default_toml: bytes, client_toml: bytes | None = None) -> RouteTable:
    """Read the default table and, over it, a client's own; raises RouteError."""
    files = [_file(default_toml)]
    if client_toml is not None:
        client = _file(client_toml)
        if client.authority or client.override_reasons or any(r.section != "contract" for r in client.rules):
            raise RouteError(f"{client.id}: a client's file may hold contract rules and values only; remove the rest")
        # The client's own contract comes before what the default says of contracts.
        files.insert(0, client)
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
        recovery=default.recovery | files[0].recovery,
        handling_minor=default.handling_minor | files[0].handling_minor,
        authority=default.authority,
        override_reasons=default.override_reasons,
    )


def route(table: RouteTable, grade: Grade, facts: Mapping[str, object]) -> Route:
    """Return where the item goes: the first rule that holds decides, and anything unclear is held.

    `facts` are `match`, `serial`, `category`, `client`, `kind` (of the return order), `weight_in_band`,
    `price_minor` (0 when nobody knows it) and `currency`; other keys are ignored. Never raises for bad facts
    or failing rules.
    """
    try:
        known = msgspec.convert(dict(facts), _Known)
    except msgspec.ValidationError as error:
        return _held(f"{table.name}:facts", reason("facts_unreadable", detail=str(error)))
    seen = Facts(_variables(grade, known))
    for name, rule, condition in table.rules:
        try:
            hit = condition.holds(seen)
        except ConditionError as error:
            return _held(name, reason("rule_failed", rule=name, detail=str(error)))
        if hit:
            return _decided(table, grade, known, name, rule)
    return _held(f"{table.name}:none", reason("no_rule"))


def may_override(
    table: RouteTable, role: str, from_: Disposition, to: Disposition, stops: tuple[str, ...] = ()
) -> bool:
    """Tell whether a role may send an item elsewhere than its route says; `stops` are the grade's stop codes.

    After a stop answer nobody may do more than hold or recycle.
    """
    if from_ == to or (stops and to not in _AFTER_STOP):
        return False
    return any(row.role == role and from_ in row.from_ and to in row.to for row in table.authority)


def _decided(table: RouteTable, grade: Grade, known: _Known, name: str, rule: Rule) -> Route:
    """Carry out one rule, unless it says what no rule may say."""
    why = Reason(f"rule:{rule.number}", rule.text)
    values = _values(table, grade, known)
    if rule.to == "hold":
        return Route("hold", (why,), values, "", name, rule.owner or "supervisor")
    ways = [way for way, _ in values if _allowed(grade, known, way)]
    to: Disposition | None = rule.to or next((way for way in ways if way in rule.among), None)
    if to is None:
        return _held(name, why, reason("no_value"))
    if not _allowed(grade, known, to):
        return _held(name, why, reason("not_allowed", rule=name, disposition=to))
    runner_up: Disposition | Literal[""] = next((way for way in ways if way != to), "")
    return Route(to, (why, *grade.reasons[:1]), values, runner_up, name)


def _allowed(grade: Grade, known: _Known, to: Disposition) -> bool:
    """What no table can change: only clear cases of announced goods move on, stopped ones to recycling."""
    if to == "hold":
        return True
    if grade.stops:
        clear = to in _AFTER_STOP
    else:
        clear = bool(grade.letter)
    if to == "restock":
        clear = clear and grade.letter == "A" and not grade.missing and grade.functional in ("sealed", "works")
    return clear and known.match == "matched" and known.serial in ("same", "not_known")


def _values(table: RouteTable, grade: Grade, known: _Known) -> tuple[tuple[Disposition, int], ...]:
    """Price times recovery less handling, for each way the data knows; empty without a price."""
    handling = table.handling_minor.get(known.currency or "", {}) if known.currency is not msgspec.UNSET else {}
    price = known.price_minor
    if not grade.letter or price is msgspec.UNSET or price <= 0:
        return ()
    values = [
        (way, price * percent[grade.letter] // 100 - handling[way])
        for way, percent in table.recovery.items()
        if grade.letter in percent and way in handling
    ]
    return tuple(sorted(values, key=lambda each: -each[1]))


def _held(name: str, *reasons: Reason) -> Route:
    return Route("hold", reasons, (), "", name, "supervisor")


def _variables(grade: Grade, known: _Known) -> dict[str, object]:
    variables: dict[str, object] = {
        "letter": grade.letter,
        "cosmetic": grade.cosmetic,
        "functional": grade.functional,
        "stops": list(grade.stops),
        "missing": len(grade.missing),
    }
    for field in msgspec.structs.fields(known):
        value = getattr(known, field.name)
        if value is not msgspec.UNSET:
            variables[field.name] = value
    return variables


def _file(toml_bytes: bytes) -> RuleFile:
    try:
        file = msgspec.toml.decode(toml_bytes, type=RuleFile)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `")
        where = place.strip("`").removeprefix("$.").removeprefix("$") or "the top of the file"
        raise RouteError(f"{where}: {problem}; mend it there") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RouteError(f"not TOML: {error}; mend that line") from error
    except RecursionError as error:
        raise RouteError("not TOML of ours: brackets lie too deep in each other; mend that line") from error
    numbers = [rule.number for rule in file.rules]
    for rule in file.rules:
        if numbers.count(rule.number) > 1:
            raise RouteError(f"{file.id}: rule {rule.number} is there twice; give each its own number")
        if (rule.to is None) == (not rule.among) or "hold" in rule.among:
            raise RouteError(f"{file.id}: rule {rule.number} needs either `to` or `among`, and no hold in `among`")
        if (rule.to == "hold") != (rule.owner is not None):
            raise RouteError(f"{file.id}: rule {rule.number} needs `owner` when it holds, and only then")
    return file


def _condition(file: RuleFile, rule: Rule) -> Condition:
    try:
        return Condition(rule.when)
    except ConditionError as error:
        raise RouteError(f"{file.id}: rule {rule.number}: when: {error}") from error
