"""Tells lines of print and bars in a photo by their look: nothing is read."""

from typing import Any, NamedTuple, TypeAlias

from grading.jpeg import Pixels

# Points of a figure as OpenCV gives them; a picture of 0 and not 0.
Corners: TypeAlias = Any
Mask: TypeAlias = Any

_LEAST_BARS, _CLEAR = 24, 0.06  # bars and spaces of a barcode; how far one stands out, of the one that does most
_LINES = (3, 6)  # of an address
_HIGHEST, _LIGHT = 40.0, 130.0  # a line of an address, in pixels at most; the paper under it, of 255


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
    # Beside one steep edge, such as a thing's on white paper, there is nothing but grain.
    clear = profile[numpy.abs(profile) > _CLEAR * numpy.abs(profile).max()]
    if (numpy.diff(clear > 0)).sum() < _LEAST_BARS:
        return False
    # The part of all that changes along the lines which is the same in each of them.
    alike = float((profile**2).mean() / ((lines**2).mean() + 1e-3))
    widths = numpy.diff(numpy.flatnonzero(numpy.diff(profile > 0)))
    if alike < 0.65 or len(widths) < _LEAST_BARS:
        return False
    return all(0.25 < each.std() / each.mean() < 1.5 for each in (widths[::2], widths[1::2]))


def addresses_of(grey: Pixels) -> list[Corners]:
    """Four corners of each block of print that is laid out like an address, in a grey picture of about 960 pixels.

    Three to six lines of like height right under one another, on light ground, all beginning or all ending at one edge
    or all with one middle, and not all of one length: that is how envelopes are written.
    """
    import cv2
    import numpy

    lines = [line for each in rows_of(grey, numpy.ones_like(grey)) if (line := _line_of(each)) is not None]
    found = []
    left = set(range(len(lines)))
    while left:
        block, fresh = set(), {left.pop()}
        while fresh:
            block |= fresh
            fresh = {each for each in left if any(_follow(lines[each], lines[other]) for other in fresh)}
            left -= fresh
        words = [lines[each] for each in block]
        way = max(words, key=lambda each: each.long).way
        ends = _ends(words, way)
        if _is_laid_out(ends):
            middle, (wide, high), turn = cv2.minAreaRect(numpy.concatenate([each.points for each in words]))
            margin = max(each.low for each in words)
            box = numpy.array(cv2.boxPoints((middle, (wide + margin, high + margin), turn)), numpy.float32)
            inside = cv2.fillConvexPoly(numpy.zeros_like(grey), box.astype(numpy.int32), 1)
            if inside.any() and numpy.percentile(grey[inside > 0], 75) > _LIGHT:
                found.append(box)
    return found


class _Line(NamedTuple):
    """A word or a line of print: its outline, middle, direction (a unit vector), length and height."""

    points: Corners
    middle: Corners
    way: Corners
    long: float
    low: float


def _line_of(points: Corners) -> _Line | None:
    """The line with this outline; none where its direction is not clear."""
    import cv2
    import numpy

    box = numpy.array(cv2.boxPoints(cv2.minAreaRect(points)))
    sides = (box[1] - box[0], box[2] - box[1])
    way, down = sorted(sides, key=lambda side: -float(numpy.linalg.norm(side)))
    long, low = float(numpy.linalg.norm(way)), float(numpy.linalg.norm(down))
    way = way / long
    # Seen so, a line and the same upside down are one.
    way = -way if way[0] + 0.1 * way[1] < 0 else way
    return _Line(points, box.mean(axis=0), way, long, low) if low <= _HIGHEST else None


def _follow(one: _Line, other: _Line) -> bool:
    """Whether two lines stand right under one another, or are two words of a line."""
    import numpy

    high = max(one.low, other.low)
    if high > 2.0 * min(one.low, other.low) or abs(float(one.way @ other.way)) < 0.97:
        return False
    longer = one if one.long >= other.long else other
    off = other.middle - one.middle
    along = abs(float(off @ longer.way)) - (one.long + other.long) / 2
    down = abs(float(off @ numpy.array((-longer.way[1], longer.way[0]))))
    return (along < 0 and down < 3.2 * high) or (along < 1.5 * high and down < 0.6 * high)


def _ends(words: list[_Line], way: Corners) -> list[tuple[float, float, float]]:
    """Begin, end and height of each line that these words make."""
    import numpy

    over = numpy.array((-way[1], way[0]))
    lines: list[list[_Line]] = []
    for each in sorted(words, key=lambda word: float(word.middle @ over)):
        if lines and float((each.middle - lines[-1][0].middle) @ over) < 0.7 * each.low:
            lines[-1].append(each)
        else:
            lines.append([each])
    reach = [numpy.concatenate([word.points for word in line]) @ way for line in lines]
    return [
        (float(each.min()), float(each.max()), max(word.low for word in line))
        for each, line in zip(reach, lines, strict=True)
    ]


def _is_laid_out(ends: list[tuple[float, float, float]]) -> bool:
    """Whether lines begin at one edge, or end there, or have one middle, as an address does."""
    if not _LINES[0] <= len(ends) <= _LINES[1]:
        return False
    high = sorted(low for _, _, low in ends)[len(ends) // 2]
    lengths = [end - begin for begin, end, _ in ends]

    def spread(places: list[float]) -> float:
        return max(places) - min(places)

    even = min(
        spread([begin for begin, _, _ in ends]),
        spread([end for _, end, _ in ends]),
        spread([begin + end for begin, end, _ in ends]) / 2,
    )
    return even < 1.2 * high and min(lengths) > 2.5 * high and spread(lengths) > high
