"""The articles that lie under a simulated camera, one drawing for each category of goods, no two articles alike."""

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 1280, 720

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]


def _colour(chance: np.random.Generator, darkest: int = 30, lightest: int = 225) -> Colour:
    blue, green, red = (int(c) for c in chance.integers(darkest, lightest, 3))
    return blue, green, red


def _shade(colour: Colour, factor: float) -> Colour:
    blue, green, red = (int(min(255, c * factor)) for c in colour)
    return blue, green, red


def _place(chance: np.random.Generator) -> tuple[int, int]:
    """About the middle, as a person puts things down."""
    return WIDTH // 2 + int(chance.integers(-60, 61)), HEIGHT // 2 + int(chance.integers(-30, 31))


def write(picture: Picture, text: str, at: tuple[int, int], size: float, colour: Colour) -> None:
    """Print a text, its lower left corner `at`."""
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 2, cv2.LINE_AA)


def _box(picture: Picture, corner: tuple[int, int], size: tuple[int, int], colour: Colour) -> None:
    """A filled rectangle with its shadow and outline."""
    (x, y), (w, h) = corner, size
    cv2.rectangle(picture, (x + 10, y + 12), (x + w + 10, y + h + 12), (60, 68, 52), -1)
    cv2.rectangle(picture, (x, y), (x + w, y + h), colour, -1)
    cv2.rectangle(picture, (x, y), (x + w, y + h), _shade(colour, 0.5), 3)


def _polygon(picture: Picture, points: list[tuple[int, int]], colour: Colour) -> None:
    corners = np.array([points], np.int32)
    cv2.fillPoly(picture, [corners + np.array([10, 12], np.int32)], (60, 68, 52))
    cv2.fillPoly(picture, [corners], colour)
    cv2.polylines(picture, [corners], True, _shade(colour, 0.5), 3, cv2.LINE_AA)


def _scratches(picture: Picture, chance: np.random.Generator, around: tuple[int, int], reach: int) -> None:
    """Marks of use: short bright lines, each article its own."""
    for _ in range(int(chance.integers(2, 7))):
        x, y = (int(c + chance.integers(-reach, reach)) for c in around)
        dx, dy = (int(d) for d in chance.integers(-35, 36, 2))
        cv2.line(picture, (x, y), (x + dx, y + dy), (215, 215, 215), 1, cv2.LINE_AA)


