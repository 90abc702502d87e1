"""Barcodes in photos: read as they are or with help, never twice, never out of noise."""

import cv2
import numpy
import pytest
import zxingcpp

from grading import codes
from grading.codes import Code, Found
from grading.jpeg import Pixels, decode

# No test hangs on how fast the machine is.
LONG_S = 60.0


def read(jpeg: bytes) -> tuple[Code, ...]:
    return codes.read(jpeg, LONG_S)


def find(photo: bytes | Pixels) -> tuple[Found, ...]:
    return codes.find(photo, LONG_S)


SYMBOLS = {
    "EAN-13": ("4006381333931", zxingcpp.BarcodeFormat.EAN13, "]E0"),
    "Code 128": ("1Z999AA10123456784", zxingcpp.BarcodeFormat.Code128, "]C0"),
    "QR Code": ("https://id.example/01/09506000134352", zxingcpp.BarcodeFormat.QRCode, "]Q1"),
    "DataMatrix": ("SN-480650672", zxingcpp.BarcodeFormat.DataMatrix, "]d1"),
}


def stuck_on(scenes, symbol: str, scale: int = 3, item: str = "box") -> numpy.ndarray:
    """A scene with a printed label on the item."""
    text, kind, _ = SYMBOLS[symbol]
    label = numpy.array(zxingcpp.create_barcode(text, kind).to_image(scale=scale))
    label = cv2.copyMakeBorder(label, 12, 12, 24, 24, cv2.BORDER_CONSTANT, value=(255.0,))
    picture = scenes.picture(item)
    height, width = label.shape[:2]
    picture[500 : 500 + height, 380 : 380 + width] = label[..., None] * 0.85 + 20
    return picture


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_label_on_an_item_is_read(scenes, symbol: str) -> None:
    text, _, aim = SYMBOLS[symbol]
    seen = read(scenes.jpeg(stuck_on(scenes, symbol)))
    assert [code.text for code in seen] == [text]
    assert seen[0].aim == aim


@pytest.mark.parametrize("symbol", ["EAN-13", "Code 128"])
@pytest.mark.parametrize("degrees", [10, 30, 45, 60, 90, 180, 290])
def test_a_turned_label_is_read(scenes, symbol: str, degrees: int) -> None:
    picture = stuck_on(scenes, symbol)
    matrix = cv2.getRotationMatrix2D((640, 540), degrees, 1.0)
    turned = cv2.warpAffine(picture.astype(numpy.float32), matrix, (1280, 960), borderMode=cv2.BORDER_REPLICATE)
    assert [code.text for code in read(scenes.jpeg(turned))] == [SYMBOLS[symbol][0]]


def test_a_faint_label_in_bad_light_is_read(scenes) -> None:
    picture = stuck_on(scenes, "EAN-13")
    shade = numpy.linspace(0.15, 0.9, 1280)[None, :, None]
    faint = (picture - 128) * 0.25 + 128
    assert [code.text for code in read(scenes.jpeg(faint * shade))] == ["4006381333931"]


def test_two_codes_are_two(scenes) -> None:
    picture = stuck_on(scenes, "EAN-13")
    other = numpy.array(zxingcpp.create_barcode("SERIAL1", zxingcpp.BarcodeFormat.QRCode).to_image(scale=5))
    picture[280 : 280 + other.shape[0], 700 : 700 + other.shape[1]] = other[..., None]
    assert {code.text for code in read(scenes.jpeg(picture))} == {"4006381333931", "SERIAL1"}


def test_a_gs1_code_keeps_its_separators() -> None:
    text = "\x1d0109506000134352211234\x1d10LOT"
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, options="gs1")
    jpeg = cv2.imencode(".jpg", numpy.array(symbol.to_image(scale=6)))[1].tobytes()
    (code,) = read(jpeg)
    assert (code.symbology, code.aim[:2]) == ("Data Matrix", "]d")
    assert "\x1d10LOT" in code.text


@pytest.mark.parametrize("item", ["phone", "shirt", "shoe", "bag", ""])
def test_no_code_is_read_where_there_is_none(scenes, item: str) -> None:
    assert read(scenes.shot(item)) == ()


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xd9", b"not a photo", bytes(range(256)) * 40])
def test_what_is_no_photo_has_no_code(content: bytes) -> None:
    assert read(content) == ()


def test_stripes_that_are_no_code_are_not_read(scenes) -> None:
    random = numpy.random.default_rng(4)
    for _ in range(3):
        stripes = numpy.repeat(random.integers(0, 2, 200) * 255.0, 4)[:600]
        picture = scenes.picture("box")
        picture[500:650, 340:940] = stripes[None, :, None]
        assert read(scenes.jpeg(picture)) == ()


