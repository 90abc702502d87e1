"""The numbers a station gives out by itself, with no network, for plates, bins, parcels, items and the like.

A station's code is in every number and its counters only rise, so two benches never give the same one. Plates
and bins are read from labels by people and scanners, and end with a check sign.
"""

import re

import msgspec

from station.check_digits import sign_for

_STATION = re.compile(r"[A-Z0-9]{3}", re.ASCII)
_PLATE = re.compile(r"LPN([A-Z0-9]{3})([0-9]{7,12})([A-Z0-9])", re.ASCII)
_BIN = re.compile(r"BIN-([A-Z0-9]{3})-([0-9]{4,12})([A-Z0-9])", re.ASCII)
_LARGEST = 10**12
_AGAIN = "#"


class Plate(msgspec.Struct, frozen=True):
    """A licence plate number, taken apart: the station that gave it out, and its count there, from 1."""

    station: str
    count: int


def make(station: str, count: int) -> str:
    """Return a plate number such as LPNA010000017K; raises ValueError for a station or count out of range."""
    body = f"LPN{_station(station)}{_count(count):07d}"
    return body + sign_for(body)


def parse(text: str) -> Plate | None:
    """Take a plate number apart, or return None when it is not one or its check sign is wrong."""
    match = _PLATE.fullmatch(text)
    if match is None:
        return None
    plate = Plate(match[1], int(match[2]))
    return plate if plate.count and make(plate.station, plate.count) == text else None


def make_bin(station: str, count: int) -> str:
    """Return the code of a new bin such as BIN-A01-0017X; the errors are those of `make`."""
    body = f"BIN-{_station(station)}-{_count(count):04d}"
    return body + sign_for(body)


def parse_bin(text: str) -> Plate | None:
    """Take apart the code of a bin labelled at a bench; None for any other, or for a wrong check sign."""
    match = _BIN.fullmatch(text)
    if match is None:
        return None
    found = Plate(match[1], int(match[2]))
    return found if found.count and make_bin(found.station, found.count) == text else None


def readable(number: str) -> str:
    """Return a plate or bin number as it is set for people's eyes; other texts as they are.

    Numbers never change, and some hold both the letters O and I and the figures 0 and 1. Printed, these two letters
    are small: `o` is lower than `0`, and `i` has a dot. Whoever types them so is understood.
    """
    if parse(number) is None and parse_bin(number) is None:
        return number
    head = number[:4] if number.startswith("BIN-") else number[:3]
    return head + number[len(head) :].replace("O", "o").replace("I", "i")


def parcel_id(station: str, count: int) -> str:
    """Return the name of the station's count-th parcel."""
    return f"P-{_station(station)}-{_count(count)}"


def item_id(station: str, count: int) -> str:
    """Return the name of the station's count-th item."""
    return f"I-{_station(station)}-{_count(count)}"


def shift_id(station: str, count: int) -> str:
    """Return the name of the station's count-th shift."""
    return f"S-{_station(station)}-{_count(count)}"


def shift_count(shift: str) -> int:
    """Return which of its station's shifts a name speaks of, from 1; 0 for a name that is none of ours, or none."""
    count = shift.rpartition("-")[2]
    return int(count) if count.isascii() and count.isdecimal() and len(count) <= len(str(_LARGEST)) else 0


def exception_id(station: str, count: int) -> str:
    """Return the name of the station's count-th exception."""
    return f"E-{_station(station)}-{_count(count)}"


def again_id(name: str, count: int) -> str:
    """Return the name under which an item (or its parcel) is inspected for the count-th time, from 2."""
    return f"{name}{_AGAIN}{count}"


def first_id(name: str) -> str:
    """Return the item's (or parcel's) own name, whichever time it is inspected."""
    return name.partition(_AGAIN)[0]


def _station(code: str) -> str:
    if _STATION.fullmatch(code) is None:
        raise ValueError(f"a station's code is three of A-Z and 0-9, not {code!r}")
    return code


def _count(count: int) -> int:
    if not 0 < count < _LARGEST:
        raise ValueError(f"a count starts at 1 and stays below {_LARGEST}, not {count}")
    return count
