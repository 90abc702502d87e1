"""Finds serial numbers, models, IMEIs, batches and dates in what was read on a photo; claims none of them.

A reading is a candidate. Letters that look like digits are never changed for a person: a number with a check digit may
be tried with them changed, and a serial number is compared both ways, so that somebody can be asked.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from grading import printed_dates
from grading.text import Box, Line

Kind = Literal["serial", "imei", "model", "mac", "lot", "expiry", "gtin", "token", "vin"]
Likeness = Literal["same", "alike", "different"]

MOST_READINGS = 24
LONGEST = 32
# A number that nobody names: it is kept only because the order may know it.
_UNNAMED, _CHANGED = 0.6, 0.8
# First two digits of a TAC: the bodies that allot them (GSMA TS.06).
_TAC_BODIES = frozenset({"01", "35", "44", "45", "49", "50", "51", "52", "53", "54", "86", "91", "98", "99"})
# What print and reader mix up.
_ALIKE = str.maketrans("OQDILBSZG", "000118526")
# A lot as GS1 allows it (General Specifications 3.4.1), of no fewer than three signs.
_LOT = re.compile(r"[A-Z0-9][A-Z0-9./-]{2,19}")
# "Charge" is a lot in German, and on a plug the word before volts.
_ELECTRIC = re.compile(r"[\d.,/-]+(?:V|A|W|MA|MAH|WH|HZ)(?:[AD]C)?")
_STROKES = str.maketrans("L1", "II")
_SHORT_WORD = 4
_TOKEN = re.compile(r"[A-Z0-9](?:[A-Z0-9/-]{3,30})[A-Z0-9]")
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_SIGNS, _VIN_VALUES = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ", "012345678912345678123457923456789"
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_NEVER_IN_VIN = str.maketrans("IOQ", "100")
_MAC = re.compile(r"(?:[0-9A-F]{2}[:-]){5}[0-9A-F]{2}|[0-9A-F]{12}")
_GS1_DATE = re.compile(r"\(17\)\s?(\d{6})|^\x1d?01\d{14}17(\d{6})")
_GS1_LOT = re.compile(r"\(10\)\s?([A-Z0-9./-]{1,20})")
_DIGITS = re.compile(r"(?<![0-9A-Z])\d(?:[ -]?\d){11,14}(?![0-9A-Z])")


class ReadingsError(ValueError):
    """A table of words and shapes that cannot be used; the message names what to mend."""


class Reading(msgspec.Struct, frozen=True, omit_defaults=True):
    """One candidate: `confidence` in thousandths, `box` left, top, width and height in pixels of the photo.

    A date is ISO; `others` are what the same print can mean as well, and then nobody knows which.
    """

    kind: Kind
    text: str
    confidence: int
    box: Box = (0, 0, 0, 0)
    others: tuple[str, ...] = ()


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one maker writes serial numbers."""

    brand: str
    pattern: str


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shots: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    months: dict[str, int]
    serial: tuple[Shape, ...] = ()


class Patterns(msgspec.Struct, frozen=True):
    """What is looked for: the shots whose print is read, the words that name a kind, month names, makers' shapes."""

    shots: frozenset[str]
    marker: re.Pattern[str]
    kinds: Mapping[str, str]
    months: Mapping[str, int]
    shapes: tuple[re.Pattern[str], ...]


class _Part(msgspec.Struct, frozen=True):
    """A piece of a line: the kind that a word before it names (empty for none), and the line it stands in."""

    kind: str
    text: str
    line: Line


def load(toml: bytes) -> Patterns:
    """Read the table; raises ReadingsError."""
    try:
        table = msgspec.toml.decode(toml, type=_Table)
        shapes = tuple(re.compile(each.pattern, re.ASCII) for each in table.serial)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, re.error) as error:
        raise ReadingsError(f"the table of readings cannot be read: {error}") from error
    kinds = {_named_by(word): kind for kind, words in table.words.items() for word in words}
    # The longest first, and never inside a word; what follows may be glued to a closing sign.
    written = sorted({word for words in table.words.values() for word in words}, key=len, reverse=True)
    either = "|".join(r"[\s.]*".join(map(_loosely, word.split())) for word in written)
    marker = re.compile(rf"((?:(?<![A-Z0-9])|(?=\())(?:{either}))(?:(?<=\))|(?![A-Z]))[\s.:#№º°]*")
    return Patterns(frozenset(table.shots), marker, kinds, table.months, shapes)


def find(lines: Iterable[Line], codes: Iterable[str], patterns: Patterns) -> tuple[Reading, ...]:
    """Return the candidates of a photo's lines and barcodes, the surest first, each once."""
    found: dict[tuple[str, str], Reading] = {}
    every = [*_of_lines(tuple(lines), patterns), *_of_codes(codes)]
    for each in sorted(every, key=lambda each: (-each.confidence, each.kind, each.text)):
        found.setdefault((each.kind, each.text), each)
    named = {each.text for each in found.values() if each.kind != "token"}
    kept = [each for each in found.values() if each.kind != "token" or each.text not in named]
    return tuple(kept[:MOST_READINGS])


