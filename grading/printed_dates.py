"""Reads dates as they are printed on goods, and all that one can mean: 03/04/27 is two dates, nobody knows which."""

import calendar
import re
from collections.abc import Iterator, Mapping
from datetime import date

# A shelf life lies in these years; what lies outside is no expiry date.
_FIRST_YEAR, _LAST_YEAR = 2010, 2059
_Parts = tuple[int, int, int | None]

_SPLIT = r"\s?[./ -]\s?"
# No date begins or ends inside a word or another number, and no year is followed by the minutes of a time.
_BEGIN, _END = r"(?<![0-9A-Z])(?<![0-9A-Z][./-])", r"(?![0-9A-Z:])(?![./-][0-9A-Z])"
_LONG_FIRST = re.compile(rf"{_BEGIN}(20\d\d){_SPLIT}(\d\d?)(?:{_SPLIT}(\d\d?))?{_END}")
_LONG_LAST = re.compile(rf"{_BEGIN}(?:(\d\d?){_SPLIT})?(\d\d?){_SPLIT}(20\d\d){_END}")
_THREE = re.compile(rf"{_BEGIN}(\d\d){_SPLIT}(\d\d){_SPLIT}(\d\d){_END}")
_TWO = re.compile(rf"{_BEGIN}(\d\d)\s?[./-]\s?(\d\d){_END}")
_NAMED = re.compile(
    r"(?:(?<!\d)(?P<before>20\d\d|\d\d?)[\s./-]*)?(?<![A-Z])(?P<month>[A-Z]{3,5})[A-Z]*[\s./-]*"
    r"(?:(?P<day>\d\d?)(?:\s?[./,-]\s?|\s)(?P<last>20\d\d|\d\d)(?![\d:])|(?P<next>20\d\d|\d\d?)(?!\d))"
)
_SOLID = re.compile(rf"{_BEGIN}(20\d\d)(\d\d)(\d\d){_END}")
_SIX = re.compile(rf"{_BEGIN}(\d\d)(\d\d)(\d\d){_END}")
# What stands before a month and a year may be a day that was not read right: then it is no date.
_UNREAD_DAY = re.compile(r"(?<![0-9A-Z])(?:[0-9A-Z]*\d[0-9A-Z]*|[OQDILBSZG]{1,2}|[A-Z])[\s./-]*$")


def read(text: str, months: Mapping[str, int]) -> tuple[str, ...]:
    """Return every date (ISO) that the first date in a text can be, in order; a month alone means its last day.

    `text` is in capitals without accents, `months` the numbers of month names by their beginnings.
    """
    named = _named(text, months)
    if named is not None:
        return tuple(sorted(set(_dates(named))))
    for found in (_long(text), _short(text)):
        dates = sorted(set(found))
        if dates:
            return tuple(dates)
    return ()


def gs1(digits: str) -> tuple[str, ...]:
    """Return the date of six digits YYMMDD as GS1 writes it (General Specifications 7.12): day 00 is the last."""
    year, month, day = 2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:])
    return tuple(_dates([(year, month, day or None)]))


def _named(text: str, months: Mapping[str, int]) -> list[_Parts] | None:
    """What the first month's name with its numbers can mean: 31 DIC 27, DEC 28 2021, FEB/26/21, 2027 AUG 31, MAY 2022;
    None where no month is named.
    """
    for found in _NAMED.finditer(text):
        name = next((found["month"][:size] for size in (5, 4, 3) if found["month"][:size] in months), "")
        if not name:
            continue
        month, before, day, last = months[name], found["before"] or "", found["day"], found["last"]
        after = day or found["next"]
        if len(before) == 4:
            return [(int(before), month, int(after))] if len(after) <= 2 else []
        meant: list[_Parts] = []
        if last is not None:
            meant.append((_year(last), month, int(day)))
        if before and len(after) > 1:
            # With a day before it, what follows is the year, unless four digits behind it are.
            return [(_year(after), month, int(before)), *(meant if last is not None and len(last) == 4 else [])]
        if last is not None:
            return meant + ([(_year(day), month, int(last))] if len(day) == len(last) == 2 else [])
        return [(_year(after), month, None)] if len(after) > 1 and not _UNREAD_DAY.search(text[: found.start()]) else []
    return None


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _long(text: str) -> Iterator[str]:
    """Dates with a year of four digits."""
    if (found := _SOLID.search(text)) is not None:
        yield from _dates([(int(found[1]), int(found[2]), int(found[3]))])
    elif (found := _LONG_FIRST.search(text)) is not None:
        yield from _dates([(int(found[1]), int(found[2]), int(found[3]) if found[3] else None)])
    elif (found := _LONG_LAST.search(text)) is not None:
        year, second = int(found[3]), int(found[2])
        first = int(found[1]) if found[1] else None
        if first is None and _UNREAD_DAY.search(text[: found.start()]):
            return
        yield from _dates([(year, second, first)] + ([(year, first, second)] if first is not None else []))


def _short(text: str) -> Iterator[str]:
    """Dates with a year of two digits: which place is the year's, is a custom of the country."""
    if (found := _THREE.search(text) or _SIX.search(text)) is not None:
        a, b, c = (int(part) for part in found.groups())
        yield from _dates([(2000 + c, b, a), (2000 + c, a, b), (2000 + a, b, c)])
    elif (found := _TWO.search(text)) is not None and not _UNREAD_DAY.search(text[: found.start()]):
        a, b = int(found[1]), int(found[2])
        yield from _dates([(2000 + b, a, None), (2000 + a, b, None)])


def _dates(parts: list[_Parts]) -> Iterator[str]:
    """Those of (year, month, day) that are days of a year in question; without a day, the month's last."""
    for year, month, day in parts:
        if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12):
            continue
        last = calendar.monthrange(year, month)[1]
        if day is None or 1 <= day <= last:
            yield date(year, month, day or last).isoformat()
