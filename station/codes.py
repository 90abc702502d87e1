"""Tells what a scanned code can be: a tracking number, GS1 code, RMA, plate, bin, badge or command."""

import re
import tomllib
from typing import Literal

import msgspec

from station import gs1, plates
from station.check_digits import SCHEMES, gs1_is_right

CodeKind = Literal["command", "badge", "plate", "bin", "rma", "tracking", "sscc", "gtin", "other"]

# The longest code anyone reads: a Digital Link. What is longer is no code, whatever it says.
LONGEST = 2_000
_LONGEST_NUMBER = 64
_UNLIKELY = 5
_LITERAL = 10
_DISTINCT = 70
# Where a parcel goes in the United States, beside the carrier's number (ANSI MH10.8.2, data identifier 420).
_ROUTING = re.compile(r"420\d{5}(?:\d{4})?")


class Candidate(msgspec.Struct, frozen=True, omit_defaults=True):
    """One meaning of a code: `value` is the normal form that look-ups use, a higher `score` is likelier.

    GS1 element strings and Digital Links fill `gtin`, `serial`, `lot` and `expiry` (ISO date) at once.
    An `other` that names a carrier has the shape of that carrier's numbers and a wrong check digit.
    """

    kind: CodeKind
    value: str
    carrier: str = ""
    score: int = 0
    gtin: str = ""
    serial: str = ""
    lot: str = ""
    expiry: str = ""


class NumberPattern(msgspec.Struct, frozen=True):
    """One entry of resources/carriers.toml; what its fields mean is written there."""

    carrier: str
    pattern: re.Pattern[str]
    check: str
    score: int
    distinct: bool = False


class Patterns(msgspec.Struct, frozen=True):
    """The shapes of numbers that differ from site to site: carriers' and RMAs'."""

    numbers: tuple[NumberPattern, ...]
    rma: tuple[re.Pattern[str], ...]


def read_patterns(toml: bytes) -> Patterns:
    """Read resources/carriers.toml; raises ValueError naming the entry that makes no sense."""
    try:
        data = tomllib.loads(toml.decode())
        table = msgspec.convert(data, _Table, strict=True)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"the carrier table cannot be read: {error}") from error
    for entry in table.number:
        if entry.check not in SCHEMES:
            raise ValueError(f"{entry.carrier}: no check-digit scheme is called {entry.check!r}")
    numbers = tuple(
        NumberPattern(entry.carrier, _compiled(entry.pattern, entry.carrier), entry.check, entry.score, entry.distinct)
        for entry in table.number
    )
    return Patterns(numbers, tuple(_compiled(pattern, "rma") for pattern in table.rma))


def recognise(text: str, aim: str, patterns: Patterns) -> tuple[Candidate, ...]:
    """Return what a code can be, most likely first; empty when there is no code in it.

    `text` is what the scanner read or a person typed, 0x1d kept; `aim` is the symbology identifier (`]C1`) or
    empty. A code of ours (command, badge, plate, bin) has one meaning. Anything else is also an `other`: it
    can be looked up literally as an order number, SKU or serial number. Never raises.
    """
    literal = plain(text)
    if not literal or len(text) > LONGEST:
        return ()
    ours = _ours(text, literal)
    if ours is not None:
        return (ours,)
    found = [*_gs1(text, aim), *_rmas(literal, patterns)]
    number = "".join(literal.split())
    misread = ""
    if number.isascii() and number.isalnum() and len(number) <= _LONGEST_NUMBER:
        numbers, misread = _tracking(number, patterns)
        found += [_moved(candidate, aim) for candidate in (*numbers, *_goods(number))]
    unnamed = Candidate("other", literal, misread, _UNLIKELY if misread else _LITERAL)
    return _ranked([*found, unnamed])


def is_of_a_parcel(text: str, aim: str, patterns: Patterns) -> bool | None:
    """Tell whether a code stands on parcels only: a carrier's number or an SSCC, by a shape hardly anything else has.

    None says that it may: bare numbers of 10, 12, 15 or 18 digits are waybills, serial numbers or IMEIs, and 420 with a
    ZIP code has no check digit.
    """
    found = [each for each in recognise(text, aim, patterns) if each.kind in ("tracking", "sscc")]
    if any(each.score >= _DISTINCT or not each.value.isdecimal() for each in found):
        return True
    return None if found or _ROUTING.fullmatch(text) else False


def plain(text: str) -> str:
    """Return the literal form that look-ups by order number, SKU and serial use.

    Upper case, trimmed, each run of blanks one blank, and nothing that cannot be printed.
    """
    seen = "".join(sign if sign.isprintable() else " " if sign.isspace() else "" for sign in text)
    return " ".join(seen.upper().split())


def tracking_form(text: str, patterns: Patterns) -> str:
    """Return a tracking number as `recognise` gives it, for the other side of the look-up.

    Without a wrapper and blanks; what is no carrier's number comes back in its `plain` form.
    """
    found = recognise(text, "", patterns)
    numbers = (candidate.value for candidate in found if candidate.kind in ("tracking", "sscc"))
    return next(numbers, plain(text))


