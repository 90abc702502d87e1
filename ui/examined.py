"""Looks at the item in work and says how far its inspection and its preparation have come."""

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from grading.defects import DEFECT_TEXTS, ZONE_TEXTS, Defect
from grading.explain import explain, sentences
from grading.progress import still_to_come
from grading.rubric import Rubric, chosen, defects
from resources.words import Translator
from station.inspecting.facts import DefectMarked, PhotoTaken, PrepDone
from station.judge import evidence_of
from station.receiving.parcel import Item, Parcel
from station.resolver.gathering import evidence_of as evidence_of_order
from station.resolver.ranking import Evidence, Ranked
from station.stages import is_spared, prep_due, preps_of, question_due, rubric_of
from station.steps.examine import rest_of
from ui import wording
from ui.photos import PhotoDecoded
from ui.view import AnsweredLine, Inspection, Looked, PrepLine

if TYPE_CHECKING:
    from station.known import Known


def inspection(item: Item, known: "Known") -> Inspection | None:
    """Return the questions of an item with their answers, and what is to come; None when its category has none."""
    rubric = rubric_of(item, known)
    if rubric is None:
        return None
    parts = item.identified.components
    given = chosen(rubric, item.answers, parts)
    ahead = [each for each in still_to_come(rubric, item.answers, parts) if not is_spared(item, each)]
    found = [defect for _, defect in defects(rubric, item.answers, parts)]
    marked = [_marked(each) for each in item.marks]
    return Inspection(
        answered=tuple(
            AnsweredLine(
                question.text,
                question.params,
                option.word,
                option.params,
                option.defect.severity if option.defect is not None else 0,
                question.id in item.rested,
            )
            for question, option in given
        ),
        ahead=len(ahead),
        rest=tuple((option.word, option.params) for _, option in rest_of(item, known)),
        defects=tuple(sorted(dict.fromkeys((*found, *marked)), key=lambda each: -each.severity)),
        is_over=not ahead and not item.interlocks,
        estimated=any(question.kind == "packaging" for question in ahead),
    )


def _marked(told: DefectMarked) -> Defect:
    """The defect that a mark on a photo tells of; its names were proved when it was drawn."""
    return msgspec.convert({"zone": told.zone, "kind": told.kind, "severity": told.severity}, Defect)


class Explainer:
    """Says what the grade of an item hangs on; it remembers the last item, which is looked at many times."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._told: tuple[str, ...] = ()
        self._evidence: Evidence | None = None
        self._likely: tuple[Ranked, ...] = ()

    def why(self, item: Item, known: "Known", tr: Translator) -> tuple[str, ...]:
        """Return what the grade hangs on and what would better it, as sentences; none before it is graded and routed.

        They belong to these two facts: whatever is recorded later changes no grade that was given.
        """
        if item.graded is None or item.routed is None:
            return ()
        asked = (item.graded, item.routed, tr)
        if len(self._of) != len(asked) or any(now is not then for now, then in zip(asked, self._of, strict=True)):
            self._of, self._told = asked, _why(item, known, tr)
        return self._told

    def likely(self, parcel: Parcel, known: "Known") -> tuple[Ranked, ...]:
        """Return which orders a parcel that nobody announced may belong to; ranked anew when more is known of it."""
        if parcel.arrived.match != "none":
            return ()
        evidence = evidence_of_order(parcel)
        if evidence != self._evidence:
            self._evidence, self._likely = evidence, known.likely_orders(evidence)
        return self._likely


def _why(item: Item, known: "Known", tr: Translator) -> tuple[str, ...]:
    rubric = rubric_of(item, known)
    if rubric is None:
        return ()
    explained = explain(rubric, item.answers, evidence_of(item))
    return sentences(explained, lambda text, **params: wording.say(tr, text, params))


def looked(item: Item, known: "Known", sha256: str, path: str, read: PhotoDecoded | None) -> Looked | None:
    """Return the photo of an item that is looked into; None when it is not one of its photos (any more).

    A mark on it is at first what the open question asks about; else what the last answer about a defect told of; else
    something harmless.
    """
    if not any(isinstance(each, PhotoTaken) and each.sha256 == sha256 for each in item.photos):
        return None
    rubric = rubric_of(item, known)
    every = [each.defect for question in rubric.questions for each in question.options] if rubric is not None else []
    kinds = tuple(dict.fromkeys(each.kind for each in every if each is not None)) or tuple(DEFECT_TEXTS)
    zones = tuple(dict.fromkeys(each.zone for each in every if each is not None)) or tuple(ZONE_TEXTS)
    given = chosen(rubric, item.answers, item.identified.components) if rubric is not None else ()
    told = [option.defect for _, option in given if option.defect is not None]
    due = question_due(item, known)
    # Never what would stop the item: that is chosen, or answered.
    options = due.options if due is not None else ()
    asked = [option.defect for option in options if option.defect is not None and not option.stop]
    # Of several kinds the one that most of its answers are about: of stains, fluff is only the mildest.
    counts = Counter(each.kind for each in asked)
    first = max(asked, key=lambda each: counts[each.kind]) if asked else None
    first = first if first is not None or not told else told[-1]
    first = first or _harmless(rubric)
    kind, zone = (first.kind, first.zone) if first is not None else (kinds[0], zones[0])
    image = read.image if read is not None and read.path == path else None
    return Looked(sha256, image, kind, zone, kinds, zones)


def _harmless(rubric: Rubric | None) -> Defect | None:
    """Return what a mark is about where nothing tells: a scratch, or the first defect of looks that stops nothing."""
    options = [option for question in rubric.questions for option in question.options] if rubric is not None else []
    looks = [each.defect for each in options if each.defect is not None and each.cosmetic and not each.stop]
    return next((each for each in looks if each.kind == "scratch"), looks[0] if looks else None)


def preps(item: Item, known: "Known") -> tuple[PrepLine, ...]:
    """Return the preparations of an item, each with how it stands."""
    settled = {each.prep: each for each in item.prepared}
    due = prep_due(item, known)

    def status(prep: str) -> str:
        if prep in settled:
            return "done" if isinstance(settled[prep], PrepDone) else "left-out"
        return "next" if due is not None and due.id == prep else "due"

    return tuple(PrepLine(each.text, each.seconds, status(each.id)) for each in preps_of(item, known))
