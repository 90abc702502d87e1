"""A refresher as far as it has come, folded from its facts."""

from typing import Any

import msgspec

from station.calibration.facts import (
    RefresherAnswered,
    RefresherAnswerTakenBack,
    RefresherBegan,
    RefresherEnded,
    RefresherLeft,
)

FACTS = (RefresherBegan, RefresherAnswered, RefresherAnswerTakenBack, RefresherLeft, RefresherEnded)


class Practice(msgspec.Struct, frozen=True, omit_defaults=True):
    """The past item that is practised on, and what was answered so far."""

    began: RefresherBegan
    answers: tuple[tuple[str, str], ...] = ()


def after(practice: Practice | None, fact: Any) -> Practice | None:
    """Return how far the refresher is after one of its facts; None while there is none."""
    if isinstance(fact, RefresherBegan):
        return Practice(fact)
    if practice is None or isinstance(fact, RefresherLeft | RefresherEnded):
        return None
    if isinstance(fact, RefresherAnswerTakenBack):
        return msgspec.structs.replace(practice, answers=practice.answers[:-1])
    return msgspec.structs.replace(practice, answers=(*practice.answers, (fact.question, fact.option)))
