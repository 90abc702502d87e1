"""The photo gate passes good photos, says what to do with bad ones, and survives anything.

The scenes are drawn. No real photos of returned goods are free to use; the limits' own words say what they rest on.
"""

import cv2
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.photo import PROBLEM_TEXTS, check, fingerprint, is_same_picture
from grading.shake import evenness

# Two fingerprints of one picture differ by no more (10 were seen), those of other pictures by more (18 and up).
SAME_PICTURE_BITS = 12
ITEMS = ("phone", "shirt", "shoe", "box", "bottle", "bag")


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("with_mat", [False, True])
def test_a_good_photo_passes(scenes, item: str, with_mat: bool) -> None:
    mat = scenes.shot(seed=9) if with_mat else None
    gate = check(scenes.shot(item), empty_mat=mat)
    assert (gate.ok, gate.problems) == (True, ())
    assert gate.sharpness > 0.09
    assert 0.2 < gate.brightness < 0.6


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("blur", [2.0, 4.0, 8.0])
def test_a_blurred_photo_is_found(scenes, item: str, blur: float) -> None:
    assert check(scenes.shot(item, sharp=blur)).problems == ("blurred",)


@pytest.mark.parametrize("item", ITEMS)
def test_a_shaken_photo_is_found(scenes, item: str) -> None:
    shaken = cv2.blur(scenes.picture(item), (15, 15))
    assert check(scenes.jpeg(shaken)).problems == ("blurred",)


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("turned", [False, True])
def test_a_photo_shaken_along_one_line_is_found(scenes, item: str, turned: bool) -> None:
    """Edges along the line stay as sharp as ever: the sharpness of all the item's edges does not tell."""
    shaken = cv2.blur(scenes.picture(item), (1, 9) if turned else (9, 1))
    assert check(scenes.jpeg(shaken)).problems == ("blurred",)


def test_goods_whose_edges_all_run_one_way_are_not_shaken() -> None:
    """Of a row of bars nothing can be said of how sharp it is along them."""
    bars = numpy.repeat(numpy.arange(40) % 2 * 150 + 50, 12)[None].repeat(400, 0).astype(numpy.uint8)
    soft = cv2.GaussianBlur(bars, (0, 0), 1)
    assert evenness(soft, numpy.ones(soft.shape, bool)) == 1.0


@pytest.fixture(scope="module")
def blurred(scenes) -> list[float]:
    """The sharpness of every item, blurred by two pixels."""
    return [check(scenes.shot(item, sharp=2.0)).sharpness for item in ITEMS]


@pytest.mark.parametrize("item", ITEMS)
def test_sharpness_tells_a_sharp_item_from_a_blurred_other(scenes, blurred: list[float], item: str) -> None:
    """One limit for all goods works only if every sharp one is above every blurred one."""
    sharp = check(scenes.shot(item)).sharpness
    assert sharp > 1.5 * max(blurred)


def test_a_stations_own_reference_decides_when_there_is_one(scenes) -> None:
    soft = scenes.shot("box", sharp=1.5)
    assert check(soft).problems == ("blurred",)
    assert check(soft, station_reference=0.1).ok
    assert check(scenes.shot("box"), station_reference=0.3).problems == ("blurred",)


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("stops", [-2, -3])
def test_a_dark_photo_is_found(scenes, item: str, stops: int) -> None:
    gate = check(scenes.jpeg(scenes.exposed(scenes.picture(item), stops)))
    assert gate.problems == ("dark",)


def test_a_bright_item_on_a_dim_mat_is_found(scenes) -> None:
    """Not much of the frame is clipped, but most of the item."""
    picture = scenes.picture("bottle")
    cv2.rectangle(picture, (560, 360), (720, 800), (255, 255, 255), -1)
    assert check(scenes.jpeg(picture)).problems == ("bright",)


def test_a_dark_mat_is_no_dark_photo(scenes) -> None:
    assert check(scenes.shot("shirt", mat=30)).ok


@pytest.mark.parametrize("item", ["shirt", "box"])
def test_a_bright_photo_is_found(scenes, item: str) -> None:
    assert check(scenes.jpeg(scenes.exposed(scenes.picture(item), 2))).problems == ("bright",)


def test_a_mirrored_lamp_is_found(scenes) -> None:
    picture = scenes.picture("phone")
    lamp = cv2.circle(numpy.zeros((960, 1280), numpy.float32), (620, 500), 45, 1.0, -1)
    picture += 255 * cv2.GaussianBlur(lamp, (0, 0), 6)[..., None]
    assert check(scenes.jpeg(picture)).problems == ("glare",)


def test_a_white_thing_that_goes_on_beyond_the_picture_is_no_glare(scenes) -> None:
    picture = scenes.picture("phone")
    assert "glare" in check(scenes.jpeg(cv2.rectangle(picture.copy(), (4, 300), (140, 460), (255,) * 3, -1))).problems
    assert "glare" not in check(scenes.jpeg(cv2.rectangle(picture, (0, 300), (140, 460), (255,) * 3, -1))).problems


def test_white_print_on_an_item_is_no_glare(scenes) -> None:
    picture = numpy.clip(scenes.picture("phone"), 0, 255).astype(numpy.uint8)
    cv2.putText(picture, "SERIAL 123", (470, 220), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (255, 255, 255), 3)
    assert check(scenes.jpeg(picture)).ok


@pytest.mark.parametrize("light", [-0.5, 0.0, 0.5])
@pytest.mark.parametrize("mat", [60, 100, 160])
def test_an_empty_mat_is_found_with_and_without_its_photo(scenes, light: float, mat: int) -> None:
    empty = scenes.jpeg(scenes.exposed(scenes.picture(seed=2, mat=mat), light))
    if check(empty).problems != ("dark",):
        assert check(empty).problems == ("empty",)
        assert check(empty, empty_mat=scenes.shot(seed=3, mat=mat)).problems == ("empty",)


