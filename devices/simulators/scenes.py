"""What a bench camera sees: a cutting mat with one article on it, drawn so that no two articles look alike.

The same category and seed give the same article; noise comes from the camera, not from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from devices.simulators import printed_mat, shipping_labels
from devices.simulators.articles import ARTICLES, HEIGHT, WIDTH, Picture, write

LOOKS = ("sharp", "blurred", "dark", "glare", "empty", "hand", "cut", "aside")
_SHIFTS: Mapping[str, tuple[int, int]] = {"cut": (620, 60), "aside": (330, 0)}

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
    if scene.category not in ARTICLES or scene.look not in LOOKS:
        raise ValueError(f"a scene shows one of {', '.join(ARTICLES)}, looking {', '.join(LOOKS)}")
    ground = _ground(scene.mat)
    picture = ground.copy()
    if scene.look != "empty":
        chance = np.random.default_rng([scene.seed, *scene.category.encode()])
        ARTICLES[scene.category](picture, chance)
        if scene.ean:
            _sticker(picture, scene.ean)
        if scene.text:
            write(picture, scene.text, (90, 640), 0.9, (20, 20, 20))
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
    write(picture, ean, (x + 20, y + 140), 0.8, (20, 20, 20))


def _inverted(modules: str) -> str:
    return modules.translate(str.maketrans("01", "10"))
