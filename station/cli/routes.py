"""`returns-station routes`: checks route tables before anyone works by them, and explains the route of one item."""

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from grading import route
from grading.grade import Grade
from grading.worth import Worth, override_cost
from resources import find
from resources.words import Translator, mark
from station import proof
from station.cli.language import translator
from station.cli.replaying import whose
from station.rules import read_rules
from station.settings import SettingsError
from station.trial import Pack, read_file, refusal
from station.words import ROUTE_WORDS

_PARTS: Mapping[str, str] = {
    "price": mark("price"),
    "prep": mark("prep"),
    "handling": mark("handling"),
    "decay": mark("loss by time"),
    "season": mark("loss by season"),
    "capacity": mark("queue"),
    "missing": mark("missing parts"),
}


# What is taken for true of an item of which the command line does not say it; its looks are then those of its letter.
_USUAL: Mapping[str, object] = {
    "letter": "A",
    "functional": "works",
    "match": "matched",
    "serial": "not_known",
    "kind": "return",
    "price": 10_000,
    "currency": "USD",
}


class Described(msgspec.Struct, frozen=True):
    """One item as the command line tells of it; `assumed` is what it did not tell, by the names of its options.

    `cosmetic` is the letter that its looks alone give: empty after a stop, when nobody looks any more.
    """

    letter: str
    cosmetic: str
    functional: str = "works"
    missing: int = 0
    stops: tuple[str, ...] = ()
    facts: Mapping[str, object] = {}
    assumed: Mapping[str, object] = {}


def check(files: list[Path]) -> int:
    """Say what is to be mended in route files, or in those that came with the program; return 1 when anything is.

    A file is tried in a process of its own first. Raises OSError for one that cannot be read.
    """
    places = files or [find.path(name) for name in find.names("routes") if name.endswith(".toml")]
    findings = [f"{place}: {finding}" for place in places for finding in _findings(place)]
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.writelines(f"{place}: {remark}\n" for place in places for remark in _remarks(place))
    counted = f"{len(places)} {'route file' if len(places) == 1 else 'route files'} checked"
    sys.stdout.write(f"{counted}: {len(findings)} to mend.\n" if findings else f"{counted}: nothing to mend.\n")
    return int(bool(findings))


def explain(described: Described, client: str, language: str) -> int:
    """Say which rules were tried for one item, which one decided, what each way is worth and why; return 0.

    Raises SettingsError for facts, a category, stop, season or language that do not exist.
    """
    table = _table(client)
    tr = translator(language, table.words)
    _refuse_unknown(table, described)
    if described.letter and described.cosmetic > described.letter:
        raise SettingsError(f"Goods that look {described.cosmetic} are graded so or worse, never {described.letter}.")
    try:
        grade = msgspec.convert(
            {
                "letter": described.letter,
                "cosmetic": described.cosmetic,
                "functional": described.functional,
                "reasons": (),
                "rule": "described@1",
                "stops": described.stops,
                "missing": tuple(f"part {number}" for number in range(1, described.missing + 1)),
            },
            Grade,
        )
        tried = route.tries(table, grade, described.facts)
    except msgspec.ValidationError as error:
        raise SettingsError(f"The item cannot be described like this: {error}.") from error
    decided = route.route(table, grade, described.facts)
    if described.assumed:
        what = " ".join(f"--{name} {value}" for name, value in described.assumed.items())
        _say(tr.format(mark("Nothing else was said, so this is assumed: {what}"), what=what))
    _say_rules(tried, decided.rule, tr)
    way = tr.gettext(ROUTE_WORDS[decided.disposition])
    _say(tr.format(mark("Route: {way} by {rule}"), way=way, rule=decided.rule))
    for why in decided.reasons:
        _say(f"  - {tr.format(why.text, **why.params)}")
    if decided.owner:
        _say(f"  - {tr.gettext(route.OWNER_TEXTS[decided.owner])}")
    for worth in decided.breakdown:
        _say(f"  {_worth(worth, tr)}")
        cost = override_cost(decided, worth.way)
        if cost and worth.refused is None:
            words = (
                mark("sending it there instead loses {amount}") if cost > 0 else mark("this would bring {amount} more")
            )
            _say(f"    {tr.format(words, amount=tr.money(abs(cost)))}")
    return 0


