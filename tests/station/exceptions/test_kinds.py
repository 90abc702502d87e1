"""The table of decisions: every kind has some, and a table that says nonsense is refused by name."""

from typing import get_args

import pytest

from resources import find
from station.exceptions.facts import Decision
from station.exceptions.kinds import DECISION_WORDS, FILE, HALF_SIGNED, OTHER, parse, read_kinds
from station.words import EXCEPTION_WORDS


def test_every_kind_has_decisions_and_every_decision_has_words() -> None:
    kinds = read_kinds()
    assert set(kinds.decisions) == {*EXCEPTION_WORDS, OTHER} - {HALF_SIGNED}, "a signature is no decision"
    assert set(DECISION_WORDS) == set(get_args(Decision))
    assert {each for fitting in kinds.decisions.values() for each in fitting} == set(DECISION_WORDS)


def test_what_burns_or_was_recalled_is_not_released_at_a_bench() -> None:
    kinds = read_kinds()
    for kind in ("hazard", "recall", "recall_part", "recall_placed"):
        assert not {"release", "accept"} & set(kinds.fitting(kind))


def test_a_kind_nobody_named_has_what_fits_every_other() -> None:
    kinds = read_kinds()
    assert kinds.fitting("of a newer program") == kinds.decisions[OTHER]


@pytest.mark.parametrize(
    ("was", "then", "says"),
    [
        ("late_h = 24", "late_h = 0", "hours are above 0"),
        ("[24, 48, 72]", "[24, 24, 72]", "each of escalate_h more"),
        ('held = ["release"', 'held = ["resell"', "cannot be read"),
        ('held = ["release", "regrade"', 'held = ["release", "release"', "one twice, for held"),
        ("other = ", "rest = ", "the kind `other`"),
        ("late_h = 24", "late_hours = 24", "cannot be read"),
    ],
)
def test_a_table_that_says_nonsense_is_refused(was: str, then: str, says: str) -> None:
    toml = find.read(FILE).decode()
    assert was in toml
    with pytest.raises(ValueError, match=says):
        parse(toml.replace(was, then, 1).encode())
