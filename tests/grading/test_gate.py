"""The live gate says of each picture what to do, as the photo's gate would, and sees framing and motion besides."""

from pathlib import Path

import cv2
import msgspec
import numpy
import pytest

from grading.gate import LIVE_TEXTS, Glance, Guide, differs, glance, parse_guides
from grading.photo import check
from grading.rubric import parse

ITEMS = ("phone", "shirt", "shoe", "box", "bottle", "bag")
RESOURCES = Path(__file__).parents[2] / "resources"
CLOSE = Guide(whole=False)


def pixels(picture: numpy.ndarray) -> numpy.ndarray:
    return numpy.clip(picture, 0, 255).astype(numpy.uint8)


def seen(picture: numpy.ndarray, guide: Guide | None = None, **more: object) -> Glance:
    """What is seen of a picture that stays."""
    return glance(pixels(picture), glance(pixels(picture), guide=guide), guide, **more)


def moved(picture: numpy.ndarray, mat: numpy.ndarray, right: int, down: int) -> numpy.ndarray:
    """The item of a picture elsewhere on its mat."""
    lies = (abs(picture - mat).max(axis=2) > 25).astype(numpy.uint8)
    lies = cv2.dilate(cv2.morphologyEx(lies, cv2.MORPH_OPEN, numpy.ones((5, 5))), numpy.ones((9, 9)))
    step = numpy.array([[1, 0, right], [0, 1, down]], numpy.float32)
    size = (picture.shape[1], picture.shape[0])
    there = cv2.warpAffine(lies, step, size)[..., None] > 0
    return numpy.where(there, cv2.warpAffine(picture, step, size), mat)


@pytest.mark.parametrize("item", ITEMS)
def test_a_good_picture_that_stays_is_good(scenes, item: str) -> None:
    look = seen(scenes.picture(item))
    assert look.problems == ()
    left, top, right, bottom = look.box
    assert 0.1 < left < 0.5 < right < 0.9 and 0.1 < top < 0.5 < bottom < 0.95


@pytest.mark.parametrize("item", ITEMS)
def test_the_photo_and_the_live_picture_are_as_sharp(scenes, item: str) -> None:
    """Near the limit; of what is sharper still, a few places say a little less."""
    for blur, within in ((1.5, 0.25), (0.7, 0.35)):
        picture = scenes.picture(item, sharp=blur)
        live, still = seen(picture).sharpness, check(scenes.jpeg(picture)).sharpness
        assert live == pytest.approx(still, rel=within)


@pytest.mark.parametrize("item", ITEMS[::2])
def test_both_gates_use_the_same_codes_for_the_same_faults(scenes, item: str) -> None:
    faults = {
        "blurred": scenes.picture(item, sharp=3.0),
        "dark": scenes.exposed(scenes.picture(item), -3),
        "empty": scenes.picture(),
    }
    for code, picture in faults.items():
        assert seen(picture).problems == check(scenes.jpeg(picture)).problems == (code,)


@pytest.mark.parametrize("item", ["shirt", "box"])
def test_too_much_light_is_seen(scenes, item: str) -> None:
    assert "bright" in seen(scenes.exposed(scenes.picture(item), 2)).problems


def test_a_mirrored_lamp_is_seen(scenes) -> None:
    picture = scenes.picture("phone")
    lamp = cv2.circle(numpy.zeros((960, 1280), numpy.float32), (620, 500), 45, 1.0, -1)
    assert seen(picture + 255 * cv2.GaussianBlur(lamp, (0, 0), 6)[..., None]).problems == ("glare",)


def on_white(thing: str) -> numpy.ndarray:
    """A nearly white mat under a lamp, and a nearly white card on it: plain, or with small print or bold letters."""
    rows, columns = numpy.mgrid[-1:1:1080j, -1:1:1920j]
    picture = (235 * (1 - 0.08 * (rows**2 + columns**2)))[..., None] * numpy.ones(3)
    if thing != "nothing":
        shadow = cv2.rectangle(numpy.zeros((1080, 1920)), (600, 350), (1310, 760), 1.0, -1)
        picture -= 25 * cv2.GaussianBlur(shadow, (0, 0), 8)[..., None]
        picture[350:750, 600:1300] = (225, 235, 242)
    drawn = pixels(picture)
    ink = {"small print": (0.9, 2, ["aqua, glycerin, parfum, alcohol"] * 8), "bold letters": (4, 16, ["HLD-330"])}
    size, thick, lines = ink.get(thing, (1, 1, []))
    for number, line in enumerate(lines):
        at = (640, (420 if len(lines) > 1 else 600) + 40 * number)
        cv2.putText(drawn, line, at, cv2.FONT_HERSHEY_SIMPLEX, size, (40, 40, 40), thick, cv2.LINE_AA)
    return pixels(drawn + numpy.random.default_rng(1).normal(0, 2.5, drawn.shape))


