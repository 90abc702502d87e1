"""Which reading of an item's photos a person must be asked about, before the item is graded: never one is assumed."""

from collections.abc import Iterator

import msgspec

from grading.reading import Reading, compare
from grading.text import Box
from station.facts import PhotoRead, PhotoTaken, ReadingSubject
from station.state import Item

# A number that contradicts the scanned one is asked about only when it was read well.
SURE = 850
_IMEI_DIGITS = 15
_OFFERED = 4


class Doubt(msgspec.Struct, frozen=True):
    """What is asked: which of these (`offered`) it is; the photo it was read in, and the place there."""

    subject: ReadingSubject
    offered: tuple[str, ...]
    sha256: str
    box: Box


def doubt_due(item: Item) -> Doubt | None:
    """Return what must be asked about the photos of an item; each subject once."""
    if not item.read or item.routed is not None:
        return None
    answered = item.readings_answered
    serial = None if "serial" in answered else _serial(item)
    return serial or (None if "expiry" in answered or item.identified.expiry else _expiry(item))


def expiry_read(item: Item) -> tuple[Reading, str] | None:
    """Return the surest expiry date read in an item's photos, and the day it was read on; nobody confirmed it."""
    for photo, reading in _readings(item):
        if reading.kind == "expiry":
            return reading, photo.on
    return None


def _readings(item: Item) -> Iterator[tuple[PhotoRead, Reading]]:
    """Every reading of the photos that still count, the surest of each photo first."""
    standing = {photo.sha256 for photo in item.photos if isinstance(photo, PhotoTaken)}
    for photo in item.read:
        if photo.sha256 in standing:
            yield from ((photo, reading) for reading in photo.readings)


def _serial(item: Item) -> Doubt | None:
    if item.serial is None or item.serial.verdict not in ("unread", "same", "different", "not_known"):
        return None
    scanned = item.serial.serial
    wanted = (scanned,) if scanned else item.identified.shipped_serials
    found = [(photo, each) for photo, each in _readings(item) if each.kind in ("serial", "imei", "token")]
    pairs = [(photo, each, known) for photo, each in found for known in wanted]
    like = [pair for pair in pairs if compare(pair[1].text, pair[2]) != "different"]
    if scanned:
        return None if like else _contradicting(found, scanned)
    if like:
        photo, reading, known = like[0]
        # Both forms are offered, in no telling order: which one stands on the goods, only eyes can say.
        return Doubt("serial", tuple(sorted({reading.text, known})), photo.sha256, reading.box)
    imeis = any(len(each) == _IMEI_DIGITS and each.isdecimal() for each in wanted)
    named = [(photo, each) for photo, each in found if each.kind == "serial" or (each.kind == "imei" and imeis)]
    return _first(named)


def _contradicting(found: list[tuple[PhotoRead, Reading]], scanned: str) -> Doubt | None:
    """What was read well, is of the same sort as the scanned number, and is another one."""
    sort = "imei" if len(scanned) == _IMEI_DIGITS and scanned.isdecimal() else "serial"
    return _first([(photo, each) for photo, each in found if each.kind == sort and each.confidence >= SURE])


def _first(found: list[tuple[PhotoRead, Reading]]) -> Doubt | None:
    if not found:
        return None
    photo, reading = found[0]
    return Doubt("serial", (reading.text,), photo.sha256, reading.box)


def _expiry(item: Item) -> Doubt | None:
    found = next(((photo, each) for photo, each in _readings(item) if each.kind == "expiry"), None)
    if found is None:
        return None
    photo, reading = found
    return Doubt("expiry", (reading.text, *reading.others)[:_OFFERED], photo.sha256, reading.box)