def _phone(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    body = _colour(chance, 20, 120)
    _box(picture, (x - 130, y - 260), (260, 520), body)
    _box(picture, (x - 112, y - 225), (224, 450), _colour(chance, 60, 200))
    for row in range(5):
        for column in range(4):
            corner = (x - 96 + column * 52, y - 200 + row * 62)
            cv2.rectangle(picture, corner, (corner[0] + 38, corner[1] + 38), _colour(chance), -1)
    cv2.circle(picture, (x, y - 243), 6, (10, 10, 10), -1, cv2.LINE_AA)
    _scratches(picture, chance, (x, y), 110)


def _shirt(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    colour = _colour(chance, 70)
    outline = [(-90, -250), (90, -250), (270, -150), (215, -50), (150, -90), (150, 260)]
    outline += [(-150, 260), (-150, -90), (-215, -50), (-270, -150)]
    _polygon(picture, [(x + dx, y + dy) for dx, dy in outline], colour)
    cv2.ellipse(picture, (x, y - 250), (60, 40), 0, 0, 180, _shade(colour, 0.45), -1, cv2.LINE_AA)
    stripe = _colour(chance)
    for row in range(int(chance.integers(3, 9))):
        cv2.line(picture, (x - 146, y - 40 + row * 32), (x + 146, y - 40 + row * 32), stripe, 9)
    write(picture, f"{int(chance.integers(10, 99))}", (x - 40, y - 80), 2.0, _shade(stripe, 0.6))


def _shoes(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    colour, sole = _colour(chance, 40), _colour(chance, 150, 240)
    for side in (-1, 1):
        middle = (x + side * 150, y)
        cv2.ellipse(picture, (middle[0] + 10, y + 12), (110, 250), side * 6, 0, 360, (60, 68, 52), -1)
        cv2.ellipse(picture, middle, (110, 250), side * 6, 0, 360, sole, -1, cv2.LINE_AA)
        cv2.ellipse(picture, middle, (94, 232), side * 6, 0, 360, colour, -1, cv2.LINE_AA)
        cv2.ellipse(picture, (middle[0], y + 110), (62, 95), 0, 0, 360, _shade(colour, 0.35), -1, cv2.LINE_AA)
        for lace in range(5):
            top = y - 110 + lace * 28
            cv2.line(picture, (middle[0] - 40, top), (middle[0] + 40, top + 16), (240, 240, 240), 5, cv2.LINE_AA)
    _scratches(picture, chance, (x, y - 100), 200)


def _mug(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    colour = _colour(chance, 90)
    cv2.ellipse(picture, (x + 190, y), (90, 110), 0, 0, 360, _shade(colour, 0.8), 34, cv2.LINE_AA)
    _box(picture, (x - 170, y - 200), (340, 400), colour)
    cv2.ellipse(picture, (x, y - 200), (170, 52), 0, 0, 360, _shade(colour, 0.55), -1, cv2.LINE_AA)
    cv2.ellipse(picture, (x, y - 200), (170, 52), 0, 0, 360, _shade(colour, 1.15), 8, cv2.LINE_AA)
    for _ in range(int(chance.integers(4, 12))):
        dot = (x + int(chance.integers(-130, 131)), y + int(chance.integers(-110, 170)))
        cv2.circle(picture, dot, int(chance.integers(8, 30)), _colour(chance), -1, cv2.LINE_AA)


def _jar(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    glass, lid = _colour(chance, 120), _colour(chance, 20, 140)
    _box(picture, (x - 150, y - 120), (300, 320), glass)
    _box(picture, (x - 165, y - 220), (330, 105), lid)
    for rib in range(0, 320, 16):
        cv2.line(picture, (x - 160 + rib, y - 214), (x - 160 + rib, y - 122), _shade(lid, 1.6), 2)
    _box(picture, (x - 120, y - 40), (240, 150), (236, 240, 242))
    write(picture, f"CREME {int(chance.integers(10, 99))}", (x - 100, y + 20), 1.1, _shade(glass, 0.4))
    write(picture, f"{int(chance.integers(3, 25)) * 10} ml", (x - 60, y + 75), 0.9, (60, 60, 60))


def _disc_box(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    _box(picture, (x - 190, y - 270), (380, 540), _colour(chance, 30, 160))
    for _ in range(int(chance.integers(6, 14))):
        corner = (x + int(chance.integers(-170, 90)), y + int(chance.integers(-180, 170)))
        size = (int(chance.integers(20, 80)), int(chance.integers(20, 80)))
        cv2.rectangle(picture, corner, (corner[0] + size[0], corner[1] + size[1]), _colour(chance), -1)
    write(picture, f"FILM {int(chance.integers(100, 999))}", (x - 130, y - 210), 1.6, (245, 245, 245))


def _carton(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    brown = (84 + int(chance.integers(-15, 16)), 132 + int(chance.integers(-15, 16)), 178)
    width, height = int(chance.integers(480, 680)), int(chance.integers(380, 520))
    corner = (x - width // 2, y - height // 2)
    _box(picture, corner, (width, height), brown)
    cv2.rectangle(picture, (x - 30, corner[1]), (x + 30, corner[1] + height), (150, 190, 214), -1)
    for _ in range(120):
        speck = (int(chance.integers(0, width)) + corner[0], int(chance.integers(0, height)) + corner[1])
        cv2.circle(picture, speck, 2, _shade(brown, 0.7), -1)
    _box(picture, (corner[0] + 40, corner[1] + 40), (190, 130), (238, 240, 240))
    write(picture, f"{int(chance.integers(10**5, 10**6))}", (corner[0] + 52, corner[1] + 115), 0.9, (20, 20, 20))


def _headphones(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    colour, cushion = _colour(chance, 40, 170), _colour(chance, 20, 90)
    band = (x, y - 20)
    cv2.ellipse(picture, (band[0] + 10, band[1] + 12), (190, 230), 0, 180, 360, (60, 68, 52), 40, cv2.LINE_AA)
    cv2.ellipse(picture, band, (190, 230), 0, 180, 360, colour, 40, cv2.LINE_AA)
    cv2.ellipse(picture, band, (190, 230), 0, 215, 325, _shade(colour, 1.5), 12, cv2.LINE_AA)
    for side in (-1, 1):
        cup = (x + side * 190, y + 70)
        cv2.ellipse(picture, (cup[0] + 10, cup[1] + 12), (96, 140), side * 8, 0, 360, (60, 68, 52), -1, cv2.LINE_AA)
        cv2.ellipse(picture, cup, (96, 140), side * 8, 0, 360, colour, -1, cv2.LINE_AA)
        cv2.ellipse(picture, cup, (84, 126), side * 8, 0, 360, cushion, 26, cv2.LINE_AA)
        cv2.ellipse(picture, cup, (58, 92), side * 8, 0, 360, _shade(cushion, 0.5), -1, cv2.LINE_AA)
        for row in range(-70, 71, 20):
            cv2.line(picture, (cup[0] - 34, cup[1] + row), (cup[0] + 34, cup[1] + row), _shade(cushion, 1.7), 2)
        write(picture, "LR"[side > 0], (cup[0] - 14, cup[1] + 14), 1.2, (235, 235, 235))
    _scratches(picture, chance, (x, y - 200), 90)


def _charger(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    colour = _colour(chance, 20, 110)
    cable = np.array([(x + 60, y - 60), (x + 230, y - 170), (x + 300, y + 10), (x + 220, y + 190), (x + 20, y + 230)])
    cv2.polylines(picture, [cable.astype(np.int32)], False, _shade(colour, 0.7), 16, cv2.LINE_AA)
    _box(picture, (x - 30, y + 205), (70, 46), (200, 204, 208))
    _box(picture, (x - 200, y - 190), (270, 260), colour)
    _box(picture, (x - 170, y - 160), (210, 150), _shade(colour, 1.4))
    write(picture, f"{int(chance.integers(2, 10)) * 10} W", (x - 150, y - 90), 1.4, (235, 235, 235))
    write(picture, f"5-20 V  {int(chance.integers(100, 999))}", (x - 160, y - 40), 0.8, (225, 225, 225))
    for side in (-150, -60):
        _box(picture, (x + side, y - 250), (34, 60), (190, 194, 198))
    _scratches(picture, chance, (x - 70, y - 60), 90)


def _laptop(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    body = _colour(chance, 110, 190)
    _box(picture, (x - 330, y - 250), (660, 500), body)
    for row in range(5):
        for column in range(12):
            key = (x - 294 + column * 50, y - 210 + row * 50)
            cv2.rectangle(picture, key, (key[0] + 40, key[1] + 40), _shade(body, 0.35), -1)
    _box(picture, (x - 130, y + 70), (260, 150), _shade(body, 0.85))
    _print_maker(picture, chance, (x + 150, y + 220))
    _scratches(picture, chance, (x, y + 120), 200)


def _kettle(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    colour = _colour(chance, 70)
    cv2.ellipse(picture, (x + 190, y), (110, 170), 0, 270, 450, _shade(colour, 0.45), 38, cv2.LINE_AA)
    _polygon(picture, [(x - 130, y - 200), (x + 130, y - 200), (x + 190, y + 220), (x - 190, y + 220)], colour)
    _polygon(picture, [(x - 140, y - 150), (x - 250, y - 190), (x - 160, y - 30)], _shade(colour, 0.8))
    _box(picture, (x - 60, y - 245), (120, 44), _shade(colour, 0.45))
    for mark in range(6):
        cv2.line(picture, (x - 10, y + 170 - mark * 50), (x + 40, y + 170 - mark * 50), (235, 235, 235), 4)
    _print_maker(picture, chance, (x - 90, y + 40))
    _scratches(picture, chance, (x, y), 130)


def _bag(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    colour = _colour(chance, 50, 190)
    cv2.ellipse(picture, (x, y - 110), (130, 150), 0, 180, 360, _shade(colour, 0.5), 24, cv2.LINE_AA)
    _polygon(picture, [(x - 230, y - 120), (x + 230, y - 120), (x + 290, y + 240), (x - 290, y + 240)], colour)
    _polygon(
        picture, [(x - 234, y - 120), (x + 234, y - 120), (x + 180, y + 60), (x - 180, y + 60)], _shade(colour, 1.25)
    )
    _box(picture, (x - 26, y + 30), (52, 60), (120, 190, 214))
    for stitch in range(-220, 221, 22):
        cv2.line(picture, (x + stitch, y + 210), (x + stitch + 12, y + 210), _shade(colour, 1.7), 3)
    _scratches(picture, chance, (x, y + 130), 160)


def _board(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    wood = (95 + int(chance.integers(-20, 21)), 150 + int(chance.integers(-20, 21)), 195)
    _box(picture, (x - 400, y - 150), (800, 180), wood)
    for grain in range(9):
        height = y - 135 + grain * 18 + int(chance.integers(-5, 6))
        cv2.line(picture, (x - 390, height), (x + 390, height + int(chance.integers(-8, 9))), _shade(wood, 0.8), 3)
    for side in (-250, 130):
        _box(picture, (x + side, y + 80), (120, 46), (70, 70, 74))
        _box(picture, (x + side, y + 80), (40, 150), (70, 70, 74))
    for _ in range(int(chance.integers(4, 9))):
        screw = (x + int(chance.integers(-70, 110)), y + int(chance.integers(100, 210)))
        cv2.circle(picture, screw, 12, (190, 194, 198), -1, cv2.LINE_AA)
        cv2.line(picture, (screw[0] - 8, screw[1]), (screw[0] + 8, screw[1]), (60, 60, 64), 3)


def _hammer(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    grip, steel = _colour(chance, 30, 200), (168, 172, 176)
    _box(picture, (x - 34, y - 160), (68, 420), grip)
    for ring in range(7):
        cv2.line(picture, (x - 30, y + 70 + ring * 26), (x + 30, y + 70 + ring * 26), _shade(grip, 0.5), 6)
    _box(picture, (x - 190, y - 260), (300, 110), steel)
    _polygon(picture, [(x + 110, y - 260), (x + 230, y - 230), (x + 240, y - 190), (x + 110, y - 150)], steel)
    _print_maker(picture, chance, (x - 160, y - 190))
    _scratches(picture, chance, (x - 60, y - 200), 90)


def _blocks(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    for row, across in enumerate(((-240, -80, 80), (-160, 0), (-80,))):
        for left in across:
            corner = (x + left, y + 80 - row * 160)
            _box(picture, corner, (150, 150), _colour(chance, 60))
            write(
                picture, chr(65 + int(chance.integers(0, 26))), (corner[0] + 48, corner[1] + 102), 2.4, (245, 245, 245)
            )


def _print_maker(picture: Picture, chance: np.random.Generator, at: tuple[int, int]) -> None:
    """A model number, as makers print it."""
    write(picture, f"MOD {int(chance.integers(1000, 9999))}", at, 1.0, (240, 240, 240))


ARTICLES: Mapping[str, Callable[[Picture, np.random.Generator], None]] = {
    "electronics": _charger,
    "phones": _phone,
    "laptops": _laptop,
    "audio": _headphones,
    "appliances": _kettle,
    "apparel": _shirt,
    "footwear": _shoes,
    "bags": _bag,
    "home": _mug,
    "china": _mug,
    "furniture": _board,
    "cosmetics": _jar,
    "media": _disc_box,
    "tools": _hammer,
    "toys": _blocks,
    "carton": _carton,
}
"""What an article of each category looks like; `carton` is a parcel."""
