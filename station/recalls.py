"""Whether a recall holds for a unit: by article, and where only some were recalled by lot, serial number and date.

Three answers, never two: what nobody has read yet may be recalled.
"""

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Literal

from station.record_codes import code_of
from station.records import Recall

Applies = Literal["yes", "no", "unknown"]
# All GTINs are compared as GTIN-14 (GS1 General Specifications 7.8).
_GTIN_DIGITS = 14


def concerns(recall: Recall, sku: str, gtin: str) -> bool:
    """Tell whether a recall names an article; a GTIN of the notice may be a pattern with `*` and `?`."""
    if sku and code_of(sku) in {code_of(each) for each in recall.skus}:
        return True
    number = code_of(gtin).zfill(_GTIN_DIGITS) if gtin else ""
    return bool(number) and any(fnmatchcase(number, _whole(each)) for each in recall.gtins)


def said(recall: Recall) -> str:
    """Return what people are told of a recall: why it is, and what to do; its last full stop is left to the reader."""
    return ". ".join(told for each in (recall.title, recall.action) if (told := each.strip().rstrip(".")))


def is_in_force(recall: Recall, today: str) -> bool:
    """Tell whether a recall holds on a day (ISO date); without dates it always does."""
    return (not recall.since or recall.since <= today) and (not recall.until or today <= recall.until)


def applies(recall: Recall, lot: str, serial: str, made: str) -> Applies:
    """Tell whether a recalled article's unit is one of those recalled; what is empty is not known.

    One limit that does not hold clears the unit; while none does and one cannot be judged, nobody knows.
    """
    said: list[Applies] = []
    if recall.lots:
        said.append(_among(code_of(lot), (code_of(each) for each in recall.lots)))
    if recall.serials:
        said.append(_between(code_of(serial), [(code_of(a), code_of(b)) for a, b in recall.serials]))
    if recall.made:
        said.append(_between(made, [recall.made], alike=True))
    return "no" if "no" in said else "unknown" if "unknown" in said else "yes"


def may_apply(recall: Recall, lot: str, serial: str, made: Callable[[], str]) -> bool:
    """Tell whether a recalled article's unit may be one of those recalled; `made` is asked only where it matters."""
    told = applies(recall, lot, serial, "")
    return (applies(recall, lot, serial, made()) if told == "unknown" and recall.made else told) != "no"


def _whole(gtin: str) -> str:
    return gtin if any(sign in gtin for sign in "*?") else gtin.zfill(_GTIN_DIGITS)


def _among(code: str, codes: Iterable[str]) -> Applies:
    if not code:
        return "unknown"
    return "yes" if any(fnmatchcase(code, each) for each in codes) else "no"


def _between(code: str, ranges: list[tuple[str, str]], alike: bool = False) -> Applies:
    """Compare with ranges, ends included. A serial number lies in a range of numbers of its own length only."""
    if not code:
        return "unknown"
    same = [(a, b) for a, b in ranges if alike or len(a) == len(code) == len(b)]
    return "yes" if any(a <= code <= b for a, b in same) else "no"
