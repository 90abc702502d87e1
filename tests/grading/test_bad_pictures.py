"""Every function that looks at a photo, and every picture that is none: an answer for that, never an error."""

from collections.abc import Callable

import numpy
import pytest

from grading import bare, codes, compare, hints, jpeg, mat, photo, privacy, reuse, unusual
from tests.bad_pictures import BROKEN, FOREIGN, ODD, drawn, saved

GOOD = saved(drawn(size=(320, 192)))


def eyes(pixels: numpy.ndarray) -> numpy.ndarray:
    """What a network would see, without one: the means of small fields."""
    return pixels[:64, :64].reshape(8, 8, 8, 8, 3).mean((1, 3)).astype(numpy.float32)


def no_label(_text: str, _aim: str) -> bool:
    return False


def copied(content: bytes) -> bytes | str | None:
    try:
        return privacy.private_copy(content, no_label)
    except ValueError as error:
        return str(error)


USUAL = unusual.learn([saved(drawn(size=(320 + 8 * each, 192))) for each in range(unusual.ENOUGH)], eyes)
assert USUAL is not None

# What each says of a picture that is none.
DOORS: dict[str, tuple[Callable[[bytes], object], object]] = {
    "decode": (jpeg.decode, None),
    "check": (lambda content: photo.check(content).problems, ("unreadable",)),
    "check by an empty mat": (
        lambda content: photo.check(GOOD, empty_mat=content).problems,
        photo.check(GOOD).problems,
    ),
    "fingerprint": (photo.fingerprint, None),
    "codes": (codes.read, ()),
    "codes and their places": (codes.find, ()),
    "mat": (mat.locate, None),
    "compare": (lambda content: compare.compare(content, [GOOD]).aligned, False),
    "compare with it": (lambda content: compare.compare(GOOD, [content]).aligned, False),
    "heat map": (lambda content: compare.heat_map(content, [GOOD]), None),
    "heat map by it": (lambda content: compare.heat_map(GOOD, [content]), None),
    "prints": (reuse.prints, None),
    "probes": (reuse.probes, ()),
    "likeness": (lambda content: reuse.likeness(content, GOOD), 0),
    "likeness of it": (lambda content: reuse.likeness(GOOD, content), 0),
    "colour": (lambda content: hints.of_colour(content, GOOD), None),
    "colour of it": (lambda content: hints.of_colour(GOOD, content), None),
    "size": (lambda content: hints.of_size(content, (100, 50, 10)), None),
    "unusual": (lambda content: unusual.look(content, USUAL, eyes), None),
    "copy without labels": (copied, "not a picture"),
}


@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_picture_is_said_to_be_none(door: str) -> None:
    look, nothing = DOORS[door]
    for name, content in {**FOREIGN, **BROKEN}.items():
        assert look(content) == nothing, name


@pytest.mark.parametrize("door", DOORS)
def test_an_odd_picture_is_looked_at_or_refused(door: str) -> None:
    look, _ = DOORS[door]
    for content in ODD.values():
        look(content)


def test_what_is_cleaned_stays_a_picture_or_is_none() -> None:
    for name, content in {**FOREIGN, **BROKEN, **ODD}.items():
        made = bare.bare(content)
        assert made is None or made.startswith(b"\xff\xd8"), name
        assert made is None or (jpeg.decode(made) is None) == (jpeg.decode(content) is None), name
