"""Draws photos of ever new articles onto standard output, each behind its length in four bytes, until nobody reads.

The first are as large as a bench camera's; the others half as wide and high, for they are checked four times as fast.
"""

import contextlib
import itertools
import sys

import cv2

from devices.simulators.scenes import Scene, draw

_CATEGORIES = ("apparel", "electronics", "footwear", "home", "media")
_QUALITY = 92
_LARGE = 60


def main() -> None:
    """Write photos that the photo check finds good."""
    for seed, category in zip(itertools.count(1), itertools.cycle(_CATEGORIES), strict=False):
        picture = draw(Scene(category, seed))
        if seed > _LARGE:
            picture = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        sys.stdout.buffer.write(len(jpeg).to_bytes(4, "big") + jpeg.tobytes())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
