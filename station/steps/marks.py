"""Marking a defect on a photo: where it is, what it is and how bad, as evidence beside the answers."""

from grading.defects import DEFECT_TEXTS, WORST, ZONE_TEXTS
from resources.words import mark
from station.fold import fold
from station.inputs import DefectDrawn
from station.inspecting.facts import DefectMarked, PhotoTaken
from station.known import Known
from station.lengths import length_um
from station.outcome import Outcome
from station.stages import question_due
from station.state import State
from station.steps.notices import accepted, attention
from station.stops import found

_FULL = 1000


def mark_defect(state: State, drawn: DefectDrawn, known: Known) -> Outcome:
    """records a mark on a photo of the item: evidence that changes no grade, but what must stop the item stops it"""
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
    after = fold(state, "", (fact,))
    stops = found(after, after.item, known) if after.item is not None and item.open_interlock is None else ()
    text = mark("Marked. The answers alone make the grade.")
    if drawn.severity == WORST and question_due(item, known) is not None:
        text = mark("Marked. Answer so that the grade tells of it, or it is held.")
    return Outcome(accepted(text), (fact, *stops))


def _makes_sense(drawn: DefectDrawn) -> bool:
    inside = all(0 <= each <= _FULL for each in (*drawn.start, *drawn.end))
    return inside and drawn.zone in ZONE_TEXTS and drawn.kind in DEFECT_TEXTS and 1 <= drawn.severity <= WORST