@pytest.mark.parametrize("has_mat", [False, True])
@pytest.mark.parametrize("thing", ["card", "small print", "bold letters"])
def test_white_goods_on_a_white_mat_are_seen(thing: str, has_mat: bool) -> None:
    mat = on_white("nothing") if has_mat else None
    picture = on_white(thing)
    look = glance(picture, glance(picture, mat=mat), mat=mat)
    # On a plain card no edge is sharp; what is printed is.
    of_photo = {*check(picture, empty_mat=mat).problems} - ({"blurred"} if thing == "card" else set())
    assert (look.problems, of_photo) == ((), set())
    left, top, right, bottom = look.box
    assert 0.25 < left < 0.45 and 0.25 < top < 0.55 and 0.5 < right < 0.75 and 0.5 < bottom < 0.75


@pytest.mark.parametrize("has_mat", [False, True])
def test_a_white_mat_alone_is_empty(has_mat: bool) -> None:
    mat = on_white("nothing")
    assert glance(mat, glance(mat), mat=mat if has_mat else None).problems == ("empty",)


def test_the_first_picture_is_never_still(scenes) -> None:
    assert glance(pixels(scenes.picture("box"))).problems == ("moving",)


@pytest.mark.parametrize("item", ITEMS[:2])
def test_what_moves_is_seen_and_grain_is_not_motion(scenes, item: str) -> None:
    before = glance(pixels(scenes.picture(item)))
    shifted = numpy.roll(scenes.picture(item), 6, axis=1)
    assert glance(pixels(shifted), before).problems == ("moving",)
    other_grain = scenes.picture(item) + numpy.random.default_rng(3).normal(0, 4, (960, 1280, 3))
    assert glance(pixels(other_grain), before).problems == ()


def test_a_lamp_that_flickers_a_little_is_no_motion(scenes) -> None:
    before = glance(pixels(scenes.picture("box")))
    assert glance(pixels(scenes.picture("box") * 1.08), before).problems == ()


@pytest.mark.parametrize(("right", "down"), [(620, 0), (-620, 0), (0, 430), (0, -430)])
@pytest.mark.parametrize("item", ["phone", "bottle"])
def test_an_item_that_is_cut_off_is_to_be_moved_into_the_frame(scenes, item: str, right: int, down: int) -> None:
    picture = moved(scenes.picture(item), scenes.picture(), right, down)
    problems = seen(picture).problems
    assert problems[:1] == ("cut",), problems
    assert "cut" not in seen(picture, CLOSE).problems, "a close-up may go on beyond the picture"


def test_a_blurred_item_is_not_said_to_lie_wrong(scenes) -> None:
    beside = pixels(moved(scenes.picture("shirt"), scenes.picture(), 260, 0))
    assert seen(beside).problems == ()
    assert seen(cv2.GaussianBlur(beside, (0, 0), 12)).problems[:1] == ("blurred",)


@pytest.mark.parametrize(("right", "down"), [(320, 0), (-320, 0)])
@pytest.mark.parametrize("item", ["phone", "bottle"])
def test_an_item_aside_is_to_be_moved_to_the_middle(scenes, item: str, right: int, down: int) -> None:
    assert seen(moved(scenes.picture(item), scenes.picture(), right, down)).problems == ("aside",)


def test_an_item_that_reaches_from_edge_to_edge_does_not_fit(scenes) -> None:
    picture = scenes.picture()
    picture[380:560, :] = (60, 90, 170)
    picture[400:420, 100:1200] = (200, 220, 230)
    assert seen(picture).problems[:1] == ("large",)


def test_a_thing_too_small_for_its_shot_is_to_be_brought_closer(scenes) -> None:
    picture = scenes.picture()
    picture[440:540, 590:690] = (30, 40, 200)
    picture[480:484, 600:680] = (230, 240, 240)
    assert seen(picture, Guide(least=0.02)).problems == ("small",)


@pytest.mark.parametrize("size", [(640, 360), (3840, 2160)])
def test_other_cameras_see_the_same(scenes, size: tuple[int, int]) -> None:
    for blur, good in ((0.7, True), (5.0, False)):
        picture = cv2.resize(scenes.picture("shoe", sharp=blur)[120:840], size, interpolation=cv2.INTER_AREA)
        assert (seen(picture).problems == ()) is good


def test_a_stations_own_reference_and_mat_are_heeded(scenes) -> None:
    soft = scenes.picture("box", sharp=1.5)
    assert seen(soft).problems == ("blurred",)
    assert seen(soft, station_reference=0.1).problems == ()
    assert seen(scenes.picture(seed=3), mat=pixels(scenes.picture(seed=2))).problems == ("empty",)


def test_two_pictures_of_other_shapes_differ() -> None:
    assert differs(numpy.zeros((54, 96), numpy.uint8), numpy.zeros((96, 54), numpy.uint8), 0.5)


def test_words_are_few_and_say_what_to_do() -> None:
    assert all(len(words) <= 40 for words in LIVE_TEXTS.values())


def test_every_shot_of_the_rubrics_has_a_guide() -> None:
    guides = parse_guides((RESOURCES / "guides.toml").read_bytes())
    shots = {shot.id for path in (RESOURCES / "rubrics").glob("*.toml") for shot in parse(path.read_bytes()).shots}
    assert shots <= guides.keys()
    assert all(0 < share <= 1 for each in guides.values() for share in (each.wide, each.high))
    with pytest.raises(msgspec.ValidationError):
        parse_guides(b"[whole]\nwidth = 1.0")
