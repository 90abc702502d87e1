"""Tells lines of print and bars in a photo by their look: nothing is read."""

from typing import Any, TypeAlias

from grading.jpeg import Pixels

# Points of a figure as OpenCV gives them; a picture of 0 and not 0.
Corners: TypeAlias = Any
Mask: TypeAlias = Any


def rows_of(grey: Pixels, where: Mask) -> list[Corners]:
    """Outlines of what looks like lines of text: dark thin strokes that join into something long and low."""
    import cv2
    import numpy

    ink = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, numpy.ones((11, 11), numpy.uint8))
    strokes = ((ink > 40) & (where > 0)).astype(numpy.uint8)
    joined = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, numpy.ones((7, 7), numpy.uint8))
    outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    rows = []
    for outline in outlines:
        low, long = sorted(cv2.minAreaRect(outline)[1])
        if 3 <= low <= 0.08 * max(grey.shape) and long >= 2 * low and long >= 16:
            rows.append(numpy.array(outline, numpy.float32).reshape(-1, 2))
    return rows


def has_bars(grey: Pixels, block: Corners) -> bool:
    """Whether every line along a block's first side shows the same many bars, of differing widths.

    Rows of text differ from line to line, ribs and woven stripes are all as wide as each other.
    """
    import cv2
    import numpy

    flat = numpy.array([(0, 0), (191, 0), (191, 31), (0, 31)], numpy.float32)
    lines = cv2.warpPerspective(grey, cv2.getPerspectiveTransform(block, flat), (192, 32)).astype(numpy.float32)
    lines -= cv2.blur(lines, (41, 1))
    # Of two barcodes one above the other a block may have become: then a third of it is one of them.
    tall = float(numpy.linalg.norm(block[3] - block[0])) > 36
    bands = (slice(8, 24), slice(2, 11), slice(21, 30)) if tall else (slice(8, 24),)
    return any(_are_bars(lines[band]) for band in bands)


def _are_bars(lines: Pixels) -> bool:
    import numpy

    profile = lines.mean(axis=0)
    # The part of all that changes along the lines which is the same in each of them.
    alike = float((profile**2).mean() / ((lines**2).mean() + 1e-3))
    widths = numpy.diff(numpy.flatnonzero(numpy.diff(profile > 0)))
    if alike < 0.65 or len(widths) < 24:
        return False
    return all(0.25 < each.std() / each.mean() < 1.5 for each in (widths[::2], widths[1::2]))
