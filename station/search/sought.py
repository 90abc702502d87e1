"""Works out what a code may mean before anything is looked for: a code is often printed in another form than kept."""

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from station.codes import Candidate

# A badge and an hour (UTC) of its work, as a hit of the search names it.
_HOUR = re.compile(r"(.+)@(\d{4}-\d{2}-\d{2}T\d{2})", re.ASCII)


class Sought(msgspec.Struct, frozen=True):
    """What is looked for: every form of the code, the return orders and SKUs it stands for, and a person's hour."""

    text: str
    codes: tuple[str, ...]
    gtins: tuple[str, ...] = ()
    rmas: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    hour: str = ""


def forms_of(text: str, candidates: Sequence[Candidate]) -> Sought:
    """Return the forms of a text: as it came, in capitals, and in the normal form of each of its meanings."""
    # Half of a surrogate pair is no text that a database could hold.
    text = text.encode("utf-8", "replace").decode()
    plain = text.strip()
    person = _HOUR.fullmatch(plain)
    if person is not None and _is_hour(person[2]):
        return Sought(plain, (person[1],), hour=person[2])
    every = [plain, text, plain.upper(), "".join(plain.split()).upper()]
    every += [part for each in candidates for part in (each.value, each.serial)]
    gtins = [each.gtin for each in candidates if each.gtin]
    return Sought(plain, tuple(dict.fromkeys(filter(None, every))), gtins=tuple(dict.fromkeys(gtins)))


def _is_hour(text: str) -> bool:
    try:
        return datetime.fromisoformat(f"{text}:00").year < 9999
    except ValueError:
        return False


def hour_code(badge: str, hour: str) -> str:
    """Return the code that finds one hour of a person's work; `hour` is such as `2026-11-27T14`, in UTC."""
    return f"{badge}@{hour}"


def gtin_forms(gtin: str) -> tuple[str, ...]:
    """Return the lengths in which a GTIN of 14 digits is printed and kept (GS1 General Specifications 7.8)."""
    short = gtin.lstrip("0")
    return tuple(dict.fromkeys((gtin, *(short.zfill(size) for size in (13, 12, 8) if len(short) <= size))))
