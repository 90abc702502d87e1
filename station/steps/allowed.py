"""What the person at the bench may do, and the question that asks another for it."""

from station.authority.may import Act, Answer, Override, may
from station.authority.roles import Authority
from station.known import Known
from station.state import Ask, State


def answer(state: State, act: Act, known: Known) -> Answer:
    """Return whether who is signed in may do it; never while nobody is."""
    return may(table_for(state, act, known), state.operator.role, act) if state.operator is not None else "never"


def table_for(state: State, act: Act, known: Known) -> Authority:
    """Return the table that an act is held against: that of the client whose goods are sent another way."""
    goods = state.item.identified.client if state.item is not None and isinstance(act, Override) else ""
    return known.authority(goods)


def is_allowed(state: State, act: Act, known: Known) -> bool:
    """Tell whether who is signed in may do it alone."""
    return answer(state, act, known) == "yes"


def decides(state: State, known: Known) -> bool:
    """Tell whether who is signed in decides any exception at all."""
    return state.operator is not None and bool(known.authority().of(state.operator.role).decides)


def ask_other(act: str, to: str = "", why: str = "") -> Ask:
    """Return the question for the badge of somebody who may; `act` is that of StepUpGiven."""
    return Ask("supervisor", params={"act": act, "to": to, "why": why})
