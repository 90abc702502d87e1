"""Shipping labels are found and made unreadable for good; what else is in a photo stays as it was."""

from typing import Any

import cv2
import numpy
import pytest
import zxingcpp

from devices.simulators.scenes import Scene
from devices.simulators.scenes import draw as draw_scene
from devices.simulators.shipping_labels import CARRIERS, ShippingLabel, draw, lay
from grading import codes
from grading.jpeg import decode
from grading.privacy import find, private_copy

EAN = "4006381333931"


def is_private(text: str, aim: str) -> bool:
    return text.startswith(("1Z", "420", "96", "JD"))


def nothing_is(text: str, aim: str) -> bool:
    return False


def stored(picture: Any) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def scene(category: str = "carton", seed: int = 3, ean: str = "") -> Any:
    return cv2.resize(draw_scene(Scene(category, seed, ean=ean)), (1920, 1080))


def labelled(label: ShippingLabel, picture: Any, degrees: float = 0, high: int = 700, at: Any = (700, 500)) -> Any:
    """Lay a label into a picture, turned, a little askew, and return what nobody may read."""
    tall, wide = label.picture.shape[:2]
    turn = numpy.radians(degrees)
    axes = numpy.array([[numpy.cos(turn), numpy.sin(turn)], [-numpy.sin(turn), numpy.cos(turn)]])
    flat = numpy.array([(-wide, -tall), (wide, -tall), (wide, tall), (-wide, tall)]) * high / tall / 2
    askew = numpy.array([(0, 8), (5, 0), (0, 0), (10, -5)])
    return lay(label, picture, (flat @ axes + at + askew).astype(numpy.float32))


def covered(jpeg: bytes, secret: list[Any], private: Any = is_private, addresses: bool = False) -> float:
    """The least share of a secret that is in a region."""
    hidden = numpy.zeros((1080, 1920), numpy.uint8)
    for region in find(jpeg, private, addresses=addresses):
        cv2.fillConvexPoly(hidden, numpy.array(region, numpy.int32), 1)
    shares = []
    for each in secret:
        here = cv2.fillConvexPoly(numpy.zeros_like(hidden), each.astype(numpy.int32), 1)
        shares.append(float(hidden[here > 0].mean()))
    return min(shares)


@pytest.mark.parametrize("degrees", [100, 190])
@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_address_and_barcode_of_a_label_is_covered(carrier: str, degrees: int) -> None:
    picture = scene()
    secret = labelled(draw(carrier, degrees), picture, degrees)
    assert covered(stored(picture), secret) > 0.99


