"""A person asks for more than they may: another's badge and PIN allow it, this once, and the work goes on as theirs."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from devices.readings import Scan
from resources.words import mark
from station.authority.may import Act, Close, may
from station.inputs import TYPED
from station.known import Known
from station.outcome import Outcome
from station.records import Operator
from station.state import Ask, State
from station.steps import bins, decide, pins, settle, shift
from station.steps.allowed import table_for
from station.steps.notices import best, refused


class _Kind(NamedTuple):
    """What can be asked for: which act it is, and what is done when it was allowed."""

    act: Callable[[State, Ask, Known], Act | None]
    done: Callable[[State, Ask, Operator, Known], Outcome]


_KINDS: Mapping[str, _Kind] = {
    "override": _Kind(decide.act_asked, decide.allowed),
    "close": _Kind(lambda _state, _ask, _known: Close(), shift.allowed),
    "move": _Kind(lambda _state, _ask, _known: Close(), bins.move_allowed),
    **dict.fromkeys(("decide", "relink"), _Kind(settle.act_asked, settle.allowed)),
}


def scan_badge(state: State, scan: Scan, known: Known) -> Outcome:
    """the badge of somebody who may asks for its PIN; any other is refused, and so is one that was only typed"""
    ask = state.ask or Ask("supervisor")
    if scan.device == TYPED:
        return refused(mark("A supervisor's badge is scanned here, not typed."))
    badge = best(known.recognise(scan.text, scan.aim), "badge")
    person = known.operator(badge.value) if badge is not None else None
    if person is not None and state.operator is not None and person.badge == state.operator.badge:
        return refused(mark("Nobody allows themselves more. Another supervisor's badge is needed."))
    if person is None or not _may(state, ask, person, known):
        return refused(mark("This needs the badge of somebody who may do it: a supervisor."))
    if (stopped := pins.locked(state, person, known)) is not None:
        return msgspec.structs.replace(stopped, ask="same")
    params = {**ask.params, "name": person.name}
    return Outcome(ask=Ask("supervisor-pin", code=person.badge, params=params))


def enter_pin(state: State, scan: Scan, known: Known) -> Outcome:
    """the right PIN allows it, as a fact; who asked stays signed in"""
    ask = state.ask or Ask("supervisor-pin")
    person = known.operator(ask.code)
    if person is None or not _may(state, ask, person, known):
        return refused(mark("Nobody here has this badge. Ask a supervisor."), ask=None)
    if (stopped := pins.locked(state, person, known)) is not None:
        return stopped
    if not known.pin_is_right(person, scan.text):
        return pins.wrong(state, person, known, scan.text)
    done = _KINDS[ask.params["act"]].done(state, ask, person, known)
    return msgspec.structs.replace(done, facts=(*pins.right(state, person), *done.facts))


def _may(state: State, ask: Ask, person: Operator, known: Known) -> bool:
    """Tell whether a person is somebody who helps others, and may do what is asked for."""
    kind = _KINDS.get(ask.params.get("act", ""))
    act = kind.act(state, ask, known) if kind is not None else None
    if act is None:
        return False
    authority = table_for(state, act, known)
    return authority.of(person.role).steps_up and may(authority, person.role, act) == "yes"
