"""Photos that come in numbered parts: each part by itself and again at will, the whole checked before it is told of.

Parts lie below `parts/STATION/HASH-SIZE/` in the place of the photos: any worker may take the next one.
"""

import hashlib
from datetime import datetime, timedelta
from urllib.parse import quote

from sync.central.photos import PhotoShelf, WrongPhotoError
from sync.central.tokens import Caller
from sync.wire import PART_BYTES, PhotoAnswer

_PARTS = "parts"
_KEPT = timedelta(days=7)
HAVE = PhotoAnswer("have")


class WrongPartError(Exception):
    """A part that is not what its number, length or hash promise; nothing was kept. The message says which."""


def ask(shelf: PhotoShelf, caller: Caller, sha256: str, size: int, direct: bool, now: str) -> PhotoAnswer:
    """Return what is to be sent of a photo; raises PhotoError."""
    if shelf.has(sha256) or _adopted(shelf, caller, sha256, now):
        return HAVE
    missing = _missing(shelf, caller, sha256, size)
    signed = shelf.signed(sha256, size) if direct and len(missing) == _count(size) else None
    if signed is not None:
        return PhotoAnswer("presigned", url=signed.url, headers=signed.headers)
    return PhotoAnswer("parts", missing)


def put(shelf: PhotoShelf, caller: Caller, sha256: str, size: int, number: int, part: bytes, digest: bytes) -> None:
    """Keep one part; again is the same as once. Raises WrongPartError or PhotoError."""
    if not 0 <= number < _count(size):
        raise WrongPartError(f"a photo of {size} bytes has parts 0 to {_count(size) - 1}")
    if len(part) != min(PART_BYTES, size - number * PART_BYTES):
        raise WrongPartError(f"part {number} has {min(PART_BYTES, size - number * PART_BYTES)} bytes, not {len(part)}")
    if hashlib.sha256(part).digest() != digest:
        raise WrongPartError("the bytes do not have the hash that came with them")
    if not shelf.has(sha256):
        shelf.place.replace(_name(caller, sha256, size, number), part)


def complete(shelf: PhotoShelf, caller: Caller, sha256: str, size: int, now: str) -> PhotoAnswer:
    """Put the parts together and keep the photo; the answer names parts that are missing.

    Raises WrongPhotoError when all parts together are another picture: then they were dropped, and all go again.
    """
    if not shelf.has(sha256) and not shelf.adopt(sha256, caller.station, now):
        missing = _missing(shelf, caller, sha256, size)
        if missing:
            return PhotoAnswer("parts", missing)
        names = [_name(caller, sha256, size, number) for number in range(_count(size))]
        parts = [shelf.place.get(name) for name in names]
        lost = tuple(number for number, part in enumerate(parts) if part is None)
        if lost:
            return PhotoAnswer("parts", lost)
        try:
            shelf.put(sha256, b"".join(part for part in parts if part is not None), caller.station, now)
        except WrongPhotoError:
            _drop(shelf, names)
            raise
        _drop(shelf, names)
    return HAVE


def sweep(shelf: PhotoShelf, now: datetime) -> int:
    """Remove parts that nobody went on with for a week; return how many."""
    old = [each.name for each in shelf.place.below(_PARTS) if now - each.at > _KEPT]
    _drop(shelf, old)
    return len(old)


def _adopted(shelf: PhotoShelf, caller: Caller, sha256: str, now: str) -> bool:
    """Tell whether the photo lay in its place already, by a `complete` that got lost; another one there is removed."""
    try:
        return shelf.adopt(sha256, caller.station, now)
    except WrongPhotoError:
        return False


def _missing(shelf: PhotoShelf, caller: Caller, sha256: str, size: int) -> tuple[int, ...]:
    folder = _folder(caller, sha256, size)
    there = {each.name.rpartition("/")[2] for each in shelf.place.below(folder)}
    return tuple(number for number in range(_count(size)) if f"{number:05d}" not in there)


def _count(size: int) -> int:
    return -(-size // PART_BYTES)


def _folder(caller: Caller, sha256: str, size: int) -> str:
    """Return where a photo's parts lie: apart by station, so that none can spoil what another sends."""
    return f"{_PARTS}/{quote(caller.station, safe='')}/{sha256}-{size}"


def _name(caller: Caller, sha256: str, size: int, number: int) -> str:
    return f"{_folder(caller, sha256, size)}/{number:05d}"


def _drop(shelf: PhotoShelf, names: list[str]) -> None:
    for name in names:
        shelf.place.remove(name)
