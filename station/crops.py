"""Cuts what people marked on photos out of them at full resolution, as evidence that may leave the bench."""

from collections.abc import Iterable, Iterator

import msgspec

from grading.jpeg import decode, encode
from station.facts import Recorded, Undone, Unknown
from station.inspecting.facts import DefectMarked, PhotoTaken
from station.photos import PhotoStore

AROUND = 0.06
"""So much of the photo's longer side is kept around a mark: a scratch alone does not show what it is on."""

QUALITY = 95


class Marked(msgspec.Struct, frozen=True):
    """A mark that holds, and the photo file it may be cut from: the copy without shipping labels where there is one."""

    mark: DefectMarked
    source: str

    @property
    def name(self) -> str:
        """The name of its file: the SHA-256 of the marked photo, and which mark of the item it is."""
        return f"{self.mark.sha256}-{self.mark.mark}.jpg"


def marked(told: Iterable[tuple[str, Recorded | Unknown]], item: str) -> Iterator[Marked]:
    """Yield the marks of an item in their order, of facts with their transactions; none that was taken back."""
    told = tuple(told)
    undone = {txn for _, fact in told if isinstance(fact, Undone) for txn in fact.txns}
    sources: dict[str, str] = {}
    for txn, fact in told:
        if txn in undone:
            continue
        if isinstance(fact, PhotoTaken) and fact.item == item:
            sources[fact.sha256] = fact.shared_sha256 or fact.sha256
        elif isinstance(fact, DefectMarked) and fact.item == item and fact.sha256 in sources:
            yield Marked(fact, sources[fact.sha256])


def cut(store: PhotoStore, each: Marked) -> bytes | None:
    """Return the marked part as a JPEG, not scaled; None when the photo is not there, damaged or no picture."""
    if not store.is_whole(each.source):
        return None
    pixels = decode(store.path(each.source).read_bytes())
    if pixels is None:
        return None
    high, wide = pixels.shape[:2]
    around = round(AROUND * max(high, wide))
    place = each.mark
    left, right = _span(place.x_permille, place.x2_permille, wide, around)
    top, bottom = _span(place.y_permille, place.y2_permille, high, around)
    return encode(pixels[top:bottom, left:right], QUALITY)


def _span(one: int, other: int, whole: int, around: int) -> tuple[int, int]:
    """From where to where along one side, in pixels; never empty, never outside."""
    first, last = (whole * each // 1000 for each in sorted((one, other)))
    return max(0, min(first, whole - 1) - around), min(whole, last + around + 1)
