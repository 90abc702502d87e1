"""Reads dates as they are printed on goods, and all that one can mean: 03/04/27 is two dates, nobody knows which."""

import calendar
import re
from collections.abc import Iterator, Mapping
from datetime import date

# A shelf life lies in these years; what lies outside is no expiry date.
_FIRST_YEAR, _LAST_YEAR = 2010, 2059
_SPLIT = r"\s?[./ -]\s?"
_LONG_FIRST = re.compile(rf"(?<!\d)(20\d\d){_SPLIT}(\d\d?)(?:{_SPLIT}(\d\d?))?(?!\d)")
_LONG_LAST = re.compile(rf"(?<!\d)(?:(\d\d?){_SPLIT})?(\d\d?){_SPLIT}(20\d\d)(?!\d)")
_THREE = re.compile(rf"(?<!\d)(\d\d){_SPLIT}(\d\d){_SPLIT}(\d\d)(?!\d)")
_TWO = re.compile(r"(?<!\d)(\d\d)\s?[./-]\s?(\d\d)(?!\d)")
_NAMED = re.compile(r"(?:(?<!\d)(\d\d?)[\s./-]*)?(?<![A-Z])([A-Z]{3,5})[A-Z]*[\s./-]*(20\d\d|\d\d)(?!\d)")
_SOLID = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)")
_SIX = re.compile(r"(?<!\d)(\d\d)(\d\d)(\d\d)(?!\d)")


def read(text: str, months: Mapping[str, int]) -> tuple[str, ...]:
    """Return every date (ISO) that the first date in a text can be, in order; a month alone means its last day.

    `text` is in capitals without accents, `months` the numbers of month names by their beginnings.
    """
    for found in (_named(text, months), _long(text), _short(text)):
        dates = sorted(set(found))
        if dates:
            return tuple(dates)
    return ()


def gs1(digits: str) -> tuple[str, ...]:
    """Return the date of six digits YYMMDD as GS1 writes it (General Specifications 7.12): day 00 is the last."""
    year, month, day = 2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:])
    return tuple(_dates([(year, month, day or None)]))


def _named(text: str, months: Mapping[str, int]) -> Iterator[str]:
    for found in _NAMED.finditer(text):
        name = next((found[2][:size] for size in (5, 4, 3) if found[2][:size] in months), "")
        if not name:
            continue
        year = int(found[3]) if len(found[3]) == 4 else 2000 + int(found[3])
        yield from _dates([(year, months[name], int(found[1]) if found[1] else None)])
        return


def _long(text: str) -> Iterator[str]:
    """Dates with a year of four digits."""
    if (found := _SOLID.search(text)) is not None:
        yield from _dates([(int(found[1]), int(found[2]), int(found[3]))])
    elif (found := _LONG_FIRST.search(text)) is not None:
        yield from _dates([(int(found[1]), int(found[2]), int(found[3]) if found[3] else None)])
    elif (found := _LONG_LAST.search(text)) is not None:
        year, second = int(found[3]), int(found[2])
        first = int(found[1]) if found[1] else None
        yield from _dates([(year, second, first)] + ([(year, first, second)] if first is not None else []))


def _short(text: str) -> Iterator[str]:
    """Dates with a year of two digits: which place is the year's, is a custom of the country."""
    if (found := _THREE.search(text) or _SIX.search(text)) is not None:
        a, b, c = (int(part) for part in found.groups())
        yield from _dates([(2000 + c, b, a), (2000 + c, a, b), (2000 + a, b, c)])
    elif (found := _TWO.search(text)) is not None:
        a, b = int(found[1]), int(found[2])
        yield from _dates([(2000 + b, a, None), (2000 + a, b, None)])


def _dates(parts: list[tuple[int, int, int | None]]) -> Iterator[str]:
    """Those of (year, month, day) that are days of a year in question; without a day, the month's last."""
    for year, month, day in parts:
        if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12):
            continue
        last = calendar.monthrange(year, month)[1]
        if day is None or 1 <= day <= last:
            yield date(year, month, day or last).isoformat()