def poor(
    text: str, kind: zxingcpp.BarcodeFormat, scale: int, blur: float, gain: float, noise: float, seed: int
) -> bytes:
    """A label seen small, soft, faint and in the dark."""
    label = numpy.array(zxingcpp.create_barcode(text, kind).to_image(scale=scale)).astype(numpy.float32)
    scene = numpy.full((300, 500), 200, numpy.float32)
    scene[60 : 60 + label.shape[0], 60 : 60 + label.shape[1]] = label * 0.8 + 10
    scene = (cv2.GaussianBlur(scene, (0, 0), blur) - 128) * gain + 128
    scene += numpy.random.default_rng(seed).normal(0, noise, scene.shape)
    pixels = numpy.clip(scene, 0, 255).astype(numpy.uint8)
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("gain", [0.1, 0.3, 1.0])
@pytest.mark.parametrize("noise", [2, 5, 10, 20])
def test_a_poor_linear_code_is_read_right_or_not_at_all(seed: int, gain: float, noise: float) -> None:
    """In some of these a single treatment reads a wrong number with a right check digit."""
    for text, kind in (("96385074", zxingcpp.BarcodeFormat.EAN8), ("4006381333931", zxingcpp.BarcodeFormat.EAN13)):
        jpeg = poor(text, kind, 2, 0.8, gain, noise, seed)
        assert {code.text for code in read(jpeg)} <= {text}


def test_a_poor_matrix_code_counts_when_read_once() -> None:
    seen = [
        read(poor("SN-480650672", zxingcpp.BarcodeFormat.DataMatrix, 4, blur, 1.0, noise, 3))
        for blur, noise in ((1.6, 10), (2.0, 2), (0.8, 20), (1.2, 20))
    ]
    assert [[code.text for code in each] for each in seen] == [["SN-480650672"]] * 4


def test_a_code_can_be_compared() -> None:
    assert Code("1", "EAN-13", "]E0") == Code("1", "EAN-13", "]E0")


@pytest.mark.parametrize("degrees", [30, 180])
def test_a_code_is_found_where_it_lies(scenes, degrees: int) -> None:
    picture = stuck_on(scenes, "EAN-13")
    matrix = cv2.getRotationMatrix2D((640, 540), degrees, 1.0)
    turned = cv2.warpAffine(picture.astype(numpy.float32), matrix, (1280, 960), borderMode=cv2.BORDER_REPLICATE)
    jpeg = scenes.jpeg(turned)
    (found,) = find(jpeg)
    assert (found.code,) == read(jpeg)
    assert find(decode(jpeg)) == (found,)
    # The label's bars lie between these corners of the picture before it was turned.
    ends = cv2.transform(numpy.array([[(404.0, 545.0), (690.0, 545.0)]]), matrix)[0]
    left, right = (numpy.mean([found.corners[one], found.corners[two]], axis=0) for one, two in ((0, 3), (1, 2)))
    assert max(abs(left - ends[0]).max(), abs(right - ends[1]).max()) < 60


def test_pixels_that_are_none_have_no_code() -> None:
    assert find(b"") == ()


class Looks:
    """A clock that stands still, or goes on by `step` each time it is read; it is read twice for each version."""

    def __init__(self, step: float = 0.0) -> None:
        self.step, self.read = step, 0

    def __call__(self) -> float:
        self.read += 1
        return self.read * self.step


def test_where_nothing_looks_like_a_code_it_ends_early() -> None:
    clock = Looks()
    assert codes.find(numpy.full((480, 640, 3), 200, numpy.uint8), clock=clock) == ()
    assert clock.read <= 5


def test_no_version_is_begun_when_the_time_is_over(scenes) -> None:
    pixels = decode(scenes.jpeg(stuck_on(scenes, "EAN-13")))
    assert [each.code.text for each in codes.find(pixels, 100.0, Looks())] == ["4006381333931"]
    # One version is read in this time: a linear code is not proven by it, a matrix code is.
    assert codes.find(pixels, 1.5, Looks(1.0)) == ()
    matrix = decode(scenes.jpeg(stuck_on(scenes, "DataMatrix")))
    assert [each.code.text for each in codes.find(matrix, 1.5, Looks(1.0))] == ["SN-480650672"]


def test_two_linear_codes_above_one_another_are_two() -> None:
    picture = numpy.full((480, 640, 3), 220, numpy.uint8)
    for top, text in ((60, "FGGQ6D1"), (230, "9004")):
        label = numpy.array(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128).to_image(scale=2))
        picture[top : top + label.shape[0], 100 : 100 + label.shape[1]] = label[..., None]
    assert {each.code.text for each in find(picture)} == {"FGGQ6D1", "9004"}


def test_the_two_codes_of_a_japanese_book_are_two() -> None:
    picture = numpy.full((480, 640, 3), 220, numpy.uint8)
    for top, text in ((60, "9784872348880"), (180, "1920081045006")):
        label = numpy.array(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.EAN13).to_image(scale=3))[:100]
        picture[top : top + label.shape[0], 100 : 100 + label.shape[1]] = label[..., None]
    assert {each.code.text for each in find(picture)} == {"9784872348880", "1920081045006"}
