"""A refresher as far as it has come, folded from its facts."""

from typing import Any

import msgspec

from station.calibration.facts import (
    RefresherAnswered,
    RefresherAnswerTakenBack,
    RefresherAsked,
    RefresherBegan,
    RefresherEnded,
    RefresherLeft,
)

FACTS = (RefresherAsked, RefresherBegan, RefresherAnswered, RefresherAnswerTakenBack, RefresherLeft, RefresherEnded)


class Practice(msgspec.Struct, frozen=True, omit_defaults=True):
    """The past item that is practised on, and what was answered so far."""

    began: RefresherBegan
    answers: tuple[tuple[str, str], ...] = ()


def after(practice: Practice | None, fact: Any) -> Practice | None:
    """Return how far the refresher is after one of its facts; None while there is none."""
    if isinstance(fact, RefresherBegan):
        return Practice(fact)
    if isinstance(fact, RefresherAsked):
        return practice
    if practice is None or isinstance(fact, RefresherLeft | RefresherEnded):
        return None
    if isinstance(fact, RefresherAnswerTakenBack):
        return msgspec.structs.replace(practice, answers=practice.answers[:-1])
    return msgspec.structs.replace(practice, answers=(*practice.answers, (fact.question, fact.option)))


def waiting(asked: tuple[RefresherAsked, ...], fact: Any, badge: str) -> tuple[RefresherAsked, ...]:
    """Return which refreshers are asked for after a fact of the person with this badge: done once, none is left."""
    if isinstance(fact, RefresherAsked):
        rest = tuple(each for each in asked if each.badge != fact.badge)
        return (*rest, fact) if fact.stands else rest
    return tuple(each for each in asked if each.badge != badge) if isinstance(fact, RefresherEnded) else asked
