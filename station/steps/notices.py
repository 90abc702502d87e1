"""The few forms of answer that every step gives: accepted, attention, refused, finished."""

from typing import Literal

from station.codes import Candidate, CodeKind
from station.outcome import Notice, Outcome, Tone
from station.state import Ask


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


def refused(text: str, ask: Ask | Literal["same"] | None = "same", **params: str) -> Outcome:
    """Return an answer that refuses what was given; the notice stays until acknowledged."""
    return Outcome(Notice(Tone.REFUSED, text, params), ask=ask)


def best(candidates: tuple[Candidate, ...], *kinds: CodeKind) -> Candidate | None:
    """Return the likeliest meaning of one of these kinds, or None."""
    return next((each for each in candidates if each.kind in kinds), None)
