"""The recorded stories are what the program says today, and together they show every letter, stop and route."""

import runpy
from pathlib import Path

import pytest

from station.rules import read_rules

SCRIPT = runpy.run_path(str(Path(__file__).parents[1] / "long" / "record_stories.py"))
STORIES = Path(__file__).parent / "stories"
RULES = read_rules()


@pytest.mark.parametrize("category", sorted(RULES.rubrics))
def test_the_stories_of_a_category_are_told_again(category: str) -> None:
    """Where this fails: run `tests/long/record_stories.py`, and read what became different."""
    assert (STORIES / f"{category}.txt").read_text(encoding="utf-8") == SCRIPT["text"](RULES, category)


def test_every_letter_stop_and_route_occurs() -> None:
    told = [each for category in RULES.rubrics for each in SCRIPT["stories"](RULES, category)]
    stops = {
        option.stop
        for rubric in RULES.rubrics.values()
        for question in rubric.questions
        for option in question.options
        if option.stop
    }
    assert {stop for each in told for stop in each.graded.stops} == stops
    assert {each.graded.letter for each in told} == {"A", "B", "C", "D", ""}
    assert {each.routed.disposition for each in told} == {"restock", "refurb", "resale", "recycle", "hold"}
    assert len({each.rubric.name for each in told if each.rubric.over}) == len(RULES.clients)


def test_nothing_but_todays_categories_is_told() -> None:
    assert {file.stem for file in STORIES.glob("*.txt")} == set(RULES.rubrics)
