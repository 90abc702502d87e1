"""A second look at an item by another person: the same questions, and nothing of what the first one said."""

import msgspec

from devices.readings import Scan
from grading.grade import grade
from grading.rubric import PART_PREFIX, Option, Question, Rubric, next_question
from resources.words import mark
from station.calibration.facts import (
    SecondAnswered,
    SecondAnswerTakenBack,
    SecondGraded,
    SecondLookBegan,
    SecondLookLeft,
)
from station.calibration.looking import Looking
from station.facts import Recorded
from station.inputs import Command
from station.known import Known
from station.outcome import Outcome
from station.plates import exception_id
from station.receiving.facts import ExceptionRaised
from station.state import Ask, Choice, State
from station.steps.notices import accepted, attention, best, no_such_answer, refused, warned
from station.stops import BETWEEN

CONFLICT = "grade_conflict"
_OFFERED = 3
_OWN = mark("You graded this one yourself. Somebody else looks at it again.")


def ask_which(state: State, command: Command, known: Known) -> Outcome:
    """offers the items that wait for a second look by this person"""
    waiting = known.second_looks_due(state.operator.badge if state.operator is not None else "")
    if not waiting:
        return attention(mark("No item waits for a second look by you."))
    choices = tuple(
        Choice(each.plate, mark("{plate}, in {bin}"), msgspec.structs.asdict(each)) for each in waiting[:_OFFERED]
    )
    return Outcome(ask=Ask("second-item", params={"count": str(len(waiting))}, choices=choices))


def scan_which(state: State, scan: Scan, known: Known) -> Outcome:
    """the plate of a graded item begins the look; one that this person graded is refused"""
    plate = best(known.recognise(scan.text, scan.aim), "plate")
    first = known.first_look(plate.value) if plate is not None else None
    if first is None:
        return refused(mark("Scan the plate of a graded item that lies in a bin here."))
    if state.operator is None or first.grader == state.operator.badge:
        return refused(_OWN)
    if questions_of(first, known) is None:
        return refused(mark("The questions it was graded by are not here any more."), ask=None)
    text = mark("{plate} is the one. Answer as if you saw it for the first time.")
    return Outcome(accepted(text, plate=first.plate), (first,), ask=None)


def choose_which(state: State, command: Command, known: Known) -> Outcome:
    """an item is fetched from its bin and its plate scanned: only that proves it is the one"""
    choices = state.ask.choices if state.ask is not None else ()
    chosen = next((each for each in choices if each.value == command.value), None)
    if chosen is None:
        return Outcome(ask=None)
    return attention(mark("Take {plate} out of bin {bin} and scan its plate."), **chosen.params)


def answer(state: State, command: Command, known: Known) -> Outcome:
    """records the answer; the last one is followed by what both looks come to"""
    looking = state.looking
    question = question_of(looking, known)
    if looking is None or question is None:
        return attention(mark("No question is open."))
    option = next((each for each in question.options if command.value in (each.id, str(each.key))), None)
    if option is None:
        return no_such_answer(len(question.options))
    if state.operator is None or state.operator.badge == looking.began.grader:
        return refused(_OWN)
    answered = SecondAnswered(looking.began.item, question.id, option.id)
    then = msgspec.structs.replace(looking, answers=(*looking.answers, (question.id, option.id)))
    if question_of(then, known) is not None:
        return Outcome(accepted(option.word, **option.params), (answered,))
    return _ended(state, then, answered, option, known)


def take_back(state: State, command: Command, known: Known) -> Outcome:
    """takes the last answer back"""
    looking = state.looking
    if looking is None or not looking.answers:
        return attention(mark("Nothing is answered yet. Press Esc to leave the second look."))
    return Outcome(
        accepted(mark("Taken back. Answer it again.")),
        (SecondAnswerTakenBack(looking.began.item, looking.answers[-1][0]),),
    )


def leave(state: State, command: Command, known: Known) -> Outcome:
    """leaves the look; it says nothing, and the item goes back into its bin"""
    return _left(state.looking) if state.looking is not None else Outcome()


def scan_meanwhile(state: State, scan: Scan, known: Known) -> Outcome:
    """refused: the questions come first"""
    return refused(mark("Answer the questions first, or press Esc to leave the second look."))


def questions_of(first: SecondLookBegan, known: Known) -> Rubric | None:
    """Return the very version of the questions that the first look answered."""
    return known.rubric_version(first.rubric)


def question_of(looking: Looking | None, known: Known) -> Question | None:
    """Return the question that is due; None when enough is known."""
    rubric = questions_of(looking.began, known) if looking is not None else None
    if looking is None or rubric is None:
        return None
    return next_question(rubric, looking.answers, _parts(looking.began))


def _parts(first: SecondLookBegan) -> tuple[str, ...]:
    """Return a kit's parts: those that the first look was asked about."""
    return tuple(each.removeprefix(PART_PREFIX) for each, _ in first.answers if each.startswith(PART_PREFIX))


def _left(looking: Looking) -> Outcome:
    notice = attention(mark("The second look is left. Put the item back into its bin.")).notice
    return Outcome(notice, (SecondLookLeft(looking.began.item),))


def _ended(state: State, looking: Looking, last: SecondAnswered, given: Option, known: Known) -> Outcome:
    began, rubric = looking.began, questions_of(looking.began, known)
    if rubric is None:
        return _left(looking)
    evidence = {
        "match": began.match,
        "serial": began.serial,
        "weight_in_band": began.in_band,
        "parts": _parts(began),
        "stops_found": (),
    }
    graded = grade(rubric, looking.answers, evidence)
    second = dict(looking.answers)
    answers = tuple((each, option, second[each]) for each, option in began.answers if each in second)
    both = SecondGraded(
        began.item, began.plate, began.category, began.client, began.rubric, began.grader, began.letter, graded.letter,
        graded.cosmetic, graded.functional, answers,
    )  # fmt: skip
    facts: tuple[Recorded, ...] = (last, both)
    if graded.letter == began.letter:
        return Outcome(accepted(mark("Thank you. Put the item back into its bin.")), facts)
    raised = ExceptionRaised(
        exception_id(state.station, state.exceptions + 1),
        CONFLICT,
        "supervisor",
        parcel=began.parcel,
        item=began.item,
        detail=BETWEEN.join((began.letter, graded.letter or "-")),
    )
    if given.stop:
        # What may burn, or nobody may touch, does not go back among other goods.
        stop = mark("Stop: {word}. Do not put it back into its bin: keep it apart and call a supervisor.")
        return Outcome(refused(stop, word=given.word).notice, (*facts, raised))
    text = mark("Thank you. The two looks differ: a supervisor decides. Put the item back into its bin.")
    return Outcome(warned(text), (*facts, raised))
