"""From which counts on a customer's returns are worth a word at the bench: data, and the pure decision over it."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from station.records import Pattern, PatternLevel, PatternSign

SignKind = Literal["another_product", "serial_differs", "weight", "empty_box"]
Ask = Literal["photo_serial", "photo_all", "weigh"]
# Counted among the returns; every other sign among the items.
_OF_RETURNS: tuple[SignKind, ...] = ("empty_box",)


class Bound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A level is reached with at least `count` signs that are at least `percent` of all."""

    count: Annotated[int, msgspec.Meta(ge=1)]
    percent: Annotated[int, msgspec.Meta(ge=1, le=100)]


class Sign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of sign, its two bounds, and what is asked for at the second."""

    kind: SignKind
    look: Bound
    care: Bound
    ask: tuple[Ask, ...] = ()


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for one client; the fields are told in resources/patterns.toml."""

    window_days: Annotated[int, msgspec.Meta(ge=1, le=3650)]
    min_returns: Annotated[int, msgspec.Meta(ge=2)]
    sign: tuple[Sign, ...]
    on: bool = True


class _Own(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one client has otherwise."""

    on: bool = True
    window_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None = None
    min_returns: Annotated[int, msgspec.Meta(ge=2)] | None = None
    sign: tuple[Sign, ...] | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    window_days: Annotated[int, msgspec.Meta(ge=1, le=3650)]
    min_returns: Annotated[int, msgspec.Meta(ge=2)]
    sign: tuple[Sign, ...]
    client: dict[str, _Own] = {}


class Rules(msgspec.Struct, frozen=True):
    """The rule for all, and those of clients by their names in small letters."""

    every: Rule
    clients: Mapping[str, Rule]

    def of(self, client: str) -> Rule:
        """Return what holds for a client."""
        return self.clients.get(client.casefold(), self.every)


class Counted(msgspec.Struct, frozen=True):
    """What is known of one customer in the window: received returns and items, and how many signs by kind.

    `oldest` is the day (ISO, UTC) of the oldest sign.
    """

    returns: int
    items: int
    signs: Mapping[str, int]
    oldest: str = ""


def parse(toml: bytes) -> Rules:
    """Return the rules in a file like resources/patterns.toml; raises ValueError that names what is wrong."""
    try:
        file = msgspec.toml.decode(toml, type=_File)
    except (msgspec.DecodeError, ValueError) as error:
        raise ValueError(f"the patterns cannot be read: {error}") from error
    except RecursionError as error:
        raise ValueError("the patterns cannot be read: brackets lie too deep in each other") from error
    every = Rule(file.window_days, file.min_returns, file.sign)
    clients = {
        name.casefold(): Rule(
            own.window_days or every.window_days,
            own.min_returns or every.min_returns,
            every.sign if own.sign is None else own.sign,
            own.on,
        )
        for name, own in file.client.items()
    }
    for name, rule in (("all", every), *clients.items()):
        _check(name, rule)
    return Rules(every, clients)


def _check(name: str, rule: Rule) -> None:
    kinds = [each.kind for each in rule.sign]
    if len(set(kinds)) < len(kinds):
        raise ValueError(f"the patterns of {name} name a sign twice")
    for each in rule.sign:
        if each.care.count < each.look.count or each.care.percent < each.look.percent:
            raise ValueError(f"the patterns of {name}: {each.kind} reaches care before look")


def level(rule: Rule, sign: Sign, counted: Counted) -> PatternLevel | None:
    """Return the level of one sign; more signs among as many items never lower it."""
    count, of = counted.signs.get(sign.kind, 0), _base(sign.kind, counted)
    if not rule.on or counted.returns < rule.min_returns:
        return None
    return "care" if _reaches(sign.care, count, of) else "look" if _reaches(sign.look, count, of) else None


def assess(rule: Rule, counted: Counted, client: str, customer: str, until: str) -> Pattern | None:
    """Return what a bench is told of a customer; None while there is nothing to say."""
    levels = {sign.kind: level(rule, sign, counted) for sign in rule.sign}
    told = [sign for sign in rule.sign if levels[sign.kind] is not None]
    if not told:
        return None
    signs = tuple(PatternSign(each.kind, counted.signs[each.kind], _base(each.kind, counted)) for each in told)
    careful = [each for each in told if levels[each.kind] == "care"]
    ask = tuple(dict.fromkeys(ask for each in careful for ask in each.ask))
    worst: PatternLevel = "care" if careful else "look"
    return Pattern(client, customer, worst, signs, counted.returns, rule.window_days, until, ask)


def _base(kind: SignKind, counted: Counted) -> int:
    return counted.returns if kind in _OF_RETURNS else counted.items


def _reaches(bound: Bound, count: int, of: int) -> bool:
    return count >= bound.count and count * 100 >= bound.percent * of