def compare(read: str, known: str) -> Likeness:
    """Say how a reading stands to a number we know: `alike` when they differ in nothing but signs that look alike.

    Blanks and dashes do not count. A reading cut off at one end, as at the edge of a photo, is alike too.
    """
    one, other = (re.sub(r"[^A-Z0-9]", "", text.upper()) for text in (read, known))
    if not one or not other:
        return "different"
    if one == other:
        return "same"
    one, other = one.translate(_ALIKE), other.translate(_ALIKE)
    shorter, longer = sorted((one, other), key=len)
    cut = len(shorter) >= max(5, len(longer) - 3) and (longer.startswith(shorter) or longer.endswith(shorter))
    return "alike" if one == other or cut else "different"


def bears(read: str, known: str) -> bool:
    """Tell whether a number we know is, or may be, in what was read: beside others, cut off, or with signs alike."""
    if any(compare(part, known) != "different" for part in (read, *read.split())):
        return True
    whole, sought = (re.sub(r"[^A-Z0-9]", "", text.upper()).translate(_ALIKE) for text in (read, known))
    return bool(sought) and sought in whole


def imei_is_right(number: str) -> bool:
    """Fifteen digits, a TAC that some body allots, and Luhn's check digit (3GPP TS 23.003, annex B)."""
    if len(number) != 15 or not number.isdecimal() or number[:2] not in _TAC_BODIES:
        return False
    doubled = [int(sign) * (2 if place % 2 else 1) for place, sign in enumerate(number)]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_vin(text: str) -> bool:
    """Seventeen signs of a vehicle identification number, which has no I, O or Q (ISO 3779)."""
    return _VIN.fullmatch(text) is not None


def vin_is_right(number: str) -> bool:
    """A vehicle's number whose ninth sign is its check digit (49 CFR 565.15 c); Europe's have none.

    One random number in eleven passes: this alone makes no number a vehicle's.
    """
    if not is_vin(number):
        return False
    values = (int(_VIN_VALUES[_VIN_SIGNS.index(sign)]) for sign in number)
    total = sum(value * weight for value, weight in zip(values, _VIN_WEIGHTS, strict=True))
    return number[8] == "0123456789X"[total % 11]


def gtin_is_right(number: str) -> bool:
    """Twelve to fourteen digits with GS1's check digit (General Specifications 7.9.1); eight are too like a date."""
    if not 12 <= len(number) <= 14 or not number.isdecimal() or not number.strip("0"):
        return False
    return sum(int(sign) * (1 if place % 2 == 0 else 3) for place, sign in enumerate(reversed(number))) % 10 == 0


def _of_lines(lines: tuple[Line, ...], patterns: Patterns) -> Iterator[Reading]:
    for line in lines:
        for part in _parts(line, patterns):
            named = part
            if part.kind and not part.text:
                beside = _beside(line, lines, patterns)
                if beside is None:
                    continue
                named = _Part(part.kind, _plain(beside.text), beside)
            yield from _named(named, patterns) if named.kind else _unnamed(named, patterns)
        for dated in _GS1_DATE.finditer(line.text):
            yield from _date("expiry", printed_dates.gs1(dated[1] or dated[2]), line)
        for lot in _GS1_LOT.finditer(line.text):
            yield Reading("lot", lot[1], line.confidence, line.box)


def _parts(line: Line, patterns: Patterns) -> Iterator[_Part]:
    """Cut a line where a word names what follows."""
    text = _plain(line.text)
    kind, begin = "", 0
    for word in patterns.marker.finditer(text):
        if text[begin : word.start()].strip() or kind:
            yield _Part(kind, text[begin : word.start()].strip(" :.,;"), line)
        kind, begin = patterns.kinds[_named_by(word[1])], word.end()
    yield _Part(kind, text[begin:].strip(" :.,;"), line)


def _beside(name: Line, lines: tuple[Line, ...], patterns: Patterns) -> Line | None:
    """Return the line that a word alone speaks of: to its right, or else right below."""
    left, top, width, height = name.box
    free = [each for each in lines if each is not name and patterns.marker.match(_plain(each.text)) is None]
    right = [
        each
        for each in free
        if each.box[0] >= left + width * 0.8 and abs(each.box[1] + each.box[3] / 2 - top - height / 2) < height * 0.6
    ]
    below = [
        each
        for each in free
        if 0 < each.box[1] - top < height * 2.5 and each.box[0] < left + width and left < each.box[0] + each.box[2]
    ]
    return min(right, key=lambda each: each.box[0], default=None) or min(
        below, key=lambda each: each.box[1], default=None
    )