def test_a_label_whose_barcodes_cannot_be_read_is_covered_for_its_look() -> None:
    picture = scene("home")
    label = draw("DHL", 4)
    for x, y, wide, high in label.secret:
        if wide > 400 and high > 100:
            label.picture[y : y + high, x + wide // 3 : x + wide // 3 + 12] = 0
    secret = labelled(label, picture)
    assert codes.read(stored(picture)) == ()
    assert covered(stored(picture), secret, nothing_is) > 0.99


def test_a_number_that_may_be_a_carriers_hides_the_label_it_stands_on() -> None:
    picture = scene("home")
    label = draw("DHL", 5)
    # Its longer code lies under a strip of tape.
    label.picture[840:1020] = 246
    secret = labelled(label, picture)
    found = codes.read(stored(picture))
    assert [len(code.text) for code in found] == [10]
    assert covered(stored(picture), secret[:-1], lambda text, aim: None) > 0.99


def test_a_number_that_may_be_a_carriers_hides_no_plate_and_no_box_of_goods() -> None:
    picture = scene("electronics")
    plate = draw("DHL", 1)
    plate.picture = numpy.full((260, 630, 3), 235, numpy.uint8)
    plate.code("Code128", "3524959885", (40, 60, 540, 90))
    plate.write("3524959885", 60, 190, 1.0)
    labelled(plate, picture, 5, 260)
    assert find(stored(picture), lambda text, aim: None) == ()
    box = scene("home")
    label = draw("DHL", 5)
    label.picture[840:1020] = 246
    label.code("EAN13", EAN, (60, 830, 480, 300))
    labelled(label, box)
    assert find(stored(box), lambda text, aim: None) == ()


@pytest.mark.parametrize("degrees", [0, 75, 190, 280])
def test_an_address_without_a_barcode_is_covered_where_it_is_asked_for(degrees: int) -> None:
    picture = scene("carton")
    sheet = ShippingLabel(numpy.full((300, 630, 3), 240, numpy.uint8))
    sheet.address(numpy.random.default_rng(degrees), 60, 80, 1.0)
    secret = labelled(sheet, picture, degrees, 300)
    assert find(stored(picture), nothing_is) == ()
    assert covered(stored(picture), secret, nothing_is, addresses=True) > 0.99


def test_print_that_is_laid_out_otherwise_is_no_address() -> None:
    for category in ("electronics", "apparel", "cosmetics", "carton"):
        assert find(stored(scene(category, 2, EAN)), nothing_is, addresses=True) == ()
    picture = scene("home")
    leaflet = ShippingLabel(numpy.full((560, 630, 3), 240, numpy.uint8))
    for row in range(11):
        leaflet.write("Wash at 30 degrees, do not tumble", 20, 60 + 42 * row, 0.8)
    labelled(leaflet, picture, 5, 560)
    assert find(stored(picture), nothing_is, addresses=True) == ()


def test_a_label_on_white_paper_is_covered_as_far_as_a_label_can_reach() -> None:
    picture = numpy.full((1080, 1920, 3), 244, numpy.uint8)
    secret = labelled(draw("UPS", 1), picture)
    assert covered(stored(picture), secret) > 0.99


def test_what_is_made_unreadable_cannot_be_got_back() -> None:
    plain = scene()
    picture = plain.copy()
    secret = labelled(draw("FedEx", 5), picture, 10)
    copy = private_copy(stored(picture), is_private)
    assert copy is not None
    assert zxingcpp.read_barcodes(decode(copy)) == []
    pixels = decode(copy)
    assert pixels is not None and pixels.shape == picture.shape
    for each in secret:
        x, y, wide, high = cv2.boundingRect(each.astype(numpy.int32))
        part = pixels[y : y + high, x : x + wide]
        assert len(numpy.unique(part.reshape(-1, 3) // 16, axis=0)) < 40  # blocks, not letters
    assert cv2.PSNR(pixels[:, 1500:], plain[:, 1500:]) > 30


def test_a_photo_without_a_label_needs_no_copy() -> None:
    for category in ("electronics", "apparel", "cosmetics", "carton"):
        assert private_copy(stored(scene(category, 2, EAN)), nothing_is) is None


def test_retail_barcodes_stay_readable_even_beside_a_label() -> None:
    picture = scene(ean=EAN)
    labelled(draw("USPS", 2), picture, 0, 700, (1000, 400))
    copy = private_copy(stored(picture), lambda text, aim: True)
    assert copy is not None
    assert [code.text for code in codes.read(copy)] == [EAN]


def test_a_serial_plate_stays_readable() -> None:
    picture = scene("electronics")
    plate = draw("DHL", 1)
    plate.picture = numpy.full((260, 630, 3), 235, numpy.uint8)
    plate.code("Code128", "SN2549711992", (40, 60, 540, 90))
    plate.write("SN2549711992", 60, 190, 1.0)
    plate.write("MODEL X200 5V 2A MADE IN NOWHERE", 20, 240, 0.8)
    labelled(plate, picture, 5, 260)
    assert find(stored(picture), nothing_is) == ()


def test_the_predicate_is_asked_for_what_the_code_says() -> None:
    asked: list[tuple[str, str]] = []

    def ask(text: str, aim: str) -> bool:
        asked.append((text, aim))
        return False

    picture = numpy.full((1080, 1920, 3), 100, numpy.uint8)
    plate = draw("DHL", 1)
    plate.picture = numpy.full((260, 630, 3), 235, numpy.uint8)
    plate.code("Code128", "ABC-123456", (40, 60, 540, 90))
    labelled(plate, picture, 0, 260)
    assert find(stored(picture), ask) == ()
    assert asked == [("ABC-123456", "]C0")]


@pytest.mark.parametrize("jpeg", [b"", b"\xff\xd8 no picture", b"GIF89a"])
def test_what_is_no_picture_is_no_picture_without_labels(jpeg: bytes) -> None:
    with pytest.raises(ValueError):
        private_copy(jpeg, nothing_is)


@pytest.mark.parametrize("category", ["home", "carton"])
def test_what_cannot_be_looked_through_in_time_is_unreadable_as_a_whole(category: str) -> None:
    picture = scene(category)
    labelled(draw("DHL", 3), picture)
    copy = private_copy(stored(picture), is_private, within_s=0)
    assert copy is not None
    pixels = decode(copy)
    assert pixels is not None and pixels.shape == picture.shape
    # Blocks alone: inside of one hardly anything changes.
    edges = cv2.Laplacian(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), cv2.CV_32F)
    assert (abs(edges) > 30).mean() < 0.05


def test_a_code_that_was_read_with_more_patience_hides_its_label() -> None:
    picture = scene("home")
    label = draw("DHL", 4)
    for x, y, wide, high in label.secret:
        if wide > 400 and high > 100:
            label.picture[y : y + high, x : x + wide] = 246
    secret = labelled(label, picture)
    assert private_copy(picture, is_private) is None
    low, high = secret[-1].min(axis=0), secret[-1].max(axis=0)
    corners = tuple((int(x), int(y)) for x, y in ((low[0], low[1]), (high[0], low[1]), tuple(high), (low[0], high[1])))
    read = codes.Found(codes.Code("JD0146000000001", "Code 128", "]C0"), corners)  # type: ignore[arg-type]
    assert private_copy(picture, is_private, (read,)) is not None
