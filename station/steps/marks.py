"""Marking a defect on a photo: where it is, what it is and how bad, as evidence beside the answers."""

from grading.defects import DEFECT_TEXTS, SEVERITIES, ZONE_TEXTS
from grading.rubric import defects
from resources.words import mark
from station.inputs import DefectDrawn
from station.inspecting.facts import DefectMarked, PhotoTaken
from station.known import Known
from station.lengths import length_um
from station.outcome import Outcome
from station.receiving.parcel import Item
from station.stages import rubric_of
from station.state import State
from station.steps.notices import accepted, attention, warned

_FULL = 1000
_WORST = len(SEVERITIES)


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
    if drawn.severity == _WORST and not _is_answered(item, drawn, known):
        return Outcome(warned(mark("No answer tells of this: undo and answer again.")), (fact,))
    return Outcome(accepted(mark("Marked. The answers alone make the grade.")), (fact,))


def _makes_sense(drawn: DefectDrawn) -> bool:
    inside = all(0 <= each <= _FULL for each in (*drawn.start, *drawn.end))
    return inside and drawn.zone in ZONE_TEXTS and drawn.kind in DEFECT_TEXTS and 1 <= drawn.severity <= _WORST


def _is_answered(item: Item, drawn: DefectDrawn, known: Known) -> bool:
    """Tell whether an answer tells of a defect as bad, of the same kind or in the same place."""
    rubric = rubric_of(item, known)
    told = defects(rubric, item.answers, item.identified.components) if rubric is not None else ()
    return any(each.severity == _WORST and (each.kind == drawn.kind or each.zone == drawn.zone) for _, each in told)