def gtin_form(text: str) -> str:
    """Return a GTIN of any length as 14 digits, or an empty string when its length or check digit is off."""
    digits = "".join(text.split())
    return next((candidate.value for candidate in _goods(digits) if candidate.kind == "gtin"), "")


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    carrier: str
    pattern: str
    check: str
    score: int
    distinct: bool = False


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: tuple[_Entry, ...]
    rma: tuple[str, ...] = ()


def _compiled(pattern: str, owner: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.ASCII)
    except re.error as error:
        raise ValueError(f"{owner}: the pattern {pattern!r} cannot be read: {error}") from error


def _ours(text: str, literal: str) -> Candidate | None:
    """The codes this product prints itself. A command keeps its letters: they are the command's value."""
    if literal.startswith("RS:"):
        value = text.strip()[3:].strip()
        return Candidate("command", value, score=100) if value and value.isprintable() else None
    if literal.startswith("BDG-") and len(literal) > 4:
        return Candidate("badge", literal, score=100)
    if literal.startswith("BIN-") and len(literal) > 4:
        return Candidate("bin", literal, score=100)
    return Candidate("plate", literal, score=100) if plates.parse(literal) is not None else None


def _rmas(literal: str, patterns: Patterns) -> list[Candidate]:
    fits = any(pattern.fullmatch(literal) for pattern in patterns.rma)
    return [Candidate("rma", literal, score=92)] if fits else []


def _tracking(number: str, patterns: Patterns) -> tuple[list[Candidate], str]:
    """The carriers whose number this is, and the one whose misread number it seems to be."""
    found: list[Candidate] = []
    misread = ""
    # A number of noughts has a right check digit under every scheme, and is nobody's.
    if not number.strip("0"):
        return found, misread
    for entry in patterns.numbers:
        match = entry.pattern.fullmatch(number)
        if match is None:
            continue
        value = match["number"] if "number" in entry.pattern.groupindex else number
        if SCHEMES[entry.check](value):
            found.append(Candidate("tracking", value, entry.carrier, entry.score))
        elif entry.distinct:
            misread = entry.carrier
    return found, "" if found else misread


def _goods(number: str) -> list[Candidate]:
    """GTINs and SSCCs as bare digits, with a right check digit."""
    if not (number.isascii() and number.isdecimal() and number.strip("0")):
        return []
    found: list[Candidate] = []
    size = len(number)
    if size in (8, 12, 13, 14) and gs1_is_right(number):
        score = {8: 55, 12: 65, 13: 75, 14: 62}[size]
        # GS1-8 prefixes that start with 0 are a shop's own; eight such digits are rather a UPC-E.
        score -= 10 if size == 8 and number[0] == "0" else 0
        found.append(Candidate("gtin", number.zfill(14), score=score, gtin=number.zfill(14)))
    if size == 8 and number[0] == "0":
        long = gs1.expand_upc_e(number)
        if long:
            found.append(Candidate("gtin", long.zfill(14), score=58, gtin=long.zfill(14)))
    if size == 20 and number.startswith("00") and gs1_is_right(number):
        found.append(Candidate("sscc", number[2:], score=85))
    if size == 18 and gs1_is_right(number):
        found.append(Candidate("sscc", number, score=65))
    return found


def _gs1(text: str, aim: str) -> list[Candidate]:
    """What a GS1 element string or Digital Link says, when it is one."""
    message = gs1.read(text, aim)
    if message is None:
        return []
    found: list[Candidate] = []
    if message.sscc:
        found.append(Candidate("sscc", message.sscc, score=98 if message.certain else 85))
    if message.gtin:
        details = {"serial": message.serial, "lot": message.lot, "expiry": message.expiry}
        score = 98 if message.certain else 80
        found.append(Candidate("gtin", message.gtin, "", score, message.gtin, **details))
    elif message.serial:
        found.append(Candidate("other", plain(message.serial), score=50, serial=message.serial))
    return found


def _moved(candidate: Candidate, aim: str) -> Candidate:
    """Move a score by what the scanner says of the symbol: EAN and UPC symbols hold GTINs, nothing else."""
    if not aim:
        return candidate
    retail = aim.startswith("]E")
    if candidate.kind == "gtin":
        # ITF-14 cartons ("]I") are GTINs as a rule; a GTIN as plain Code 128 or Data Matrix is the exception.
        move = 30 if retail else 10 if aim.startswith("]I") else -20
    else:
        move = -50 if retail else 0
    return msgspec.structs.replace(candidate, score=max(1, min(99, candidate.score + move)))


def _ranked(found: list[Candidate]) -> tuple[Candidate, ...]:
    """Each meaning once, in an order that depends on nothing but the candidates."""
    order = sorted(found, key=lambda each: (-each.score, each.kind, each.carrier, each.value, each.serial))
    seen: set[tuple[str, str, str]] = set()
    ranked = []
    for each in order:
        meaning = (each.kind, each.value, "" if each.kind == "other" else each.carrier)
        if meaning not in seen:
            seen.add(meaning)
            ranked.append(each)
    return tuple(ranked)
