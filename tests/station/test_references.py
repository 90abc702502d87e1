"""Each answer's picture is there, each picture belongs to an answer, and drawing them again gives the same; a site's
own photographs stand in their place.
"""

import runpy
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from resources import find
from station.references import AnswerPictures, Place, picture_of
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


CATCHES = Place("phones", "body", "catches")


@pytest.fixture
def pictures(tmp_path: Path) -> AnswerPictures:
    return AnswerPictures(tmp_path / "pictures")


def test_a_clients_own_photograph_comes_before_that_for_all(pictures: AnswerPictures) -> None:
    assert pictures.of("phones", "body", "catches", "") is None
    pictures.put(CATCHES, b"for all")
    pictures.put(msgspec.structs.replace(CATCHES, client="a. b/ç"), b"theirs")
    for client, content in (("", b"for all"), ("Other", b"for all"), ("A. B/Ç", b"theirs")):
        found = pictures.of("phones", "body", "catches", client)
        assert found is not None and found.read_bytes() == content
    assert pictures.of("phones", "body", "smooth", "") is None


def test_another_program_is_seen_at_the_next_question(pictures: AnswerPictures, tmp_path: Path) -> None:
    assert pictures.of("phones", "body", "catches", "") is None
    other = AnswerPictures(tmp_path / "pictures")
    other.put(CATCHES, b"one")
    assert pictures.of("phones", "body", "catches", "") is not None
    other.remove(CATCHES)
    assert pictures.of("phones", "body", "catches", "") is None


def test_what_stood_there_is_put_away_and_never_lost(pictures: AnswerPictures) -> None:
    assert pictures.put(CATCHES, b"one") == ()
    assert pictures.put(CATCHES, b"one") == ()
    (away,) = pictures.put(CATCHES, b"two")
    assert away.read_bytes() == b"one"
    (gone,) = pictures.remove(CATCHES)
    assert gone.read_bytes() == b"two" and away.read_bytes() == b"one"
    assert pictures.remove(CATCHES) == () and dict(pictures.all()) == {}


def test_what_else_lies_in_the_folder_is_nobodys_picture(pictures: AnswerPictures, tmp_path: Path) -> None:
    pictures.put(CATCHES, b"one")
    for name in ("holiday.jpg", "phones.body.catches.jpg", "phones.body.smooth..0.part", "a.b.c.d.e.f.jpg"):
        (tmp_path / "pictures" / name).write_bytes(b"x")
    assert list(AnswerPictures(tmp_path / "pictures").all()) == [CATCHES]
