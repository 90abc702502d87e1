"""How surely the check of a still finds shaken photos and mirrored lamps: `python tests/long/judge_photos.py [FOLDER]`.

FOLDER holds photos (JPEG or PNG), in folders or not. Two were used: Test-images of
https://github.com/MonaKhaled10/Expiration-Date-Recognition, 36 photos of food taken in shops, and
core/src/test/resources/blackbox of https://github.com/zxing/zxing (Apache 2.0). Without it, goods are drawn.

As they are, each problem is counted as false: some of these photos are not sharp, so that this is too much, never too
little. Each is then shaken along one line, its direction at random, by 5, 9 and 15 pixels of the size it is judged at;
and a lamp is mirrored in its middle: a white spot with a soft rim, round or long, of 2 and 4 percent of the picture.
Only photos that are good as they are count there. `--every N` takes each Nth photo.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import cv2  # noqa: E402 (the path to ours is set one line above)
import numpy  # noqa: E402

from devices.simulators.scenes import Scene, draw  # noqa: E402
from grading.jpeg import encode  # noqa: E402
from grading.photo import JUDGED_PX, check  # noqa: E402

GOODS = ("electronics", "apparel", "footwear", "home", "carton", "media", "cosmetics")
DRAWN = 4
LEAST_PX = 400


def photos(folder: Path | None) -> Iterator[Any]:
    """The pictures of a folder at the size they are judged at, or drawn ones."""
    if folder is None:
        for category in GOODS:
            yield from (draw(Scene(category, 100 + seed)) for seed in range(DRAWN))
        return
    for path in sorted(each for each in folder.rglob("*") if each.suffix.lower() in (".jpg", ".jpeg", ".png")):
        picture = cv2.imread(str(path))
        if picture is None or min(picture.shape[:2]) < LEAST_PX:
            continue
        scale = min(1.0, JUDGED_PX / max(picture.shape[:2]))
        yield cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def shaken(picture: Any, pixels: int, degrees: float) -> Any:
    """The picture as a camera sees it that moved evenly by so many pixels."""
    steps = 8 * pixels
    half = numpy.array([numpy.cos(numpy.radians(degrees)), numpy.sin(numpy.radians(degrees))]) * pixels / 2
    line = numpy.zeros((2 * pixels + 3, 2 * pixels + 3), numpy.float32)
    for share in numpy.linspace(-1, 1, steps):
        x, y = half * share + pixels + 1
        left, top = int(x), int(y)
        for column, row in ((0, 0), (1, 0), (0, 1), (1, 1)):
            line[top + row, left + column] += (1 - abs(x - left - column)) * (1 - abs(y - top - row))
    return cv2.filter2D(picture, -1, line / line.sum())


def mirrored(picture: Any, share: float, longish: float) -> Any:
    """The picture with a lamp mirrored in it, on that share of its area, so many times as long as wide."""
    high, wide = picture.shape[:2]
    radius = (share * high * wide / numpy.pi / longish) ** 0.5
    spot = numpy.zeros((high, wide), numpy.float32)
    axes = (round(radius * longish), round(radius))
    cv2.ellipse(spot, (wide // 2, high // 2), axes, 30, 0, 360, 1.0, -1, cv2.LINE_AA)
    light = 255 * cv2.GaussianBlur(spot, (0, 0), max(1.0, radius / 8))
    return numpy.clip(picture + light[..., None], 0, 255).astype(numpy.uint8)


def main() -> int:
    """Print the rates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", metavar="FOLDER")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take each Nth photo (default: 1)")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    chance = numpy.random.default_rng(1)
    worse: dict[str, tuple[str, Callable[[Any], Any]]] = {}
    for pixels in (5, 9, 15):
        worse[f"shaken by {pixels} px"] = "blurred", lambda p, n=pixels: shaken(p, n, float(chance.uniform(0, 180)))
    for share, longish, words in ((0.02, 1.0, "round"), (0.04, 1.0, "round"), (0.02, 4.0, "long")):
        name = f"lamp, {words}, {share:.0%}"
        worse[name] = "glare", lambda p, s=share, k=longish: mirrored(p, s, k)
    seen: list[tuple[str, ...]] = []
    found: dict[str, list[bool]] = {name: [] for name in worse}
    for picture in list(photos(options.folder))[:: options.every]:
        seen.append(check(encode(picture)).problems)
        for name, (problem, make) in worse.items():
            if not seen[-1]:
                found[name].append(problem in check(encode(make(picture))).problems)
    for problem in ("blurred", "glare", "bright", "dark", "empty"):
        count = sum(problem in each for each in seen)
        print(f"{problem:20} as it is: {count:3} of {len(seen)}")
    for name, each in found.items():
        print(f"{name:20} found:    {sum(each):3} of {len(each)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
