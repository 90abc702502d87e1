"""The mat is found in any view of it, lengths are those on the sheet, and colours come back; truth is drawn."""

from typing import Any

import cv2
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.simulators.scenes import Scene, draw
from grading.mat import (
    Length,
    Mat,
    balanced,
    cells,
    is_bare,
    item_box,
    locate,
    locate_in,
    measure,
    mm_per_pixel,
    on_sheet,
    place,
    without_print,
)
from grading.mat_sheets import SHEETS

PER_MM = 5
WIDTH, HEIGHT = 1280, 960


def flat(name: str, item: Any = None) -> Any:
    """The sheet from above, white all round, with a dark thing (x, y, width, height in mm) on it."""
    sheet = SHEETS[name]
    picture = numpy.full((round(sheet.high * PER_MM), round(sheet.wide * PER_MM), 3), 250, numpy.uint8)

    def area(x: float, y: float, wide: float, high: float, colour: Any) -> None:
        ends = [round(value * PER_MM) for value in (x, y, x + wide, y + high)]
        picture[ends[1] : ends[3], ends[0] : ends[2]] = colour

    for number, (x, y) in sheet.markers.items():
        side = sheet.marker / 6
        for row, line in enumerate(cells(number)):
            for column, black in enumerate(line):
                area(x + column * side, y + row * side, side, side, 15 if black else 250)
    for (x, y), colour in sheet.patches:
        area(x - sheet.patch / 2, y - sheet.patch / 2, sheet.patch, sheet.patch, colour[::-1])
    if item is not None:
        area(*item, (60, 40, 30))
    return picture


