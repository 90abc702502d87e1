"""A second look as far as it has come, folded from its facts."""

from typing import Any

import msgspec

from station.calibration.facts import (
    SecondAnswered,
    SecondAnswerTakenBack,
    SecondGraded,
    SecondLookBegan,
    SecondLookLeft,
)

FACTS = (SecondLookBegan, SecondAnswered, SecondAnswerTakenBack, SecondLookLeft, SecondGraded)


class Looking(msgspec.Struct, frozen=True, omit_defaults=True):
    """The item that is looked at again, and what was answered so far."""

    began: SecondLookBegan
    answers: tuple[tuple[str, str], ...] = ()


def after(looking: Looking | None, fact: Any) -> Looking | None:
    """Return how far the second look is after one of its facts; None while there is none."""
    if isinstance(fact, SecondLookBegan):
        return Looking(fact)
    if looking is None or isinstance(fact, SecondLookLeft | SecondGraded):
        return None
    if isinstance(fact, SecondAnswerTakenBack):
        return msgspec.structs.replace(looking, answers=looking.answers[:-1])
    return msgspec.structs.replace(looking, answers=(*looking.answers, (fact.question, fact.option)))
