"""A refresher: in training, a past item is graded once more by its photos, and then it is told what was agreed.

Nothing of it is about goods: it says nothing of an item, a bin or money, and its journal never leaves the bench.
"""

import msgspec

from devices.readings import Scan
from grading.grade import grade
from grading.rubric import Question, Rubric, next_question
from resources.words import mark
from station.calibration.facts import (
    RefresherAnswered,
    RefresherAnswerTakenBack,
    RefresherAsked,
    RefresherBegan,
    RefresherEnded,
    RefresherLeft,
)
from station.calibration.practising import Practice
from station.inputs import Command
from station.known import Known
from station.outcome import Outcome
from station.state import Ask, Choice, State
from station.steps.notices import accepted, attention, best, no_such_answer, refused, warned

NEXT = "next"
# So many answers that differ are told; the others count.
TOLD = 3
_NONE = mark("No past item is here to practise on: those that were looked at twice are, with their photos.")


def begin(state: State, command: Command, known: Known) -> Outcome:
    """begins with the past item that is the best to practise on for this person"""
    found = best_for(state.operator.badge if state.operator is not None else "", known)
    if found is None:
        return Outcome(warned(_NONE), ask=None)
    text = mark("A past item: {title}. Look at its photos, and answer as if it lay here.")
    return Outcome(accepted(text, title=found.title), (found,), ask=None)


def best_for(badge: str, known: Known) -> RefresherBegan | None:
    """Return the past item that is the best to practise on for a person; None when there is none."""
    return next((each for each in known.past_items(badge) or () if known.rubric_version(each.rubric) is not None), None)


def ask_who(state: State, command: Command, known: Known) -> Outcome:
    """asks for the badge of who shall do one"""
    return Outcome(ask=Ask("refresher-who"))


def scan_who(state: State, scan: Scan, known: Known) -> Outcome:
    """another's badge asks that person for a refresher at the next sign-in, or takes that back; any other is refused"""
    badge = best(known.recognise(scan.text, scan.aim), "badge")
    person = known.operator(badge.value) if badge is not None else None
    if person is None or state.operator is None or person.badge == state.operator.badge:
        return refused(mark("Scan the badge of the other person who does the refresher."))
    by = state.operator.badge
    if any(each.badge == person.badge for each in state.refreshers):
        text = mark("{name} is not asked for a refresher any more.")
        return Outcome(accepted(text, name=person.name), (RefresherAsked(person.badge, by, stands=False),), ask=None)
    if best_for(person.badge, known) is None:
        return Outcome(warned(_NONE), ask=None)
    text = mark("{name} does a refresher at the next sign-in in training. To do it at once: F12, then their badge.")
    return Outcome(accepted(text, name=person.name), (RefresherAsked(person.badge, by),), ask=None)


def asked_of(state: State, badge: str, known: Known) -> Outcome | None:
    """Return how the refresher begins that somebody was asked for; None when nobody asked, or other work is open."""
    if state.parcel is not None or state.closing is not None or state.check is not None or state.looking is not None:
        return None
    asked = next((each for each in state.refreshers if each.badge == badge), None)
    found = best_for(badge, known) if asked is not None else None
    if asked is None or found is None:
        return None
    by = known.operator(asked.by)
    text = mark("{name} asks you for a refresher. A past item: {title}. Look at its photos, and answer.")
    return Outcome(accepted(text, name=by.name if by is not None else asked.by, title=found.title), (found,), ask=None)


def answer(state: State, command: Command, known: Known) -> Outcome:
    """notes the answer; after the last one it is told what was agreed"""
    practice = state.practice
    question = question_of(practice, known)
    if practice is None or question is None:
        return attention(mark("No question is open."))
    option = next((each for each in question.options if command.value in (each.id, str(each.key))), None)
    if option is None:
        return no_such_answer(len(question.options))
    answered = RefresherAnswered(practice.began.item, question.id, option.id)
    then = msgspec.structs.replace(practice, answers=(*practice.answers, (question.id, option.id)))
    if question_of(then, known) is not None:
        return Outcome(accepted(option.word, **option.params), (answered,))
    return _ended(then, answered, known)


