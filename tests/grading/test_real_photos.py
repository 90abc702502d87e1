"""What was drawn elsewhere holds for photographs that a camera took (`photos/LICENCES.txt` says whose they are)."""

from pathlib import Path
from typing import Any

import cv2
import numpy
import pytest

from grading import codes, reuse
from grading.compare import Region, compare
from grading.jpeg import encode
from grading.photo import check, fingerprint, is_same_picture

PHOTOS = Path(__file__).parent / "photos"
CUP, SHAKEN, COINS = ((PHOTOS / f"{name}.jpg").read_bytes() for name in ("cup", "shaken", "coins"))
# Where a scratch is made on the saucer, in pixels of the cup's photo.
SCRATCH = (330, 330, 370, 345)


def picture(jpeg: bytes) -> Any:
    return cv2.imdecode(numpy.frombuffer(jpeg, numpy.uint8), cv2.IMREAD_COLOR)


def scratched() -> Any:
    cup = picture(CUP)
    cv2.line(cup, SCRATCH[:2], SCRATCH[2:], (240, 240, 240), 3)
    return cup


def covers(region: Region, x: float, y: float) -> bool:
    return region.left <= x <= region.left + region.width and region.top <= y <= region.top + region.height


@pytest.mark.parametrize("photo", [CUP, COINS], ids=["cup", "coins"])
def test_a_sharp_photo_passes(photo: bytes) -> None:
    assert check(photo).problems == ()


def test_a_camera_that_moved_is_found() -> None:
    assert check(SHAKEN).problems == ("blurred",)


@pytest.mark.parametrize(
    ("spoilt", "problem"),
    [
        (lambda cup: cup * 0.25, "dark"),
        (lambda cup: cup * 4.0, "bright"),
        (lambda cup: cv2.GaussianBlur(cup, (0, 0), 4), "blurred"),
        (lambda cup: cv2.blur(cup, (11, 1)), "blurred"),
    ],
    ids=["dark", "bright", "out of focus", "shaken"],
)
def test_a_spoilt_photo_is_found(spoilt: Any, problem: str) -> None:
    made = numpy.clip(spoilt(picture(CUP).astype(numpy.float32)), 0, 255).astype(numpy.uint8)
    assert check(encode(made)).problems == (problem,)


def test_a_photo_does_not_differ_from_itself_stored_anew() -> None:
    found = compare(encode(picture(CUP), 70), [CUP])
    assert (found.aligned, found.differences) == (1, ())


@pytest.mark.parametrize("turned", [0, 4, -6])
def test_a_scratch_is_found_where_it_is_though_the_camera_stood_elsewhere(turned: int) -> None:
    cup = scratched()
    high, wide = cup.shape[:2]
    way = cv2.getRotationMatrix2D((wide / 2, high / 2), turned, 0.95 if turned else 1.0)
    moved = cv2.warpAffine(cup, way, (wide, high), borderMode=cv2.BORDER_REFLECT)
    found = compare(encode(moved), [CUP])
    left, top, right, bottom = SCRATCH
    x, y = way @ ((left + right) / 2, (top + bottom) / 2, 1)
    assert found.aligned == 1 and len(found.differences) == 1
    assert covers(found.differences[0].region, 1000 * x / wide, 1000 * y / high)


def test_another_thing_cannot_be_laid_over_it() -> None:
    assert compare(COINS, [CUP]).aligned == 0


def test_a_copy_is_proved_one_and_another_photo_is_not() -> None:
    cup = picture(CUP)
    copies = (encode(cv2.flip(cup, 1), 70), encode(cup[20:380, 30:580], 60))
    assert all(reuse.likeness(CUP, copy) > 950 for copy in copies)
    assert reuse.likeness(CUP, COINS) == reuse.likeness(CUP, SHAKEN) == 0


def test_the_same_picture_again_is_told_from_another() -> None:
    small = encode(cv2.resize(picture(CUP), None, fx=0.7, fy=0.7))
    assert is_same_picture(CUP, small) and not is_same_picture(CUP, COINS)
    assert fingerprint(CUP) is not None and fingerprint(CUP) != fingerprint(COINS)


@pytest.mark.parametrize("photo", [CUP, SHAKEN, COINS], ids=["cup", "shaken", "coins"])
def test_no_code_is_read_where_none_is(photo: bytes) -> None:
    assert codes.read(photo) == ()
