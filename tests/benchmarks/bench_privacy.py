"""How surely shipping labels are made unreadable in drawn photos, how often something else is, and how long it takes.

The labels are laid out as four carriers' are, on goods and cartons and on white paper, turned, askew, soft, unevenly
lit and stored as JPEG 85. A label is hidden when every address line and barcode of it is covered, but for a hundredth.
Drawn labels are not photographed ones: the figures compare one version of the program with another.
"""

import time
from statistics import median
from typing import Any

import cv2
import numpy
from big_site import figure, p99

from devices.simulators.scenes import Scene, draw
from devices.simulators.shipping_labels import CARRIERS, ShippingLabel, lay
from devices.simulators.shipping_labels import draw as draw_label
from grading.privacy import find
from station.codes import is_of_a_parcel
from station.rules import read_rules

PHOTOS = 160
CATEGORIES = ("carton", "apparel", "footwear", "home", "cosmetics", "media", "electronics")
COVERED = 0.99


def measure() -> dict[str, dict[str, Any]]:
    """Return the figures by name."""
    cv2.setNumThreads(1)
    patterns = read_rules().patterns
    took: list[float] = []

    def found(picture: Any, addresses: bool = False) -> Any:
        jpeg = stored(picture)
        began = time.perf_counter()
        regions = find(jpeg, lambda text, aim: is_of_a_parcel(text, aim, patterns), addresses=addresses)
        took.append(time.perf_counter() - began)
        return regions

    figures = {}
    for carrier in CARRIERS:
        shots = [labelled(carrier, seed) for seed in range(PHOTOS // len(CARRIERS))]
        hidden = [covered(found(picture), secret) for picture, secret in shots]
        share = 100 * sum(each >= COVERED for each in hidden) / len(hidden)
        figures[f"{carrier} labels hidden"] = figure(share, "%", None, len(hidden))
    shots = [addressed(seed) for seed in range(PHOTOS // len(CARRIERS))]
    hidden = [covered(found(picture, addresses=True), secret) for picture, secret in shots]
    share = 100 * sum(each >= COVERED for each in hidden) / len(hidden)
    figures["addresses without a barcode hidden"] = figure(share, "%", None, len(hidden))
    for name, addresses in (("hidden without a label", False), ("the same where addresses are looked for", True)):
        plain = [bool(found(unlabelled(seed), addresses)) for seed in range(PHOTOS)]
        figures[name] = figure(100 * sum(plain) / len(plain), "%", None, len(plain))
    figures["look for labels, median"] = figure(1000 * median(took), "ms", None, len(took))
    figures["look for labels, p99"] = figure(1000 * p99(took), "ms", None, len(took))
    return figures


def labelled(carrier: str, seed: int) -> tuple[Any, list[Any]]:
    """A photo with a carrier's label somewhere in it, and what nobody may read."""
    chance = numpy.random.default_rng([seed, *carrier.encode()])
    picture = background(seed, chance)
    return laid(draw_label(carrier, seed), picture, chance, float(chance.uniform(0.5, 0.95)))


def addressed(seed: int) -> tuple[Any, list[Any]]:
    """A photo with a slip of paper in it that bears an address alone, and what nobody may read."""
    chance = numpy.random.default_rng([seed, 77])
    slip = ShippingLabel(numpy.full((300, 630, 3), 240, numpy.uint8))
    slip.address(chance, 60, 80, float(chance.uniform(0.8, 1.2)))
    return laid(slip, background(seed, chance), chance, float(chance.uniform(0.3, 0.5)))


def laid(label: ShippingLabel, picture: Any, chance: Any, share: float) -> tuple[Any, list[Any]]:
    """The picture with a label in it as high as that share of it, and what nobody may read."""
    high, wide = label.picture.shape[:2]
    size = share * picture.shape[0] / high
    turn = numpy.radians(float(chance.choice([0, 90, 180, 270]) + chance.uniform(-15, 15)))
    axes = numpy.array([[numpy.cos(turn), numpy.sin(turn)], [-numpy.sin(turn), numpy.cos(turn)]])
    flat = numpy.array([(-wide, -high), (wide, -high), (wide, high), (-wide, high)]) * size / 2
    middle = numpy.array([640, 360]) + chance.uniform(-40, 40, 2)
    askew = chance.uniform(-0.03, 0.03, (4, 2)) * high * size
    secret = lay(label, picture, (flat @ axes + middle + askew).astype(numpy.float32))
    return lit(picture, chance), secret


def unlabelled(seed: int) -> Any:
    """A photo of goods, some with a retail barcode, a serial plate or a printed leaflet."""
    chance = numpy.random.default_rng([seed, 7])
    ean = "4006381333931" if seed % 3 == 0 else ""
    picture = draw(Scene(CATEGORIES[seed % len(CATEGORIES)], seed, ean=ean))
    if seed % 4 == 1:
        leaflet(picture, chance)
    if seed % 4 == 2:
        plate(picture, chance)
    return lit(picture, chance)


def background(seed: int, chance: Any) -> Any:
    """Goods under the label; every fifth time white paper, from which a label can hardly be told."""
    if seed % 5 == 4:
        return numpy.clip(chance.normal(232, 3, (720, 1280, 1)) + numpy.zeros(3), 0, 255).astype(numpy.uint8)
    return draw(Scene(CATEGORIES[seed % len(CATEGORIES)], seed))


def leaflet(picture: Any, chance: Any) -> None:
    """A white sheet with lines of text and no barcode."""
    x, y = (int(each) for each in chance.integers(150, 350, 2))
    cv2.rectangle(picture, (x, y), (x + 380, y + 300), (240, 240, 240), -1)
    for row in range(9):
        cv2.putText(picture, "Wash at 30 degrees, do not tumble", (x + 15, y + 35 + row * 30), 0, 0.55, (30, 30, 30), 1)


def plate(picture: Any, chance: Any) -> None:
    """A serial plate: a serial number as Code 128 with its text."""
    label = draw_label("DHL", 1)
    label.picture[:] = 235
    serial = "SN" + "".join(str(digit) for digit in chance.integers(0, 10, 10))
    label.code("Code128", serial, (40, 60, 540, 90))
    label.write(serial, 60, 190, 1.0)
    label.write("MODEL X200 5V 2A MADE IN NOWHERE", 20, 240, 0.8)
    label.picture = label.picture[:260]
    x, y = (int(each) for each in chance.integers(250, 450, 2))
    corners = [(x, y), (x + 420, y), (x + 420, y + 180), (x, y + 180)]
    lay(label, picture, numpy.array(corners, numpy.float32))


def lit(picture: Any, chance: Any) -> Any:
    """The picture by a lamp to one side, through a lens that is not quite sharp, with grain."""
    side = numpy.linspace(1.08, float(chance.uniform(0.72, 0.95)), picture.shape[1])[None, :, None]
    soft = cv2.GaussianBlur(picture, (0, 0), float(chance.uniform(0.5, 1.0)))
    return numpy.clip(soft * side + chance.normal(0, 2, picture.shape), 0, 255).astype(numpy.uint8)


def stored(picture: Any) -> bytes:
    """The picture as a camera stores it."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def covered(regions: Any, secret: list[Any]) -> float:
    """The least share of a secret that lies in the regions."""
    hidden, least = numpy.zeros((720, 1280), numpy.uint8), 1.0
    for region in regions:
        cv2.fillConvexPoly(hidden, numpy.array(region, numpy.int32), 1)
    for each in secret:
        here = cv2.fillConvexPoly(numpy.zeros_like(hidden), each.astype(numpy.int32), 1)
        if here.any():
            least = min(least, float(hidden[here > 0].mean()))
    return least
