"""Chooses what of an item's story is evidence for somebody outside, and what is nobody else's business."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from resources.words import mark
from station.bins.facts import Carried
from station.entries import Entry
from station.evidence.redacted import redacted
from station.facts import Recorded, Unknown
from station.inspecting.facts import Answered, DefectMarked, ExpiryRead, PhotoSkipped, PhotoTaken
from station.receiving.facts import (
    ExceptionRaised,
    ItemFoundWrong,
    ItemIdentified,
    ItemRelinked,
    ItemWeighed,
    LineMissing,
    MarksRead,
    ParcelArrived,
    ParcelWeighed,
    Regraded,
    SerialChecked,
    WeighingSkipped,
)
from station.routing.facts import Graded, Placed, PlateConfirmed, Routed, RouteOverridden
from station.search.story import Told, begun

Purpose = Literal["carrier", "marketplace", "vendor", "value"]

PURPOSES: Mapping[Purpose, tuple[str, str]] = {
    "carrier": (
        mark("Evidence for a carrier claim"),
        mark("How the parcel came: its number, its weight before it was opened, and what was found in it."),
    ),
    "marketplace": (
        mark("Evidence for a marketplace dispute"),
        mark("What was sent back: the article, its serial number, and its condition when it was unpacked."),
    ),
    "vendor": (
        mark("Evidence for a vendor debit"),
        mark("What is wrong with the goods, by measurable questions, and the grade that follows from the answers."),
    ),
    "value": (
        mark("Evidence for a diminished-value letter"),
        mark("What the goods were sold as, in what condition they came back, and the grade that follows from it."),
    ),
}

# Facts about the goods, and where they went. Counts of a customer's other returns, hints of a machine and what people
# at the bench print are no evidence against anybody outside.
TOLD = (
    ParcelArrived,
    ParcelWeighed,
    WeighingSkipped,
    ItemIdentified,
    ItemFoundWrong,
    ItemRelinked,
    SerialChecked,
    ItemWeighed,
    PhotoTaken,
    PhotoSkipped,
    Answered,
    DefectMarked,
    MarksRead,
    ExpiryRead,
    Graded,
    Routed,
    RouteOverridden,
    PlateConfirmed,
    Placed,
    Carried,
    Regraded,
    LineMissing,
    ExceptionRaised,
)
# Among exceptions those about the goods; that a serial number was reported stolen is for the police.
_RAISED = frozenset(
    {
        "weight_out_of_band",
        "item_weight",
        "item_explains_weight",
        "empty_box",
        "empty_box_opened",
        "empty_parcel",
        "lines_missing",
        "serial_differs",
        "model_differs",
        "wrong_item",
        # Whoever is shown a photo must know that it may be of other goods.
        "photo_repeat",
        "photo_code_differs",
        "serial_photo_differs",
        "hazard",
        "recall",
    }
)


class Proof(msgspec.Struct, frozen=True):
    """One fact: its entry, which stays at the bench but for its hashes, and what is told of it; None is its hash alone.

    `withheld` names the fields that are not told as a whole, `by` the person: a number within one dossier, no badge.
    """

    entry: Entry
    fact: Recorded | Unknown | None
    withheld: tuple[str, ...]
    by: int


class Photo(msgspec.Struct, frozen=True):
    """A photo that may leave the bench: the copy without shipping labels where there is one; `shows` is its shot.

    `marks` are the defects somebody showed on it; `doubts` why it was not good, where a person kept it though
    (`station.words.PHOTO_DOUBT_WORDS`).
    """

    sha256: str
    shows: str
    taken_at: str
    marks: tuple[DefectMarked, ...] = ()
    doubts: tuple[str, ...] = ()


class Dossier(msgspec.Struct, frozen=True):
    """What is told of one item, and for what."""

    purpose: Purpose
    item: str
    named: ItemIdentified
    proofs: tuple[Proof, ...]
    photos: tuple[Photo, ...]

    def last(self, kind: type) -> Recorded | Unknown | None:
        """Return the last fact of a kind."""
        return next((each.fact for each in reversed(self.proofs) if isinstance(each.fact, kind)), None)

    @property
    def graded(self) -> Graded | None:
        """The grade it has now: a later one before the first."""
        given = (each.fact for each in reversed(self.proofs) if isinstance(each.fact, Graded | Regraded))
        last = next(given, None)
        return last.graded if isinstance(last, Regraded) else last

    def all(self, kind: type) -> list[Recorded | Unknown]:
        """Return every fact of a kind, in order."""
        return [each.fact for each in self.proofs if each.fact is not None and isinstance(each.fact, kind)]


def dossier(story: Sequence[Told], item: str, purpose: Purpose) -> Dossier | None:
    """Return what is told of an item; None when no such item was named in the story, or that was taken back."""
    held = [line for line in story if not line.undone and getattr(line.fact, "item", "") in ("", item)]
    named = next((line.fact for line in held if isinstance(line.fact, ItemIdentified)), None)
    if named is None:
        return None
    named = _linked([line.fact for line in held], item) or named
    told = [line for line in held if isinstance(line.fact, TOLD) and _concerns(line.fact)]
    marks = [line.fact for line in told if isinstance(line.fact, DefectMarked)]
    photos = {
        line.fact.shot: Photo(
            line.fact.shared_sha256 or line.fact.sha256,
            line.fact.shot,
            line.entry.at,
            tuple(each for each in marks if each.sha256 == line.fact.sha256),
            _doubts(line.fact),
        )
        for line in told
        if isinstance(line.fact, PhotoTaken)
    }
    people = list(dict.fromkeys(line.entry.operator for line in told))
    proofs = []
    for line in told:
        part = redacted(line.fact, named, purpose == "value")
        proofs.append(Proof(line.entry, part.fact, part.withheld, people.index(line.entry.operator) + 1))
    return Dossier(purpose, item, named, tuple(proofs), tuple(photos.values()))


def _linked(facts: Sequence[Recorded | Unknown], item: str) -> ItemIdentified | None:
    """Return the item with the order it was linked to last, and that order's client; None when no arrival is known."""
    inspected = begun(facts, item)
    if inspected is None:
        return None
    arrived, named = inspected.arrived, inspected.identified
    ids = (named.rma, named.line)
    clients = (each.client for each in arrived.declared if (each.rma, each.line) == ids)
    return msgspec.structs.replace(named, client=next(clients, named.client))


def _doubts(taken: PhotoTaken) -> tuple[str, ...]:
    """Return why a photo that a person kept was doubted; with no problem of its own it was taken before."""
    return (taken.problems or ("repeat",)) if taken.verdict == "accepted" else ()


def _concerns(fact: Recorded | Unknown) -> bool:
    return not isinstance(fact, ExceptionRaised) or fact.kind in _RAISED
