"""Each answer's picture is there, each picture belongs to an answer, and drawing them again gives the same."""

import runpy
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from resources import find
from station.references import picture_of
from station.rules import read_rules

ROOT = Path(__file__).parents[2]
DRAWING = runpy.run_path(str(ROOT / "installer" / "draw_references.py"))
OPTIONS = [
    option for each in read_rules().versions.values() for question in each.questions for option in question.options
]


def test_every_picture_that_is_named_is_there_and_none_is_left_over() -> None:
    named = {option.picture for option in OPTIONS if option.picture}
    assert {f"references/{name}" for name in named} == set(find.names("references"))
    assert all((picture_of(option) is not None) == bool(option.picture) for option in OPTIONS)
    assert {name.removesuffix(".png") for name in named} == set(DRAWING["PICTURES"])


def test_a_picture_this_program_does_not_have_is_none() -> None:
    assert picture_of(msgspec.structs.replace(OPTIONS[0], picture="no_such.png")) is None


@pytest.mark.parametrize("name", sorted(DRAWING["PICTURES"]))
def test_a_picture_is_drawn_the_same_again_and_differs_from_the_others(name: str) -> None:
    with Image.open(find.path(f"references/{name}.png")) as kept:
        assert kept.size == (240, 160)
        assert kept.convert("RGB").tobytes() == DRAWING["drawn"](name).convert("RGB").tobytes()


def test_no_two_pictures_are_the_same() -> None:
    contents = {find.read(name) for name in find.names("references")}
    assert len(contents) == len(DRAWING["PICTURES"])
