"""Draws shipping labels laid out as the large carriers lay theirs out, with made-up people and numbers.

They are there for what must be known of a label: where on it the address and the barcodes are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Box = tuple[int, int, int, int]

PER_MM = 6
_INK = (20, 20, 20)
_FIRST = ("ANNA", "JAMES", "MARIA", "PETER", "OLGA", "NOAH")
_LAST = ("EXAMPLE", "SAMPLE", "PLACEHOLDER", "MUSTER", "NOBODY")
_STREET = ("PINE ROAD", "LAKE STREET", "HILL AVENUE", "MILL LANE", "STATION WAY")
_TOWN = ("SPRINGFIELD IL 62704", "RIVERTON WY 82501", "10115 BERLIN", "FAIRVIEW TX 75069", "MADISON WI 53703")


@dataclass(slots=True)
class ShippingLabel:
    """A label's picture (BGR, PER_MM pixels a millimetre), and the boxes (x, y, width, height) nobody may read."""

    picture: Picture
    secret: list[Box] = field(default_factory=list)

    def write(self, text: str, x: int, y: int, size: float, secret: bool = False) -> None:
        """Put a line of text with its lower left corner at (x, y); `size` is OpenCV's."""
        face, thick = cv2.FONT_HERSHEY_SIMPLEX, max(1, round(size * 2))
        cv2.putText(self.picture, text, (x, y), face, size, _INK, thick, cv2.LINE_AA)
        (wide, high), below = cv2.getTextSize(text, face, size, thick)
        if secret:
            self.secret.append((x, y - high, wide, high + below))

    def address(self, chance: np.random.Generator, x: int, y: int, size: float) -> None:
        """Somebody's name and address, four lines."""
        person = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
        street = f"{int(chance.integers(1, 9999))} {chance.choice(_STREET)}"
        phone = f"TEL {int(chance.integers(2_000_000_000, 9_999_999_999))}"
        for row, text in enumerate((person, phone, street, str(chance.choice(_TOWN)))):
            self.write(text, x, y + round(row * size * 42), size, secret=True)

    def code(self, symbology: str, text: str, box: Box) -> None:
        """A barcode that fills the box as far as whole pixels a module allow."""
        x, y, wide, high = box
        flat = symbology in ("Code128", "ITF")
        made = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(symbology))
        image = np.array(zxingcpp.write_barcode_to_image(made, add_quiet_zones=False))
        image = image[:1] if flat else image
        scale = max(1, min(wide // image.shape[1], wide if flat else high // image.shape[0]))
        size = (image.shape[1] * scale, high if flat else image.shape[0] * scale)
        image = cv2.resize(image, size, interpolation=cv2.INTER_NEAREST)
        self.picture[y : y + size[1], x : x + size[0]] = image[..., None]
        self.secret.append((x, y, *size))

    def line(self, y: int, thick: int) -> None:
        """A rule across the label."""
        cv2.line(self.picture, (0, y), (self.picture.shape[1], y), _INK, thick)


def draw(carrier: str, seed: int) -> ShippingLabel:
    """The label of a carrier of CARRIERS; the same seed gives the same label. KeyError for any other."""
    return CARRIERS[carrier](np.random.default_rng([seed, *carrier.encode()]))


def lay(label: ShippingLabel, picture: Picture, corners: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Put a label into a picture with its corners there (upper left first, clockwise); return what nobody may read.

    Each is four points of the picture. The corners may be those of a label seen askew, turned or from afar.
    """
    high, wide = label.picture.shape[:2]
    flat = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    there = cv2.getPerspectiveTransform(flat, corners)
    size = (picture.shape[1], picture.shape[0])
    # Far smaller than it was drawn: averaged first, or its lines would come and go.
    shrink = float(np.sqrt(cv2.contourArea(corners) / (wide * high)))
    soft = cv2.GaussianBlur(label.picture, (0, 0), 0.4 / shrink) if shrink < 0.8 else label.picture
    seen = cv2.warpPerspective(soft, there, size, flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.full((high, wide), 255, np.uint8), there, size)[..., None] / 255.0
    picture[:] = (picture * (1 - mask) + seen * mask).astype(np.uint8)
    boxes = [np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], np.float32) for x, y, w, h in label.secret]
    return [np.asarray(cv2.perspectiveTransform(box[None], there)[0], np.float32) for box in boxes]


def _blank(wide_mm: int = 102, high_mm: int = 152) -> ShippingLabel:
    return ShippingLabel(np.full((high_mm * PER_MM, wide_mm * PER_MM, 3), 246, np.uint8))


def _digits(chance: np.random.Generator, count: int) -> str:
    return "".join(str(digit) for digit in chance.integers(0, 10, count))


def _weighted(number: str) -> str:
    """GS1's check digit (General Specifications, 7.9)."""
    return str(-sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(number))) % 10)


def _ups(chance: np.random.Generator) -> ShippingLabel:
    label = _blank()
    label.address(chance, 20, 40, 0.55)
    label.write("1 OF 1", 480, 40, 0.8)
    label.write("SHIP TO:", 20, 190, 0.6)
    label.address(chance, 60, 230, 0.8)
    label.line(370, 5)
    label.code("MaxiCode", f"[)>{chr(30)}01{_digits(chance, 8)}", (20, 390, 160, 160))
    label.code("Code128", f"420{_digits(chance, 5)}", (240, 440, 330, 90))
    label.line(570, 14)
    label.write("UPS GROUND", 20, 630, 1.4)
    body = "1Z" + "".join(chance.choice([*"ABCEFRWXY0123456789"], 6)) + "03" + _digits(chance, 7)
    number = body + _ups_check(body[2:])
    label.write(f"TRACKING #: {number}", 20, 670, 0.7, secret=True)
    label.line(690, 5)
    label.code("Code128", number, (40, 710, 540, 130))
    label.line(855, 14)
    label.write("BILLING: P/P", 20, 890, 0.6)
    return label


def _ups_check(body: str) -> str:
    values = [int(sign) if sign.isdigit() else (ord(sign) - 63) % 10 for sign in body]
    return str(-sum(value * (1, 2)[place % 2] for place, value in enumerate(values)) % 10)


def _fedex(chance: np.random.Generator) -> ShippingLabel:
    label = _blank()
    label.address(chance, 20, 36, 0.5)
    label.write("TO", 14, 150, 0.7)
    label.address(chance, 70, 160, 0.85)
    label.code("PDF417", f"[)>{chr(30)}01{chr(29)}02{_digits(chance, 90)}", (30, 320, 540, 180))
    label.line(530, 4)
    label.write("FedEx Express", 30, 580, 1.2)
    number = _digits(chance, 11)
    number += str(sum(int(digit) * (1, 3, 7)[place % 3] for place, digit in enumerate(reversed(number))) % 11 % 10)
    label.write(f"TRK# {number[:4]} {number[4:8]} {number[8:]}", 30, 640, 0.9, secret=True)
    label.write("XH SPIA", 300, 690, 1.2)
    label.code("Code128", f"96{_digits(chance, 18)}00{number}", (60, 720, 500, 150))
    return label


def _usps(chance: np.random.Generator) -> ShippingLabel:
    label = _blank()
    label.write("P", 40, 140, 4.5)
    label.write("US POSTAGE PAID", 340, 60, 0.8)
    label.line(170, 6)
    label.write("PRIORITY MAIL", 110, 220, 1.5)
    label.line(240, 6)
    label.address(chance, 20, 280, 0.55)
    label.address(chance, 100, 440, 0.9)
    label.line(600, 8)
    label.write("USPS TRACKING #", 150, 640, 0.9)
    number = f"9405{_digits(chance, 17)}"
    number += _weighted(number)
    label.code("Code128", f"420{_digits(chance, 5)}{number}", (40, 660, 540, 150))
    label.write(" ".join(number[at : at + 4] for at in range(0, 22, 4)), 60, 850, 0.8, secret=True)
    label.line(870, 8)
    return label


def _dhl(chance: np.random.Generator) -> ShippingLabel:
    label = _blank(105, 190)
    label.write("DHL EXPRESS WORLDWIDE", 20, 50, 1.0)
    label.line(70, 4)
    label.address(chance, 20, 110, 0.6)
    label.line(210, 4)
    label.write("To:", 10, 260, 0.7)
    label.address(chance, 80, 260, 0.9)
    label.line(400, 10)
    label.write("DE-BER-TXL", 120, 470, 1.7)
    label.line(500, 4)
    label.write("Ref: ORDER 7781  Pce 1/1  1.4 kg", 20, 540, 0.7)
    body = _digits(chance, 9)
    waybill = body + str(int(body) % 7)
    label.code("Code128", waybill, (60, 580, 480, 160))
    label.write(f"WAYBILL {waybill}", 100, 780, 0.9, secret=True)
    label.code("Code128", f"JD01{_digits(chance, 16)}", (40, 850, 560, 160))
    label.write("(J) JD01 4600", 100, 1050, 0.9)
    return label


CARRIERS: Mapping[str, Callable[[np.random.Generator], ShippingLabel]] = {
    "UPS": _ups,
    "FedEx": _fedex,
    "USPS": _usps,
    "DHL": _dhl,
}