def take_back(state: State, command: Command, known: Known) -> Outcome:
    """takes the last answer back"""
    practice = state.practice
    if practice is None or not practice.answers:
        return attention(mark("Nothing is answered yet. Press Esc to leave the refresher."))
    return Outcome(
        accepted(mark("Taken back. Answer it again.")),
        (RefresherAnswerTakenBack(practice.began.item, practice.answers[-1][0]),),
    )


def leave(state: State, command: Command, known: Known) -> Outcome:
    """leaves the refresher; it says nothing"""
    if state.practice is None:
        return Outcome()
    left = warned(mark("The refresher is left. Nothing of it counts."))
    return Outcome(left, (RefresherLeft(state.practice.began.item),))


def scan_meanwhile(state: State, scan: Scan, known: Known) -> Outcome:
    """refused: the item is not here, its photos are"""
    return refused(mark("Nothing is scanned in a refresher. Answer the questions, or press Esc."))


def go_on(state: State, command: Command, known: Known) -> Outcome:
    """begins with the next past item"""
    return begin(state, command, known) if command.value == NEXT else Outcome(ask=None)


def question_of(practice: Practice | None, known: Known) -> Question | None:
    """Return the question that is due; None when enough is known."""
    rubric = known.rubric_version(practice.began.rubric) if practice is not None else None
    if practice is None or rubric is None:
        return None
    return next_question(rubric, practice.answers, practice.began.parts)


def _ended(practice: Practice, last: RefresherAnswered, known: Known) -> Outcome:
    began, rubric = practice.began, known.rubric_version(practice.began.rubric)
    if rubric is None:
        return Outcome(None, (RefresherLeft(began.item),))
    evidence = {
        "match": began.match,
        "serial": began.serial,
        "weight_in_band": began.in_band,
        "parts": began.parts,
        "stops_found": (),
    }
    letter = grade(rubric, practice.answers, evidence).letter
    given = dict(practice.answers)
    differs = tuple(
        (question, option, given[question])
        for question, option in began.answers
        if question in given and given[question] != option
    )
    ended = RefresherEnded(began.item, began.category, began.rubric, began.letter, letter, differs)
    text = mark("As it was agreed: {agreed}.") if letter == began.letter else mark("It was agreed otherwise: {agreed}.")
    say = accepted if letter == began.letter else warned
    return Outcome(say(text, agreed=began.letter), (last, ended), ask=_told(began, ended, rubric))


def _told(began: RefresherBegan, ended: RefresherEnded, rubric: Rubric) -> Ask:
    """Return what is shown at the end: both letters, and each answer that differs or what the agreed grade rests on."""
    params = {"agreed": began.letter, "letter": ended.letter or "-", "title": began.title, "count": ""}
    for number, (question, agreed, given) in enumerate(ended.answers[:TOLD], start=1):
        words = _words(rubric, question, agreed, given)
        params |= {f"question{number}": words[0], f"agreed{number}": words[1], f"given{number}": words[2]}
    params["why"] = began.reasons[0] if began.reasons else ""
    return Ask("refreshed", code=str(min(len(ended.answers), TOLD)), params=params, choices=(_MORE,))


_MORE = Choice(NEXT, mark("The next past item"))


def _words(rubric: Rubric, question: str, agreed: str, given: str) -> tuple[str, str, str]:
    """Return a question and two of its answers as they read; what a part of a kit is called fills none of them."""
    found = next((each for each in rubric.questions if each.id == question), None)
    if found is None:
        return question, agreed, given
    words = {each.id: each.word for each in found.options}
    return found.text, words.get(agreed, agreed), words.get(given, given)
