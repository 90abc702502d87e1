"""The few forms of answer that every step gives: accepted, attention, refused, finished."""

from typing import Literal

from resources.words import mark
from station.codes import Candidate, CodeKind
from station.outcome import Notice, Outcome, Tone
from station.receiving.facts import ExceptionRaised
from station.state import Ask
from station.stops import BETWEEN


def accepted(text: str, **params: str) -> Notice:
    """Return the notice that something was taken as it should be."""
    return Notice(Tone.ACCEPTED, text, params)


def finished(text: str, **params: str) -> Notice:
    """Return the notice that a parcel is done."""
    return Notice(Tone.FINISHED, text, params)


def warned(text: str, **params: str) -> Notice:
    """Return the notice that something was taken, and a person should look."""
    return Notice(Tone.ATTENTION, text, params)


def attention(text: str, **params: str) -> Outcome:
    """Return an answer that changes nothing and says why."""
    return Outcome(warned(text, **params))


def no_such_answer(count: int) -> Outcome:
    """Return what is said to a key that stands for no answer: which keys do."""
    return attention(mark("No answer has this key. Press a key from 1 to {last}."), last=str(count))


def refused(text: str, ask: Ask | Literal["same"] | None = "same", **params: str) -> Outcome:
    """Return an answer that refuses what was given; the notice stays until acknowledged."""
    return Outcome(Notice(Tone.REFUSED, text, params), ask=ask)


def best(candidates: tuple[Candidate, ...], *kinds: CodeKind) -> Candidate | None:
    """Return the likeliest meaning of one of these kinds, or None."""
    return next((each for each in candidates if each.kind in kinds), None)


def recall_notice(recalled: tuple[ExceptionRaised, ...]) -> Notice:
    """Return the notice that units in the bins of this bench were recalled since: the first, and how many."""
    plate, bin_, _, title = recalled[0].detail.split(BETWEEN, 3)
    text = mark("Recalled: {title}. Take {plate} out of bin {bin}. In all: {count}; page Exceptions lists them.")
    return warned(text, title=title, plate=plate, bin=bin_, count=str(len(recalled)))