def _refuse_unknown(table: route.RouteTable, described: Described) -> None:
    """Raise SettingsError for a name that nothing has: its route would be that of what nobody knows."""
    rules = read_rules()
    sought = {code for _, _, condition in table.rules for code in condition.sought("stops")}
    told = [
        ("category", described.facts.get("category"), {*rules.rubrics, *table.figures.weekly_permille}),
        ("season", described.facts.get("season"), {each.name for each in table.figures.seasons}),
        *(("stop", code, {*rules.interlocks, *sought}) for code in described.stops),
    ]
    for kind, name, names in told:
        if name and name not in names:
            raise SettingsError(f"There is no {kind} {name!r}; one of {', '.join(sorted(names))}.")


def describe(asked: Mapping[str, Any]) -> Described:
    """Return the item that was told of, by the names of the options; where one is None, the usual is assumed.

    Raises SettingsError for a queue that cannot be read.
    """
    assumed = {name: usual for name, usual in _USUAL.items() if asked[name] is None}
    told = {**asked, **assumed}
    cosmetic = told["cosmetic"]
    if cosmetic is None:
        cosmetic = "" if told["stop"] else told["letter"]
        assumed |= {"cosmetic": cosmetic} if cosmetic else {}
    facts: dict[str, object] = {
        name: told[name] for name in ("match", "serial", "kind", "category", "client", "currency")
    }
    facts |= {"weight_in_band": True, "price_minor": told["price"], "waiting": waiting_of(told["waiting"])}
    facts |= {name: told[name] for name in ("prep_s", "season") if told[name] is not None}
    facts["today"] = told["today"] or datetime.now(UTC).astimezone().date().isoformat()
    return Described(told["letter"], cosmetic, told["functional"], told["missing"], tuple(told["stop"]), facts, assumed)


def waiting_of(told: list[str]) -> dict[str, int]:
    """Return the items that wait by way, told as `refurb=12`; raises SettingsError for anything else."""
    waiting = {}
    for each in told:
        way, _, count = each.partition("=")
        if not count.isdecimal():
            raise SettingsError(f"Say how many items wait as WAY=N, not {each!r}.")
        waiting[way] = int(count)
    return waiting


def _findings(place: Path) -> Iterator[str]:
    text, default = read_file(place), find.read("routes/default.toml")
    client = whose(place, text)
    is_default = not client
    refused = refusal(Pack("routes", text, b"" if is_default else default))
    if refused:
        yield refused
        return
    table = route.parse(text) if is_default else route.parse(default, text)
    rules = read_rules()
    problems = proof.of_table(rules, client, table) + proof.unknown(rules, table) + proof.untranslated(table)
    yield from (f"{problem.place}: {problem.text}" for problem in problems)


def _remarks(place: Path) -> Iterator[str]:
    """What may be a slip in a file that can be read."""
    text, default = read_file(place), find.read("routes/default.toml")
    try:
        table = route.parse(default, text) if whose(place, text) else route.parse(text)
    except route.RouteError:  # told of as a finding
        return
    yield from (f"note: {each.place}: {each.text}" for each in proof.remarks(read_rules(), table))


def _table(client: str) -> route.RouteTable:
    default = find.read("routes/default.toml")
    if not client:
        return route.parse(default)
    try:
        if client.endswith(".toml"):
            return route.parse(default, read_file(Path(client)))
        name = f"routes/{client.casefold()}.toml"
        if name in find.names("routes"):
            return route.parse(default, find.read(name))
    except route.RouteError as error:
        raise SettingsError(f"{client}: {error}") from error
    own = ", ".join(each for each in read_rules().routes if each)
    sys.stderr.write(f"returns-station: {client!r} has no routes of its own, those of all are told; {own} have\n")
    return route.parse(default)


def _say_rules(tried: tuple[route.Tried, ...], decisive: str, tr: Translator) -> None:
    for each in tried:
        sign = "→" if each.name == decisive else "!" if each.failed else "+" if each.holds else "·"
        _say(f"{sign} {each.name:<18} {each.rule.when}", f"    {each.failed or tr.gettext(each.rule.text)}")


def _worth(worth: Worth, tr: Translator) -> str:
    way = tr.gettext(ROUTE_WORDS[worth.way])
    refused = f" ({tr.format(worth.refused.text, **worth.refused.params)})" if worth.refused else ""
    if worth.minor is None:
        return f"{way}: -{refused}"
    costs = [(name, getattr(worth, name)) for name in _PARTS if name != "price"]
    parts = [f"{tr.gettext(_PARTS['price'])} {tr.money(worth.price)}"]
    parts += [f"{tr.gettext(_PARTS[name])} -{tr.money(minor)}" for name, minor in costs if minor]
    return f"{way}: {tr.money(worth.minor)} = {', '.join(parts)}{refused}"


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