def test_an_item_that_fills_the_frame_is_not_an_empty_mat(scenes) -> None:
    close = cv2.resize(scenes.picture("phone")[240:740, 462:818], (1280, 960), interpolation=cv2.INTER_AREA)
    assert "empty" not in check(scenes.jpeg(close)).problems


@pytest.mark.parametrize("item", ITEMS)
def test_grain_is_not_sharpness(scenes, item: str) -> None:
    grain = numpy.random.default_rng(5).normal(0, 8, (960, 1280, 3))
    assert check(scenes.jpeg(scenes.picture(item, sharp=4.0) + grain)).problems == ("blurred",)
    assert check(scenes.jpeg(scenes.picture(item) + grain)).ok


@pytest.mark.parametrize("width", [640, 1920, 3200])
@pytest.mark.parametrize(("blur", "ok"), [(0.7, True), (4.0, False)])
def test_the_verdict_is_the_same_for_a_camera_of_another_size(scenes, width: int, blur: float, ok: bool) -> None:
    size = (width, width * 3 // 4)
    picture = cv2.resize(scenes.picture("shoe", sharp=blur), size, interpolation=cv2.INTER_AREA)
    assert check(scenes.jpeg(picture)).ok is ok


def test_an_item_that_reaches_the_border_is_judged_as_any(scenes) -> None:
    for blur, problems in ((0.7, ()), (3.0, ("blurred",))):
        cut_off = scenes.picture("box", sharp=blur)[:, 400:]
        assert check(scenes.jpeg(cut_off)).problems == problems


def test_every_problem_says_what_to_do() -> None:
    assert set(PROBLEM_TEXTS) == {"unreadable", "dark", "bright", "empty", "blurred", "glare"}
    assert all(text.count(".") == 2 for text in PROBLEM_TEXTS.values()), "what is wrong. What to do."


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xff\xff\xff\xff\xd9",
        b"GIF89a",
        b"\xff\xd8" + b"\0" * 100_000 + b"\xff\xd9",
        b"\xff\xd8\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00\xff\xd9",
        b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x00\x00\x00\x01\x01\x11\x00\xff\xd9",
    ],
)
def test_what_is_no_jpeg_is_unreadable(content: bytes) -> None:
    gate = check(content)
    assert (gate.ok, gate.problems, gate.sharpness) == (False, ("unreadable",), 0.0)
    assert fingerprint(content) is None


def test_a_photo_cut_short_is_unreadable_wherever_it_was_cut(scenes) -> None:
    whole = scenes.shot("box")
    for at in range(0, len(whole) - 1, len(whole) // 40):
        assert check(whole[:at]).problems == ("unreadable",)
    assert check(whole + b"\0" * 64).ok, "zeros behind the end are padding"


def test_a_photo_that_claims_a_hundred_megapixels_is_not_even_opened(small_photo: bytes) -> None:
    at = small_photo.index(b"\xff\xc0") + 5
    claims = small_photo[:at] + (12_000).to_bytes(2, "big") * 2 + small_photo[at + 4 :]
    assert check(claims).problems == ("unreadable",)
    filled = small_photo[:2] + b"\xff" * 3 + small_photo[2:]
    assert check(filled).ok, "filling before a marker is allowed"


def test_a_tiny_picture_is_unreadable(scenes) -> None:
    assert check(scenes.jpeg(numpy.full((8, 8, 3), 128.0))).problems == ("unreadable",)


@pytest.fixture(scope="module")
def small_photo(scenes) -> bytes:
    """A good photo of few bytes."""
    return scenes.jpeg(cv2.resize(scenes.picture("box"), (320, 240), interpolation=cv2.INTER_AREA))


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=30))
def test_damage_anywhere_in_a_photo_never_raises(small_photo: bytes, damage: list[tuple[float, int]]) -> None:
    content = bytearray(small_photo)
    for place, value in damage:
        content[int(place * (len(content) - 1))] = value
    gate = check(bytes(content))
    assert gate.ok is (not gate.problems)
    assert set(gate.problems) <= set(PROBLEM_TEXTS)
    fingerprint(bytes(content))


def test_the_same_picture_is_known_again_and_others_are_not(scenes) -> None:
    prints = {}
    for item in ITEMS:
        picture = scenes.picture(item)
        first = fingerprint(scenes.jpeg(picture))
        assert first is not None
        prints[item] = first
        for other in (
            scenes.jpeg(picture, 40),
            scenes.jpeg(cv2.resize(picture, (640, 480), interpolation=cv2.INTER_AREA)),
            scenes.jpeg(picture * 1.1),
            scenes.shot(item, seed=7),
        ):
            again = fingerprint(other)
            assert again is not None
            assert (first ^ again).bit_count() <= SAME_PICTURE_BITS, item
    for one in ITEMS:
        for two in ITEMS:
            assert one == two or (prints[one] ^ prints[two]).bit_count() > SAME_PICTURE_BITS, (one, two)


def test_one_picture_is_told_from_two_like_items(scenes) -> None:
    for item in ITEMS:
        picture = scenes.picture(item)
        assert is_same_picture(scenes.jpeg(picture), scenes.jpeg(picture, 40)), item
        shifted = numpy.roll(picture, 32, axis=1)  # nobody lays two items down within two centimetres
        assert not is_same_picture(scenes.jpeg(picture), scenes.jpeg(shifted)), item
    assert not is_same_picture(b"", scenes.jpeg(scenes.picture(ITEMS[0])))
