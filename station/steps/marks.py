"""Marking a defect on a photo: where it is, what it is and how bad, as evidence beside the answers."""

import msgspec

from grading.defects import DEFECT_TEXTS, WORST, ZONE_TEXTS
from resources.words import mark
from station.inputs import DefectDrawn
from station.inspecting.facts import DefectMarked, PhotoTaken
from station.known import Known
from station.lengths import length_um
from station.outcome import Outcome
from station.stages import question_due
from station.state import State
from station.steps.notices import accepted, attention, warned
from station.stops import untold

_FULL = 1000


def mark_defect(state: State, drawn: DefectDrawn, known: Known) -> Outcome:
    """records a mark on a photo of the item; it is evidence and changes no grade"""
    item = state.item
    photo = (
        next((p for p in item.photos if isinstance(p, PhotoTaken) and p.sha256 == drawn.sha256), None) if item else None
    )
    if item is None or photo is None or not _makes_sense(drawn):
        return attention(mark("That cannot be marked on this photo."))
    fact = DefectMarked(
        item.identified.item,
        len(item.marks) + 1,
        drawn.sha256,
        *drawn.start,
        *drawn.end,
        drawn.zone,
        drawn.kind,
        drawn.severity,
        # Photos taken on the mat know how large they are; the others do not.
        length_um(photo, *drawn.start, *drawn.end) or 0,
    )
    if drawn.severity < WORST:
        return Outcome(accepted(mark("Marked. The answers alone make the grade.")), (fact,))
    if question_due(item, known) is not None:
        return Outcome(accepted(mark("Marked. Answer so that the grade tells of it, or it is held.")), (fact,))
    marked = msgspec.structs.replace(item, marks=(*item.marks, fact))
    if fact in untold(marked, known):
        return Outcome(warned(mark("No answer tells of this: it is held for a supervisor.")), (fact,))
    return Outcome(accepted(mark("Marked. The answers alone make the grade.")), (fact,))


def _makes_sense(drawn: DefectDrawn) -> bool:
    inside = all(0 <= each <= _FULL for each in (*drawn.start, *drawn.end))
    return inside and drawn.zone in ZONE_TEXTS and drawn.kind in DEFECT_TEXTS and 1 <= drawn.severity <= WORST
