"""Whatever bytes come for a photo: a right picture or none, soon and within bounds; nothing is raised."""

import struct
import tracemalloc

import cv2
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from grading import codes, hints, mat, photo, reuse
from grading.jpeg import MAX_PIXELS, decode
from tests.bad_pictures import FOREIGN, RED, drawn, saved


def lies_right(pixels: numpy.ndarray) -> bool:
    """Whether the white quarter is at the upper left and the rest is red."""
    rows, columns = pixels.shape[:2]
    white, red = pixels[rows // 4, columns // 4], pixels[3 * rows // 4, 3 * columns // 4]
    return bool(white.min() > 200 and red[2] > 150 and red[0] < 90)


@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"subsampling": 0}, {"quality": 5}, {"optimize": True}])
def test_every_way_to_store_it_gives_the_same_picture(how: dict) -> None:
    pixels = decode(saved(drawn(), **how))
    assert pixels is not None and pixels.shape == (96, 160, 3)
    assert lies_right(pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_turned_back(orientation: int) -> None:
    """EXIF 2.32, 4.6.4: the tag says how the stored rows and columns lie."""
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = drawn().transpose(turns[orientation]) if orientation in turns else drawn()
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = decode(saved(image, exif=exif))
    assert pixels is not None and pixels.shape == (96, 160, 3)
    assert lies_right(pixels)


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_a_turn_that_does_not_exist_is_none(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = decode(saved(drawn(), exif=exif))
    assert pixels is not None and lies_right(pixels)


def test_grey_and_cmyk_are_pictures_too() -> None:
    grey = decode(saved(drawn("L")))
    assert grey is not None and grey.shape == (96, 160, 3) and grey[24, 40].min() > 200 > grey[72, 120].max()
    cmyk = decode(saved(drawn("CMYK")))
    assert cmyk is None or lies_right(cmyk), "right or none, never in false colours"


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_jpeg_is_none(name: str) -> None:
    content = FOREIGN[name]
    assert decode(content) is None
    assert photo.check(content).problems == ("unreadable",)
    assert photo.fingerprint(content) is None
    assert codes.read(content) == ()


def test_a_picture_with_something_else_behind_it_is_still_that_picture() -> None:
    """A polyglot: a JPEG to us, a zip or a script to who reads it from its end or its comment."""
    for more in (FOREIGN["a zip"], FOREIGN["a page"], saved(drawn("L"))):
        pixels = decode(saved(drawn()) + more)
        assert pixels is not None and lies_right(pixels)
    pixels = decode(saved(drawn(), comment=FOREIGN["a page"]))
    assert pixels is not None and lies_right(pixels)


def frame_header(content: bytes) -> int:
    """Where height and width stand."""
    return content.index(b"\xff\xc0") + 5


@pytest.mark.parametrize("claimed", [(0, 0), (0, 160), (96, 0), (65_535, 65_535), (10_000, 10_000), (8_000, 8_000)])
def test_a_size_that_cannot_be_is_refused_before_memory_is_taken(claimed: tuple[int, int]) -> None:
    content = saved(drawn())
    at = frame_header(content)
    lie = content[:at] + struct.pack(">HH", *claimed) + content[at + 4 :]
    tracemalloc.start()
    try:
        assert decode(lie) is None
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size", [(1, 30_000), (30_000, 3), (1, 1)])
def test_a_strip_that_is_no_picture_is_refused_by_all_who_read_photos(size: tuple[int, int]) -> None:
    """Made smaller it would have no width, and OpenCV raises."""
    strip, other = saved(Image.new("RGB", size, "grey")), saved(drawn())
    assert codes.read(strip) == () == codes.find(strip)
    assert mat.locate(strip) is None is hints.of_size(strip, (100, 50, 10))
    assert reuse.likeness(strip, other) == 0 == reuse.likeness(other, strip)
    assert decode(saved(Image.new("RGB", (12_000, 300)))) is not None, "a panorama is a picture"


def test_a_size_that_so_few_bytes_cannot_fill_is_no_whole_picture() -> None:
    """The decoder would fill it with grey. Of a size a little too large nobody can tell."""
    content = saved(drawn())
    at = frame_header(content)
    assert decode(content[:at] + struct.pack(">HH", 1_920, 1_600) + content[at + 4 :]) is None
    plain = saved(Image.new("L", (4_000, 3_000), 128), progressive=True, optimize=True)
    assert decode(plain) is not None, "an empty grey picture takes the fewest bytes there are"


def test_a_progressive_picture_of_endless_passes_is_refused() -> None:
    """Each pass of a few bytes goes over the whole picture (the libjpeg-turbo project calls it a bomb)."""
    content = saved(drawn(size=(1_600, 1_200)), progressive=True)
    last = content.rindex(b"\xff\xda")
    bomb = content[:last] + content[last:-2] * 400 + content[-2:]
    assert decode(bomb) is None
    assert decode(content) is not None


def test_the_largest_photo_of_a_telephone_is_allowed() -> None:
    assert 48_000_000 <= MAX_PIXELS <= 60_000_000


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from([{}, {"progressive": True}, {"quality": 95}]),
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), max_size=8),
    st.floats(0, 1),
)
def test_damage_and_cuts_give_a_picture_or_none(how: dict, damage: list[tuple[float, bytes]], kept: float) -> None:
    content = bytearray(saved(drawn(size=(64, 64)), **how))
    for place, junk in damage:
        at = int(place * (len(content) - 1))
        content[at : at + len(junk)] = junk
    pixels = decode(bytes(content[: max(1, int(len(content) * kept))]))
    assert pixels is None or (pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.dtype == numpy.uint8)
    assert pixels is None or pixels.shape[0] * pixels.shape[1] <= MAX_PIXELS


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=300))
def test_any_bytes_behind_a_beginning_are_survived(content: bytes) -> None:
    for beginning in (b"", b"\xff\xd8", b"\xff\xd8\xff\xc0\x00\x11\x08", b"\x89PNG\r\n\x1a\n"):
        assert photo.check(beginning + content).problems == ("unreadable",)


def test_colours_are_blue_green_red() -> None:
    assert cv2.mean(decode(saved(Image.new("RGB", (64, 64), RED))))[:3] == pytest.approx(RED[::-1], abs=4)
