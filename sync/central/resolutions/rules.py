"""What resolves a return line: versioned rules as data, for all clients and for one, with their reasons in words."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, get_args

import msgspec

from station.records import OrderKind

Outcome = Literal["refund", "exchange", "repair", "ship_back"]
Goods = Literal["keep_item", "vendor_return"]
Kind = Literal["refund", "exchange", "repair", "ship_back", "keep_item", "vendor_return"]
# `person`: no rule may decide this; `nothing`: it is decided, and the customer gets nothing.
Then = Literal["refund", "exchange", "repair", "ship_back", "person", "nothing"]
Moment = Literal["instant", "arrival", "grade"]
Letter = Literal["A", "B", "C", "D"]

# At most one of these for a line; the other kinds are about the goods and stand beside it.
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
KINDS: tuple[Kind, ...] = get_args(Kind)

_Minor = Annotated[int, msgspec.Meta(ge=0)]
_Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


class Fee(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept back from a refund, for each unit: `minor` units of the set's currency, or `percent` of the price.

    Not taken when the customer's reason is one of `unless_reasons`.
    """

    text: str
    minor: _Minor = 0
    percent: _Percent = 0
    unless_reasons: tuple[str, ...] = ()


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule: the first whose conditions hold decides a line. Empty conditions always hold.

    `at` is the moment from which it may decide; until then the line waits, and no later rule decides instead.
    `kinds`, `asked`, `reasons`, `categories` and `most_minor` (price of the line) look at the return order;
    `matches`, `serials`, `letters` and `functional` at every unit, and need `at = "grade"`.
    `percent` is what a unit of a letter is refunded, all of it when the table is empty; below 100 it needs `photos`.
    """

    number: Annotated[int, msgspec.Meta(ge=1)]
    section: str
    text: Annotated[str, msgspec.Meta(min_length=1)]
    then: Then
    at: Moment = "grade"
    kinds: tuple[OrderKind, ...] = ()
    asked: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    most_minor: _Minor | None = None
    matches: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    letters: tuple[Letter, ...] = ()
    functional: tuple[str, ...] = ()
    percent: dict[Letter, _Percent] = {}
    photos: Annotated[int, msgspec.Meta(ge=0)] = 1
    fees: tuple[str, ...] = ()
    goods: Goods | None = None

    @property
    def looks_at_units(self) -> bool:
        return bool(self.matches or self.serials or self.letters or self.functional)


class RuleSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rules of one file, in the order they are tried; amounts are in minor units of `currency`."""

    id: Annotated[str, msgspec.Meta(min_length=1)]
    version: Annotated[int, msgspec.Meta(ge=1, le=999_999_999)]
    currency: str
    rules: tuple[Rule, ...]
    fees: dict[str, Fee] = {}
    client: str = ""

    def name(self, rule: Rule) -> str:
        """Return how a decision names its rule: `default@1#12`."""
        return f"{self.id}@{self.version}#{rule.number}"


class Book(msgspec.Struct, frozen=True):
    """The set for every client, and the whole sets of those that have their own, by name in small letters.

    `texts` are the files they were read from, by id and version.
    """

    every: RuleSet
    clients: Mapping[str, RuleSet]
    texts: Mapping[tuple[str, int], bytes]

    def of(self, client: str) -> RuleSet:
        """Return what holds for a client."""
        return self.clients.get(client.casefold(), self.every)


class BadRules(ValueError):
    """Rules that cannot be used; the message says which, and what to mend."""


def parse(toml: bytes) -> RuleSet:
    """Return the rules in a file like resources/resolutions/default.toml; raises BadRules naming what is wrong."""
    try:
        rules = msgspec.toml.decode(toml, type=RuleSet)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadRules(f"the resolution rules cannot be read: {error}") from error
    for why in _faults(rules):
        raise BadRules(f"resolution rules {rules.id}@{rules.version}: {why}")
    return rules


def book_of(files: Mapping[str, bytes]) -> Book:
    """Return the book made of files by their names; `default` among their ids is for all. Raises BadRules."""
    sets = []
    for name, toml in sorted(files.items()):
        try:
            sets.append(parse(toml))
        except BadRules as error:
            raise BadRules(f"{name}: {error}") from error
    every = [each for each in sets if not each.client]
    clients = {each.client.casefold(): each for each in sets if each.client}
    if len(every) != 1 or len(every) + len(clients) != len(sets):
        raise BadRules("there must be one set of resolution rules without a client, and at most one for each client")
    texts = {(each.id, each.version): toml for each, (_, toml) in zip(sets, sorted(files.items()), strict=True)}
    if len(texts) != len(sets):
        raise BadRules("two sets of resolution rules have one id and version")
    return Book(every[0], clients, texts)


def _faults(rules: RuleSet) -> list[str]:
    faults = []
    numbers = [each.number for each in rules.rules]
    if len(set(numbers)) < len(numbers):
        faults.append("two rules have one number")
    if _CURRENCY.fullmatch(rules.currency) is None:
        faults.append(f"a currency is three capital letters, not {rules.currency!r}")
    for rule in rules.rules:
        faults += [f"rule {rule.number}: {why}" for why in _faults_of(rule, rules)]
    last = rules.rules[-1] if rules.rules else None
    if last is None or last.then != "person" or last != _unconditional(last):
        faults.append('the last rule must be for all that is left, with then = "person"')
    return faults


def _faults_of(rule: Rule, rules: RuleSet) -> list[str]:
    faults = [f"there is no fee {each!r}" for each in rule.fees if each not in rules.fees]
    if rule.at != "grade" and rule.looks_at_units:
        faults.append('conditions on units need at = "grade"')
    if rule.then != "refund" and (rule.percent or rule.fees):
        faults.append("only a refund has percentages and fees")
    if rule.at != "grade" and any(each < 100 for each in rule.percent.values()):
        faults.append('a part of the price can be kept only at = "grade"')
    if rule.then == "person" and rule.goods:
        faults.append("what a person decides moves no goods")
    return faults


def _unconditional(rule: Rule) -> Rule:
    return Rule(rule.number, rule.section, rule.text, rule.then, rule.at)
