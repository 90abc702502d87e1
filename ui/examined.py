"""Looks at the item in work and says how far its inspection and its preparation have come."""

from typing import TYPE_CHECKING

from grading.progress import still_to_come
from grading.rubric import chosen, defects
from station.facts import PrepDone
from station.stages import prep_due, preps_of, rubric_of
from station.state import Item
from station.steps.examine import rest_of
from ui.view import AnsweredLine, Inspection, PrepLine

if TYPE_CHECKING:
    from station.known import Known


def inspection(item: Item, known: "Known") -> Inspection | None:
    """Return the questions of an item with their answers, and what is to come; None when its category has none."""
    rubric = rubric_of(item, known)
    if rubric is None:
        return None
    parts = item.identified.components
    given = chosen(rubric, item.answers, parts)
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
        ahead=len(still_to_come(rubric, item.answers, parts)),
        rest=tuple((option.word, option.params) for _, option in rest_of(item, known)),
        defects=tuple(defect for _, defect in defects(rubric, item.answers, parts)),
    )


def preps(item: Item, known: "Known") -> tuple[PrepLine, ...]:
    """Return the preparations of an item, each with how it stands."""
    settled = {each.prep: each for each in item.prepared}
    due = prep_due(item, known)

    def status(prep: str) -> str:
        if prep in settled:
            return "done" if isinstance(settled[prep], PrepDone) else "left-out"
        return "next" if due is not None and due.id == prep else "due"

    return tuple(PrepLine(each.text, each.seconds, status(each.id)) for each in preps_of(item, known))
