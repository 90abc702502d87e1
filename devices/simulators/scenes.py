"""What a bench camera sees: a cutting mat with one article on it, drawn so that no two articles look alike.

The same category and seed give the same article; noise comes from the camera, not from here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.simulators import printed_mat, shipping_labels

WIDTH, HEIGHT = 1280, 720
LOOKS = ("sharp", "blurred", "dark", "glare", "empty", "hand", "cut", "aside")
_SHIFTS: Mapping[str, tuple[int, int]] = {"cut": (620, 60), "aside": (330, 0)}

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

# EAN-13, ISO/IEC 15420: seven modules for each digit of set A; C is A inverted, B is C reversed.
_EAN_A = (
    "0001101",
    "0011001",
    "0010011",
    "0111101",
    "0100011",
    "0110001",
    "0101111",
    "0111011",
    "0110111",
    "0001011",
)
_EAN_PARITY = (
    "AAAAAA",
    "AABABB",
    "AABBAB",
    "AABBBA",
    "ABAABB",
    "ABBAAB",
    "ABBBAA",
    "ABABAB",
    "ABABBA",
    "ABBABA",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What lies under the camera. `ean` is 13 digits shown as a barcode sticker, `text` is printed on one.

    `label` is a carrier of `shipping_labels.CARRIERS` whose label sticks beside the article; with `mat` all lies on the
    printed mat with its markers and colours.
    """

    category: str = "electronics"
    seed: int = 1
    look: str = "sharp"
    ean: str = ""
    text: str = ""
    label: str = ""
    mat: bool = False


def draw(scene: Scene, moment: int = 0) -> Picture:
    """The picture, WIDTH x HEIGHT, BGR; ValueError for a category or look that does not exist.

    A hand (look `hand`) is elsewhere at each moment; nothing else moves.
    """
    if scene.category not in _ARTICLES or scene.look not in LOOKS:
        raise ValueError(f"a scene shows one of {', '.join(_ARTICLES)}, looking {', '.join(LOOKS)}")
    ground = _ground(scene.mat)
    picture = ground.copy()
    if scene.look != "empty":
        chance = np.random.default_rng([scene.seed, *scene.category.encode()])
        _ARTICLES[scene.category](picture, chance)
        if scene.ean:
            _sticker(picture, scene.ean)
        if scene.text:
            _print(picture, scene.text, (90, 640), 0.9, (20, 20, 20))
        if scene.label:
            _stick(picture, scene.label, scene.seed)
        if scene.look in _SHIFTS:
            picture = _shifted(picture, ground, *_SHIFTS[scene.look])
        if scene.look == "hand":
            _reach_in(picture, moment)
    if scene.look == "blurred":
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 9.0), np.uint8)
    if scene.look == "dark":
        picture = (picture * 0.10).astype(np.uint8)
    if scene.look == "glare":
        picture = _lit(picture)
    return picture


def _ground(printed: bool) -> Picture:
    """What everything lies on."""
    picture = _mat()
    if printed:
        printed_mat.lay(picture)
    return picture


def _stick(picture: Picture, carrier: str, seed: int) -> None:
    """A shipping label left of the middle, upright."""
    label = shipping_labels.draw(carrier, seed)
    high, wide = label.picture.shape[:2]
    size = 640 / high
    corners = np.array([(60, 40), (60 + wide * size, 40), (60 + wide * size, 680), (60, 680)], np.float32)
    shipping_labels.lay(label, picture, corners)


def _shifted(picture: Picture, mat: Picture, right: int, down: int) -> Picture:
    """The article elsewhere on the mat, or partly beyond the picture."""
    lies = (picture != mat).any(axis=2).astype(np.uint8)
    move = np.array([[1, 0, right], [0, 1, down]], np.float32)
    there = cv2.warpAffine(lies, move, (WIDTH, HEIGHT))[..., None] > 0
    return np.where(there, cv2.warpAffine(picture, move, (WIDTH, HEIGHT)), mat).astype(np.uint8)


