"""What a bench answers to a PIN: the right one, a wrong one, and the badge that is locked."""

from resources.words import mark
from station.authority.facts import PinCleared, PinLocked
from station.authority.pins import minutes_locked, of
from station.authority.pins import refused as refused_facts
from station.facts import Recorded
from station.known import Known
from station.outcome import Notice, Outcome, Tone
from station.plates import exception_id
from station.receiving.facts import ExceptionRaised
from station.records import Operator
from station.state import State
from station.steps.notices import refused

LOCKED_OUT = "locked_out"
LONGEST = 64


def locked(state: State, person: Operator, known: Known) -> Outcome | None:
    """Return the refusal of a badge that is locked, or None when it is not."""
    minutes = minutes_locked(state.pins, person.badge, known.clock())
    if minutes == 0:
        return None
    text = mark("Too many wrong PINs: the badge of {name} is locked for {minutes} min. A supervisor can unlock it.")
    return refused(text, ask=None, name=person.name, minutes=str(minutes))


def wrong(state: State, person: Operator, known: Known, text: str) -> Outcome:
    """Note a wrong PIN; the last one that is allowed locks the badge, and a supervisor hears of it.

    A text longer than any PIN is a label that was scanned: nobody tried one.
    """
    if len(text) > LONGEST:
        return refused(mark("That PIN is wrong. Try again."))
    now = known.clock()
    facts: tuple[Recorded, ...] = refused_facts(state.pins, person.badge, now)
    if not any(isinstance(each, PinLocked) for each in facts):
        return Outcome(Notice(Tone.REFUSED, mark("That PIN is wrong. Try again.")), facts)
    number = exception_id(state.station, state.exceptions + 1)
    told = ExceptionRaised(number, LOCKED_OUT, "supervisor", detail=person.badge)
    text = mark("That was wrong too often. The badge is locked here. Another supervisor unlocks it with F10.")
    return Outcome(Notice(Tone.REFUSED, text), (*facts, told), ask=None)


def right(state: State, person: Operator) -> tuple[Recorded, ...]:
    """Return what the right PIN writes: that the wrong ones before it count no more, if there were any."""
    return (PinCleared(person.badge, person.badge),) if of(state.pins, person.badge).tries else ()