class View:
    """A photo of a sheet, and where on it each millimetre is."""

    def __init__(self, name: str, seed: int, item: Any = None, tint: Any = (1.0, 1.0, 1.0), wide: float = 0.85) -> None:
        chance = numpy.random.default_rng(seed)
        sheet = SHEETS[name]
        size = numpy.array([sheet.wide, sheet.high])
        scale = wide * min(WIDTH / sheet.wide, HEIGHT / sheet.high)
        turn = chance.uniform(-0.12, 0.12) + (numpy.pi if seed % 2 else 0)
        axes = numpy.array([[numpy.cos(turn), numpy.sin(turn)], [-numpy.sin(turn), numpy.cos(turn)]])
        corners = (numpy.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * size - size / 2) @ axes * scale
        corners += numpy.array([WIDTH / 2, HEIGHT / 2]) + chance.uniform(-25, 25, (4, 2))
        there = numpy.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * size
        self.to_pixels = cv2.getPerspectiveTransform(there.astype(numpy.float32), corners.astype(numpy.float32))
        drawn = self.to_pixels @ numpy.diag([1 / PER_MM, 1 / PER_MM, 1])
        # A drawn pixel stands for an area; its middle is half a pixel in.
        half = numpy.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
        drawn = numpy.linalg.inv(half) @ drawn @ half
        ground = numpy.full((HEIGHT, WIDTH, 3), 90, numpy.uint8)
        seen = cv2.warpPerspective(
            flat(name, item), drawn, (WIDTH, HEIGHT), dst=ground, borderMode=cv2.BORDER_TRANSPARENT
        )
        lamp = numpy.linspace(1.0, chance.uniform(0.75, 1.0), WIDTH)[None, :, None]
        # So much less light is so much less of a stored value: it is stored as light to the power of 1 / 2.2.
        light = seen * (lamp * numpy.array(tint)[::-1]) ** (1 / 2.2)
        soft = cv2.GaussianBlur(light.astype(numpy.float32), (0, 0), 0.9)
        grain = chance.standard_normal(soft.shape, numpy.float32) * 1.5
        self.pixels = numpy.clip(soft + grain, 0, 255).astype(numpy.uint8)

    def jpeg(self) -> bytes:
        return cv2.imencode(".jpg", self.pixels, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Where a millimetre is in the photo, its pixels counted from their middles."""
        u, v = cv2.perspectiveTransform(numpy.array([[[x, y]]], float), self.to_pixels)[0, 0]
        return float(u) - 0.5, float(v) - 0.5

    def length(self, mat: Mat, p: Any, q: Any) -> Length:
        return measure(mat, self.pixel(*p), self.pixel(*q))


def found(view: View, scale: float = 1.0) -> Mat:
    mat = locate(view.jpeg(), scale)
    assert mat is not None
    return mat


@settings(max_examples=5)
@given(st.integers(0, 10_000), st.sampled_from(["A4", "letter", "A3"]), st.data())
def test_lengths_are_those_on_the_sheet(seed: int, name: str, data: Any) -> None:
    view = View(name, seed)
    mat = found(view)
    sheet = SHEETS[name]
    assert mat.sheet == name and mat.markers == len(sheet.markers) and mat.confidence > 0.8
    ends = st.tuples(st.floats(40, sheet.wide - 40), st.floats(40, sheet.high - 40))
    for _ in range(5):
        p, q = data.draw(ends), data.draw(ends)
        true = ((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2) ** 0.5
        length = view.length(mat, p, q)
        assert abs(length.mm - true) < 0.4
        assert abs(length.mm - true) <= length.off_mm
    x, y = view.pixel(sheet.wide / 2, sheet.high / 2)
    assert place(mat, x, y) == pytest.approx((sheet.wide / 2, sheet.high / 2), abs=0.4)
    assert on_sheet(mat.to_mm, x, y) == place(mat, x, y)


@pytest.mark.parametrize(("seed", "left"), [(1, 2), (2, 3), (5, 5)])
def test_two_markers_are_enough_and_less_is_promised_then(seed: int, left: int) -> None:
    view = View("A4", seed)
    all_seen = found(view)
    for number in range(left, 10):
        x, y = SHEETS["A4"].markers[number]
        corners = [view.pixel(x + dx, y + dy) for dx, dy in ((-2, -2), (20, -2), (20, 20), (-2, 20))]
        cv2.fillConvexPoly(view.pixels, numpy.array(corners).astype(numpy.int32), (70, 90, 110))
    mat = found(view)
    assert mat.markers == left and mat.confidence < all_seen.confidence
    few, all_of_it = (view.length(each, (60, 60), (120, 60)) for each in (mat, all_seen))
    assert abs(few.mm - 60) <= few.off_mm
    assert few.off_mm > all_of_it.off_mm


def test_with_one_marker_or_none_there_is_no_mat() -> None:
    view = View("A4", 3)
    for number in range(1, 10):
        x, y = SHEETS["A4"].markers[number]
        corners = [view.pixel(x + dx, y + dy) for dx, dy in ((-2, -2), (20, -2), (20, 20), (-2, 20))]
        cv2.fillConvexPoly(view.pixels, numpy.array(corners).astype(numpy.int32), (70, 90, 110))
    assert locate(view.jpeg()) is None
    assert locate(b"no picture") is None
    grey = numpy.full((480, 640, 3), 127, numpy.uint8)
    assert locate(cv2.imencode(".jpg", grey)[1].tobytes()) is None


def test_a_mat_printed_too_small_is_put_right_by_its_measured_bar() -> None:
    view = View("A4", 4)
    mat = found(view, 0.97)
    assert view.length(mat, (60, 60), (160, 60)).mm == pytest.approx(97, abs=0.4)


@pytest.mark.parametrize("tint", [(1.0, 0.8, 0.55), (0.6, 0.8, 1.0), (0.8, 0.8, 0.8)])
def test_colours_come_back(tint: Any) -> None:
    view = View("A4", 6, tint=tint)
    mat = found(view)
    assert mat.distance_before > 2 * mat.distance_after
    assert mat.distance_after < 4
    assert mat.gains[0] / mat.gains[2] == pytest.approx(tint[2] / tint[0], rel=0.1)
    x, y = view.pixel(150, 100)
    red, green, blue = (int(value) for value in balanced(view.pixels, mat)[round(y), round(x)][::-1])
    assert max(red, green, blue) - min(red, green, blue) < 14


@pytest.mark.parametrize("item", [(60, 50, 80, 50), (110, 60, 30, 90), None])
def test_the_largest_thing_is_measured(item: Any) -> None:
    view = View("A4", 8, item)
    box = item_box(view.pixels, found(view))
    assert box == (None if item is None else pytest.approx(tuple(sorted(item[2:], reverse=True)), abs=1.5))


@pytest.mark.parametrize("name", SHEETS)
def test_only_a_mat_with_nothing_on_it_is_bare(name: str) -> None:
    view = View(name, 3)
    assert is_bare(view.pixels, found(view))
    sheet = SHEETS[name]
    item = (sheet.wide / 2 - 10, sheet.high / 2 - 8, 20, 16)
    covered = View(name, 3, item)
    assert not is_bare(covered.pixels, found(covered))


def test_a_pixel_is_as_wide_as_it_is() -> None:
    view = View("A4", 10)
    mat = found(view)
    x, y = view.pixel(150, 100)
    u, v = view.pixel(151, 100)
    assert mm_per_pixel(mat, x, y) == pytest.approx(1 / ((u - x) ** 2 + (v - y) ** 2) ** 0.5, rel=0.08)


def test_no_two_sheets_share_a_marker_and_nothing_overlaps() -> None:
    numbers = [number for sheet in SHEETS.values() for number in sheet.markers]
    assert len(set(numbers)) == len(numbers) and max(numbers) < 50
    for name, sheet in SHEETS.items():
        taken = numpy.zeros((round(sheet.high), round(sheet.wide)), int)
        for x, y in sheet.markers.values():
            taken[round(y) - 2 : round(y) + 20, round(x) - 2 : round(x) + 20] += 1
        for (x, y), _ in sheet.patches:
            taken[round(y) - 5 : round(y) + 5, round(x) - 5 : round(x) + 5] += 1
        assert taken.max() == 1, name
        assert abs(sheet.bar[1][0] - sheet.bar[0][0]) == 100


def test_the_mats_own_print_can_be_taken_out_of_a_picture_but_not_what_lies_on_it() -> None:
    empty = draw(Scene("home", 1, "empty", mat=True))
    bare = locate_in(empty)
    assert bare is not None
    cleared = without_print(empty, bare)
    assert locate_in(cleared) is None
    assert cv2.cvtColor(cleared, cv2.COLOR_BGR2GRAY)[60:660, 200:1080].min() > 200
    covered = empty.copy()
    # Over two markers and what is between them, chequered.
    covered[50:140, 190:540] = numpy.kron(numpy.indices((9, 35)).sum(axis=0) % 2, numpy.full((10, 10), 220))[..., None]
    seen = locate_in(covered)
    assert seen is not None
    assert (without_print(covered, seen)[60:130, 200:530] == covered[60:130, 200:530]).all()