def _named(part: _Part, patterns: Patterns) -> Iterator[Reading]:
    """What a word names, where it looks like it."""
    sure = part.line.confidence
    match part.kind:
        case "expiry":
            yield from _date("expiry", printed_dates.read(part.text, patterns.months), part.line)
        case "imei":
            yield from _imei(part)
        case "mac" if (found := _MAC.search(part.text)) is not None:
            yield Reading("mac", found[0], sure, part.line.box)
        case "model" if part.text:
            yield Reading("model", part.text[:LONGEST], sure, part.line.box)
        case "lot" if part.text:
            number = part.text.split()[0]
            if _LOT.fullmatch(number) and any(sign.isdigit() for sign in number) and not _ELECTRIC.fullmatch(number):
                yield Reading("lot", number, sure, part.line.box)
        case "vin":
            yield from _vin(part)
        case "serial":
            number = _number(part.text)
            if number:
                yield Reading("serial", number, sure, part.line.box)


def _number(text: str) -> str:
    """Return the serial number at the beginning of a text: groups of digits and letters belong together."""
    groups = text.split()
    whole = "".join(groups)
    if 5 <= len(whole) <= 24 and all(any(sign.isdigit() for sign in group) for group in groups):
        found = _TOKEN.fullmatch(whole)
    else:
        found = _TOKEN.match(groups[0]) if groups else None
    number = found[0] if found is not None else ""
    return number if any(sign.isdigit() for sign in number) else ""


def _imei(part: _Part) -> Iterator[Reading]:
    """Only digits can stand here: letters are tried as the digits they look like, and Luhn decides."""
    signs = re.sub(r"[^A-Z0-9]", "", part.text)[:15]
    changed = signs.translate(_ALIKE)
    if imei_is_right(changed):
        sure = part.line.confidence if changed == signs else round(part.line.confidence * _CHANGED)
        yield Reading("imei", changed, sure, part.line.box)


def _vin(part: _Part) -> Iterator[Reading]:
    """Signs that no such number has stand for the digits they look like; without its check digit it is less sure."""
    signs = re.sub(r"[^A-Z0-9]", "", part.text)[:17]
    number = signs.translate(_NEVER_IN_VIN)
    if is_vin(number):
        is_sure = vin_is_right(number) and number == signs
        sure = part.line.confidence if is_sure else round(part.line.confidence * _CHANGED)
        yield Reading("vin", number, sure, part.line.box)


def _unnamed(part: _Part, patterns: Patterns) -> Iterator[Reading]:
    """Numbers that a check digit or a maker's shape speaks for, and those that the order may know."""
    sure, box = part.line.confidence, part.line.box
    digits = {re.sub(r"\D", "", found[0]) for found in _DIGITS.finditer(part.text)}
    for number in sorted(digits):
        if imei_is_right(number):
            yield Reading("imei", number, sure, box)
        elif gtin_is_right(number):
            yield Reading("gtin", number, sure, box)
    for found in _TOKEN.finditer(part.text):
        number = found[0]
        if not any(sign.isdigit() for sign in number) or number in digits or len(number) > LONGEST:
            continue
        shaped = any(shape.fullmatch(number) for shape in patterns.shapes)
        yield (
            Reading("serial", number, round(sure * _CHANGED), box)
            if shaped
            else Reading("token", number, round(sure * _UNNAMED), box)
        )


def _date(kind: Literal["expiry"], dates: tuple[str, ...], line: Line) -> Iterator[Reading]:
    if dates:
        yield Reading(kind, dates[0], line.confidence, line.box, dates[1:])


def _of_codes(codes: Iterable[str]) -> Iterator[Reading]:
    """What GS1 barcodes say of batch and date; what they say of the product, the workflow reads itself."""
    for code in codes:
        found = re.match(r"\x1d?01\d{14}(?:17(?P<date>\d{6}))?(?:10(?P<lot>[^\x1d]{1,20}))?", code)
        if found is None:
            continue
        dates = printed_dates.gs1(found["date"]) if found["date"] else ()
        if dates:
            yield Reading("expiry", dates[0], 1000, others=dates[1:])
        if found["lot"]:
            yield Reading("lot", found["lot"], 1000)


def _plain(text: str) -> str:
    """Capital letters without accents; other signs stay."""
    parts = unicodedata.normalize("NFKD", text.upper())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _named_by(word: str) -> str:
    return re.sub(r"[\s.]", "", _plain(word)).translate(_STROKES)


def _loosely(part: str) -> str:
    """What matches a word in which I, L and 1 were taken for each other, as in thin print: SERlAL."""
    return re.sub("[IL1]", "[IL1]", re.escape(part)) if len(part) > _SHORT_WORD else re.escape(part)