def _reach_in(picture: Picture, moment: int) -> None:
    """An arm from the lower edge with a fist at its end, swinging from moment to moment."""
    fist = (WIDTH // 2 + 90 * (moment % 5) - 180, HEIGHT // 2 + 60 * (moment % 3))
    cv2.line(picture, (WIDTH // 2, HEIGHT), fist, (120, 150, 205), 110, cv2.LINE_AA)
    cv2.circle(picture, fist, 95, (130, 160, 215), -1, cv2.LINE_AA)


def _lit(picture: Picture) -> Picture:
    """A lamp mirrored in the article: the middle is burnt out to white, all round it is too bright."""
    x, y = np.meshgrid(np.linspace(-1.6, 1.6, WIDTH), np.linspace(-1.3, 1.3, HEIGHT))
    light = 700.0 * np.exp(-2.2 * (x * x + y * y))
    return np.clip(picture + light[..., None], 0, 255).astype(np.uint8)


def _mat() -> Picture:
    """A green cutting mat with its grid, lit from the upper left."""
    picture = np.full((HEIGHT, WIDTH, 3), (118, 132, 104), np.uint8)
    for x in range(0, WIDTH, 40):
        cv2.line(picture, (x, 0), (x, HEIGHT), (150, 162, 140), 2 if x % 200 == 0 else 1)
    for y in range(0, HEIGHT, 40):
        cv2.line(picture, (0, y), (WIDTH, y), (150, 162, 140), 2 if y % 200 == 0 else 1)
    light = np.linspace(1.12, 0.88, WIDTH)[None, :, None] * np.linspace(1.05, 0.95, HEIGHT)[:, None, None]
    return np.clip(picture * light, 0, 255).astype(np.uint8)


def _colour(chance: np.random.Generator, darkest: int = 30, lightest: int = 225) -> Colour:
    blue, green, red = (int(c) for c in chance.integers(darkest, lightest, 3))
    return blue, green, red


def _shade(colour: Colour, factor: float) -> Colour:
    blue, green, red = (int(min(255, c * factor)) for c in colour)
    return blue, green, red


def _place(chance: np.random.Generator) -> tuple[int, int]:
    """About the middle, as a person puts things down."""
    return WIDTH // 2 + int(chance.integers(-60, 61)), HEIGHT // 2 + int(chance.integers(-30, 31))


def _print(picture: Picture, text: str, at: tuple[int, int], size: float, colour: Colour) -> None:
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
    _print(picture, f"{int(chance.integers(10, 99))}", (x - 40, y - 80), 2.0, _shade(stripe, 0.6))


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
    _print(picture, f"CREME {int(chance.integers(10, 99))}", (x - 100, y + 20), 1.1, _shade(glass, 0.4))
    _print(picture, f"{int(chance.integers(3, 25)) * 10} ml", (x - 60, y + 75), 0.9, (60, 60, 60))


def _disc_box(picture: Picture, chance: np.random.Generator) -> None:
    x, y = _place(chance)
    _box(picture, (x - 190, y - 270), (380, 540), _colour(chance, 30, 160))
    for _ in range(int(chance.integers(6, 14))):
        corner = (x + int(chance.integers(-170, 90)), y + int(chance.integers(-180, 170)))
        size = (int(chance.integers(20, 80)), int(chance.integers(20, 80)))
        cv2.rectangle(picture, corner, (corner[0] + size[0], corner[1] + size[1]), _colour(chance), -1)
    _print(picture, f"FILM {int(chance.integers(100, 999))}", (x - 130, y - 210), 1.6, (245, 245, 245))


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
    _print(picture, f"{int(chance.integers(10**5, 10**6))}", (corner[0] + 52, corner[1] + 115), 0.9, (20, 20, 20))


def _sticker(picture: Picture, ean: str) -> None:
    """A white sticker with an EAN-13 in the lower right corner, three pixels a module."""
    if len(ean) != 13 or not ean.isdigit():
        raise ValueError(f"{ean!r} is not 13 digits")
    modules = "101"
    for digit, side in zip(ean[1:7], _EAN_PARITY[int(ean[0])], strict=True):
        left = _EAN_A[int(digit)]
        modules += left if side == "A" else _inverted(left)[::-1]
    modules += "01010" + "".join(_inverted(_EAN_A[int(digit)]) for digit in ean[7:]) + "101"
    x, y, wide = 880, 540, 3
    cv2.rectangle(picture, (x - 40, y - 20), (x + 95 * wide + 40, y + 150), (250, 250, 250), -1)
    for place, module in enumerate(modules):
        if module == "1":
            cv2.rectangle(picture, (x + place * wide, y), (x + place * wide + wide - 1, y + 110), (10, 10, 10), -1)
    _print(picture, ean, (x + 20, y + 140), 0.8, (20, 20, 20))


def _inverted(modules: str) -> str:
    return modules.translate(str.maketrans("01", "10"))


_ARTICLES: Mapping[str, Callable[[Picture, np.random.Generator], None]] = {
    "electronics": _phone,
    "apparel": _shirt,
    "footwear": _shoes,
    "home": _mug,
    "cosmetics": _jar,
    "media": _disc_box,
    "carton": _carton,
}
