"""Which reading of an item's photos a person must be asked about, before the item is graded: never one is assumed."""

from collections.abc import Callable, Iterator

import msgspec

from grading.reading import Reading, bears, compare, is_vin
from grading.text import Box
from station.inspecting.facts import PhotoRead, PhotoTaken, ReadingSubject
from station.receiving.parcel import Item

# A number that contradicts the scanned one is asked about only when it was read well.
SURE = 850
_IMEI_DIGITS = 15
_OFFERED = 4
_LEAST_SIGNS = 3

_Found = list[tuple[PhotoRead, Reading]]


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
    for subject, due in _DUE:
        doubt = None if subject in answered else due(item)
        if doubt is not None:
            return doubt
    return None


def expiry_read(item: Item) -> tuple[Reading, str] | None:
    """Return the surest expiry date read in an item's photos, and the day it was read on; nobody confirmed it."""
    for photo, reading in _readings(item):
        if reading.kind == "expiry":
            return reading, photo.on
    return None


def lot_read(item: Item) -> str:
    """Return the surest lot read in an item's photos, which nobody confirmed; empty for none."""
    return next((reading.text for _, reading in _readings(item) if reading.kind == "lot"), "")


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
    found = [(photo, each) for photo, each in _readings(item) if each.kind in ("serial", "imei", "vin", "token")]
    pairs = [(photo, each, known) for photo, each in found for known in wanted]
    like = [pair for pair in pairs if compare(pair[1].text, pair[2]) != "different"]
    if scanned:
        return None if like else _contradicting(found, scanned)
    if like:
        photo, reading, known = like[0]
        # Both forms are offered, in no telling order: which one stands on the goods, only eyes can say.
        return Doubt("serial", tuple(sorted({reading.text, known})), photo.sha256, reading.box)
    sorts = {"serial", *(_sort(each) for each in wanted)}
    return _first([(photo, each) for photo, each in found if each.kind in sorts], found)


def _contradicting(found: _Found, scanned: str) -> Doubt | None:
    """What was read well, is of the same sort as the scanned number, and is another one."""
    sort = _sort(scanned)
    return _first([(photo, each) for photo, each in found if each.kind == sort and each.confidence >= SURE], found)


def _sort(number: str) -> str:
    """The kind of reading that a number we know can be compared with."""
    if len(number) == _IMEI_DIGITS and number.isdecimal():
        return "imei"
    return "vin" if is_vin(number) else "serial"


def _first(found: _Found, among: _Found) -> Doubt | None:
    if not found:
        return None
    photo, reading = found[0]
    # The same number read twice, and not to the letter: which is right, only eyes can say.
    alike = {each.text for _, each in among if compare(each.text, reading.text) != "different"}
    return Doubt("serial", tuple(sorted({reading.text, *alike}))[:_OFFERED], photo.sha256, reading.box)


def _expiry(item: Item) -> Doubt | None:
    if item.identified.expiry:
        return None
    found = next(((photo, each) for photo, each in _readings(item) if each.kind == "expiry"), None)
    if found is None:
        return None
    photo, reading = found
    return Doubt("expiry", (reading.text, *reading.others)[:_OFFERED], photo.sha256, reading.box)


def _lot(item: Item) -> Doubt | None:
    """A lot nobody scanned or typed; a recall of only some lots hangs on each of its signs."""
    if item.lot or item.identified.lot:
        return None
    found = [(photo, each) for photo, each in _readings(item) if each.kind == "lot"]
    if not found:
        return None
    photo, reading = found[0]
    offered = tuple(dict.fromkeys(each.text for _, each in found))[:_OFFERED]
    return Doubt("lot", offered, photo.sha256, reading.box)


def _model(item: Item) -> Doubt | None:
    """A model number that was read well, and is not that of the article; both are offered, in no telling order."""
    known = item.identified.model
    found = [(photo, each) for photo, each in _readings(item) if each.kind == "model" and _is_number(each.text)]
    sure = [(photo, each) for photo, each in found if each.confidence >= SURE]
    if not known or not sure or any(bears(each.text, known) for _, each in found):
        return None
    photo, reading = sure[0]
    others = dict.fromkeys(each.text for _, each in sure)
    return Doubt("model", tuple(sorted((known, *list(others)[: _OFFERED - 1]))), photo.sha256, reading.box)


def _is_number(text: str) -> bool:
    """Tell a model's number from its name, and from a plug's type."""
    signs = [sign for sign in text if sign.isalnum()]
    return len(signs) >= _LEAST_SIGNS and any(sign.isdigit() for sign in signs)


_DUE: tuple[tuple[ReadingSubject, Callable[[Item], Doubt | None]], ...] = (
    ("serial", _serial),
    ("expiry", _expiry),
    ("lot", _lot),
    ("model", _model),
)
