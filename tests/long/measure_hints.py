"""Says how often size and colour hints are right on drawn photos of a mat whose truth is known: `measure_hints.py`.

Each photo shows a flat thing of known size and colour under a lamp of its own. Asked is with the right article, and
with one whose length, or colour, is another. What a real camera, a high thing and a soft one add is not in it.
"""

import argparse
import random

import cv2
import numpy

from grading import hints
from grading.mat import locate
from tests.grading.test_mat import View

COLOURS = ((60, 40, 30), (40, 40, 170), (150, 70, 40), (60, 130, 60), (40, 120, 190), (110, 60, 130))
"""Blue, green, red; the first is what the mat is drawn with."""


def coloured(view: View, item: tuple[int, int, int, int], colour: tuple[int, int, int]) -> bytes:
    """The photo with the thing in another colour, under the same lamp; the mat's dark print and patches stay."""
    left, top, wide, high = item
    corners = [(left, top), (left + wide, top), (left + wide, top + high), (left, top + high)]
    inside = numpy.zeros(view.pixels.shape[:2], numpy.uint8)
    cv2.fillConvexPoly(inside, numpy.array([view.pixel(*each) for each in corners]).round().astype(numpy.int32), 1)
    painted = view.pixels * (numpy.array(colour) / numpy.array(COLOURS[0], numpy.float32))
    seen = numpy.where(inside[..., None] > 0, painted, view.pixels)
    return cv2.imencode(".jpg", numpy.clip(seen, 0, 255).astype(numpy.uint8), [1, 85])[1].tobytes()


def sizes(count: int, chance: random.Random) -> None:
    """Print false alarms and finds by how far the article's length is off."""
    alarms, found = 0, dict.fromkeys((5, 8, 12, 20), 0)
    for number in range(count):
        long, wide, high = chance.randint(60, 110), chance.randint(35, 58), chance.randint(2, 20)
        photo = View("A4", number, (60, 55, long, wide)).jpeg()
        alarms += hints.of_size(photo, (long, wide, high)) is not None
        for percent in found:
            other = round(long * (1 + chance.choice((-1, 1)) * percent / 100))
            found[percent] += hints.of_size(photo, (other, wide, high)) is not None
    print(f"wrong_size: false alarms {alarms} of {count}")
    for percent, hits in found.items():
        print(f"  an article {percent} % longer or shorter: found {hits} of {count}")


def colours(count: int, chance: random.Random) -> None:
    """Print false alarms and finds, with the white balance of the mat and without."""
    alarms, found = {"with gains": 0, "without": 0}, {"with gains": 0, "without": 0}
    for number in range(count):
        lamp = (1.0, chance.uniform(0.6, 1.0), chance.uniform(0.35, 1.0))
        mine, other = chance.sample(COLOURS, 2)
        item = (60, 50, 100, 60)
        view, plain = View("A4", number, item, lamp[:: chance.choice((1, -1))]), View("A4", number + 1000, item)
        photo = coloured(view, item, mine)
        mat = locate(photo)
        for name, gains in (("with gains", mat.gains if mat is not None else ()), ("without", ())):
            alarms[name] += hints.of_colour(photo, coloured(plain, item, mine), gains) is not None
            found[name] += hints.of_colour(photo, coloured(plain, item, other), gains) is not None
    for name, hits in found.items():
        print(f"wrong_colour {name}: false alarms {alarms[name]}, another colour found {hits}, of {count}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=40, metavar="N", help="photos of each kind (default: 40)")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    chance = random.Random(3)
    sizes(asked.photos, chance)
    colours(asked.photos, chance)


if __name__ == "__main__":
    main()
