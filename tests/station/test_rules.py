"""The rules in force, and what the program was once shipped with: an old grade is told in the words it was asked in."""

from pathlib import Path

import pytest

from grading.rubric import sentences_of
from resources import find, words
from station.fold import fold
from station.inspecting.facts import Answered
from station.stages import rubric_of

RELEASED = [Path(name).stem for name in find.names("rubrics/released")]


@pytest.mark.parametrize("name", RELEASED)
def test_every_version_that_was_shipped_once_is_known_by_its_name(rules, name: str) -> None:
    assert name not in rules.versions, "it is in force: only earlier ones lie there"
    known = rules.version(name)
    assert known is not None and known.name == name


@pytest.mark.parametrize("name", ["apparel@999", "../apparel@1", "apparel@1\0", "", "nobody@1+hearthwick@1"])
def test_nobody_knows_what_was_never_shipped(rules, name: str) -> None:
    assert rules.version(name) is None


def test_an_item_goes_on_with_the_questions_it_was_begun_with_in_an_older_program(walk) -> None:
    walk.arrive("tee").item("tee")
    begun = fold(walk.state, "t", (Answered(walk.state.item.identified.item, "pests", "no", "apparel@4"),))
    assert rubric_of(begun.item, walk.known).name == "apparel@4"


@pytest.mark.parametrize("language", [each for each in words.languages() if each != "en"])
def test_what_earlier_versions_say_is_translated_still(rules, language: str) -> None:
    is_known = words.known(language)
    said = {text for name in RELEASED for _, texts in sentences_of(rules.version(name)) for text in texts if text}
    assert [text for text in sorted(said) if not is_known(text)] == []
