"""Finds the carriers' shipping labels in a photo, and makes the copy in which nobody can read them.

A label is found by its barcode: whether one is private is the caller's to say, PDF417 and MaxiCode always are. The
paper around it is the label, as far as its edge, with the lines of text beside it. A barcode that cannot be read counts
too when it stands on a sheet with rows of text: rather a box too many than an address. Barcodes of the retail trade
(EAN and UPC) are never made unreadable. An address with no barcode beside it is found by how its lines are laid out,
where that is asked for; one that is written by hand, on dark paper, over a pattern, or smaller than a tenth of the
photo's height is not.
"""

from collections.abc import Callable
from time import thread_time
from typing import Any, TypeAlias

import msgspec

from grading.codes import Found
from grading.jpeg import Pixels, encode, pixels_of
from grading.printed import addresses_of, has_bars, rows_of

# Four points of float32 in order around a figure, as OpenCV's boxPoints gives them; a picture of 0 and not 0,
# and the rows or columns of pixels.
Corners: TypeAlias = Any
Mask: TypeAlias = Any
Places: TypeAlias = Any

IsPrivate = Callable[[str, str], bool | None]
"""Whether a barcode belongs to a shipping label, given its text and its AIM identifier; None where it may: numbers of
that shape stand on labels and on goods.
"""

Region = tuple[tuple[int, int], ...]
"""The corners of a four-sided part of a photo, in pixels (x, y)."""

WITHIN_S = 1.0
"""So long a photo is looked through for labels, in seconds of the thread's own work: that a computer is busy with other
things makes no photo unreadable.
"""

# AIM identifiers (ISO/IEC 15424) of EAN and UPC, and of PDF417 and MaxiCode.
_RETAIL, _ALWAYS = "]E", ("]L", "]U")

_LEAST_STRIPES = 0.001  # of the photo: a smaller patch of stripes is no barcode of a label

_SIDE = 960  # the longer side at which paper and text are looked for, in pixels

# How far the farthest corner of a label is from its barcode, in lengths of that: across the bars' ends, and along.
# A label of 4 by 6 inches has a barcode of about 3 inches; DHL's longest (105 by 208 mm) one of 70 mm.
_ACROSS, _ALONG = 2.2, 0.8
_SQUARE_REACH = 4.0  # for codes that are not longer than wide, in their sides

_CELLS = 12  # so many blocks along the longer side of a label: not one letter is left
_LEAST_CELL = 24


class _Seen(msgspec.Struct, frozen=True):
    """One barcode: its corners in the photo or at the working size; `valid` when it was read without an error.

    `private` is None where only the paper it stands on can tell.
    """

    corners: Corners
    private: bool | None
    retail: bool
    valid: bool


def find(
    photo: bytes | Pixels, is_private: IsPrivate, read: tuple[Found, ...] = (), *, addresses: bool = False
) -> tuple[Region, ...]:
    """Return where the shipping labels are in a photo (a JPEG, or its pixels); raises ValueError for no picture.

    `read` are barcodes that were read there with more patience than is taken here. With `addresses` what is laid out
    like an address counts too: it is asked for where the goods' own print is not what the photo is taken for.
    """
    pixels = _decoded(photo)
    return _regions(pixels, _codes(pixels, is_private, read), float("inf"), addresses)


def private_copy(
    photo: bytes | Pixels,
    is_private: IsPrivate,
    read: tuple[Found, ...] = (),
    within_s: float = WITHIN_S,
    *,
    addresses: bool = False,
    looked: Pixels | None = None,
) -> bytes | None:
    """Return the photo as JPEG with its shipping labels pixelated, or None when it shows none.

    What was there cannot be got back: each block is the mean of so much paper that no letter and no bar is left, and
    the picture is coded anew. What could not be looked through within `within_s` seconds is pixelated as a whole: no
    address leaves because a photo is difficult. `looked` is the same picture without what is known to be no label (see
    `grading.mat.without_print`). Raises ValueError for bytes that are no picture.
    """
    until = thread_time() + within_s
    pixels = _decoded(photo)
    looked = pixels if looked is None else looked
    seen = _codes(looked, is_private, read)
    try:
        regions = _regions(looked, seen, until, addresses)
    except TimeoutError:
        high, wide = pixels.shape[:2]
        return _hidden(pixels, (((0, 0), (wide, 0), (wide, high), (0, high)),), [])
    return _hidden(pixels, regions, seen) if regions else None


def _hidden(pixels: Pixels, regions: tuple[Region, ...], seen: list[_Seen]) -> bytes:
    """The photo as JPEG with these regions pixelated; retail barcodes in them stay."""
    import cv2
    import numpy

    pixels = pixels.copy()
    kept = numpy.zeros(pixels.shape[:2], numpy.uint8)
    for each in seen:
        if each.retail and each.valid:
            cv2.fillConvexPoly(kept, _grown(each.corners, 0.15, 0.5).astype(numpy.int32), 255)
    for region in regions:
        mask = numpy.zeros_like(kept)
        cv2.fillConvexPoly(mask, numpy.array(region, numpy.int32), 255)
        _pixelate(pixels, mask & ~kept)
    return encode(pixels)


def _regions(pixels: Pixels, codes: list[_Seen], until: float, addresses: bool) -> tuple[Region, ...]:
    """Where the labels are; raises TimeoutError when that is not known by then (time.thread_time)."""
    import cv2

    small, scale = _fitted(pixels)
    seen = [msgspec.structs.replace(each, corners=each.corners * scale) for each in codes]
    quads = []
    for each in seen:
        if each.private is False:
            continue
        _hurry(until)
        paper = _label(small, each.corners)
        if each.private or _may_be_a_label(small, paper, each, seen):
            quads.append(paper)
    for stripes in _unread(small, seen, until):
        _hurry(until)
        paper = _label(small, stripes)
        if _is_written_on(small, paper, stripes):
            quads.append(paper)
    quads = [_with_text(small, quad, [each for each in seen if each.retail]) for quad in quads]
    if addresses:
        _hurry(until)
        quads += addresses_of(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY))
    return tuple(_region(quad / scale) for quad in quads)


def _hurry(until: float) -> None:
    if thread_time() > until:
        raise TimeoutError


def _decoded(photo: bytes | Pixels) -> Pixels:
    pixels = pixels_of(photo)
    if pixels is None:
        raise ValueError("not a picture")
    return pixels


def _fitted(pixels: Pixels) -> tuple[Pixels, float]:
    """The photo at the working size, and by how much it was scaled."""
    import cv2

    scale = min(1.0, _SIDE / max(pixels.shape[:2]))
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), scale


def _codes(pixels: Pixels, is_private: IsPrivate, read: tuple[Found, ...]) -> list[_Seen]:
    """The barcodes of a photo: those that were read, and what one look finds more, with errors or unproven."""
    import cv2
    import numpy
    import zxingcpp

    always = zxingcpp.barcode_formats_from_str("PDF417,MicroPDF417,CompactPDF417,MaxiCode")
    always = zxingcpp.barcode_formats_list(always)
    retail = zxingcpp.barcode_formats_list(zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.EANUPC))
    found = []
    texts = set()
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    for code in zxingcpp.read_barcodes(grey, text_mode=zxingcpp.TextMode.Plain, return_errors=True):
        place = code.position
        points = [(p.x, p.y) for p in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)]
        sold = code.format in retail
        asked = code.valid and not sold
        private = code.format in always or (asked and is_private(code.text, code.symbology_identifier))
        found.append(_Seen(numpy.array(points, numpy.float32), private, sold, bool(code.valid)))
        texts |= {code.text} if code.valid else set()
    for each in read:
        text, aim = each.code.text, each.code.aim
        if text not in texts:
            sold = aim[:2] == _RETAIL
            private = aim[:2] in _ALWAYS or (not sold and is_private(text, aim))
            found.append(_Seen(numpy.array(each.corners, numpy.float32), private, sold, True))
    return found


def _unread(small: Pixels, seen: list[_Seen], until: float) -> list[Corners]:
    """Places that look like a linear barcode and were not read as one."""
    import cv2
    import numpy

    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    window = (max(1, max(small.shape[:2]) // 40),) * 2
    xx, yy, xy = (cv2.blur(each, window) for each in (across * across, down * down, across * down))
    energy, differ = xx + yy, xx - yy
    one_way = numpy.sqrt(differ**2 + 4 * xy * xy) / (energy + 1)
    stripes = ((one_way > 0.8) & (energy > 120.0**2)).astype(numpy.uint8)
    stripes = cv2.morphologyEx(stripes, cv2.MORPH_OPEN, numpy.ones((9, 9), numpy.uint8))
    if stripes.sum() < _LEAST_STRIPES * grey.size:
        return []
    for each in seen:
        if each.valid:
            cv2.fillConvexPoly(stripes, _grown(each.corners, 0.2, 0.6).astype(numpy.int32), 0)
    # Bars and the lines of text beside them run across each other: each way is looked at by itself.
    way = numpy.arctan2(2 * xy, differ) / 2
    blocks = []
    for quarter in range(4):
        alike = (numpy.abs(numpy.sin(way - quarter * numpy.pi / 4)) < 0.5).astype(numpy.uint8) & stripes
        _, parts, stats, _ = cv2.connectedComponentsWithStats(alike)
        large = numpy.flatnonzero(stats[:, cv2.CC_STAT_AREA] >= _LEAST_STRIPES * grey.size)
        for part in (int(each) for each in large if each):
            _hurry(until)
            left, top, wide, high = (int(each) for each in stats[part, :4])
            rows, columns = numpy.nonzero(parts[top : top + high, left : left + wide] == part)
            rows, columns = rows + top, columns + left
            angle = float(numpy.arctan2(2 * xy[rows, columns].sum(), differ[rows, columns].sum())) / 2
            # Letters beside the bars, and a view from aside, turn the mean by a few degrees.
            tries = (_block(rows, columns, angle + off) for off in (0.0, -0.05, 0.05))
            barred = (each for each in tries if cv2.contourArea(each) < 2.5 * len(rows) and has_bars(grey, each))
            blocks += [each for each in (next(barred, None),) if each is not None]
    return blocks


def _block(rows: Places, columns: Places, angle: float) -> Corners:
    """The rectangle around these pixels whose first side goes that way (radians)."""
    import numpy

    axes = numpy.array([(numpy.cos(angle), numpy.sin(angle)), (-numpy.sin(angle), numpy.cos(angle))])
    places = numpy.stack((columns, rows), axis=1) @ axes.T
    (left, top), (right, bottom) = places.min(axis=0), places.max(axis=0)
    turned = numpy.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    return (turned @ axes).astype(numpy.float32)


def _label(small: Pixels, code: Corners) -> Corners:
    """The four corners of the paper that a barcode is printed on.

    Where paper and background cannot be told apart, it is as large as a label can be around its barcode.
    """
    import cv2
    import numpy

    paper = _paper(small, code)
    reach = numpy.zeros_like(paper)
    cv2.fillConvexPoly(reach, _reach(code).astype(numpy.int32), 1)
    if paper.mean() > 0.45:
        paper &= reach
    outlines, _ = cv2.findContours(paper, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = numpy.concatenate([*outlines, code.reshape(-1, 1, 2).astype(numpy.int32)])
    box = cv2.minAreaRect(points)
    if box[1][0] * box[1][1] < 2.5 * cv2.contourArea(code):
        return _reach(code)
    margin = 0.02 * max(small.shape[:2])
    return numpy.array(cv2.boxPoints((box[0], (box[1][0] + margin, box[1][1] + margin), box[2])), numpy.float32)


def _paper(small: Pixels, code: Corners) -> Mask:
    """1 where the picture has the colour of the paper around the code and hangs together with it, holes filled."""
    import cv2
    import numpy

    colours = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(numpy.float32)
    near = numpy.zeros(small.shape[:2], numpy.uint8)
    cv2.fillConvexPoly(near, _grown(code, 0.1, 0.3).astype(numpy.int32), 1)
    around = colours[near > 0]
    if not len(around):
        return near
    lit = around[around[:, 0] >= numpy.percentile(around[:, 0], 60)]
    off = numpy.abs(colours - numpy.median(lit, axis=0))
    like = ((off[..., 0] < 45) & (off[..., 1] < 12) & (off[..., 2] < 12)).astype(numpy.uint8)
    cv2.fillConvexPoly(like, code.astype(numpy.int32), 1)
    # Thin bridges to other light things are cut first, then letters and lines are filled.
    steps = ((cv2.MORPH_OPEN, 3), (cv2.MORPH_CLOSE, 15), (cv2.MORPH_OPEN, 9))
    for step, size in steps:
        like = numpy.array(cv2.morphologyEx(like, step, numpy.ones((size, size), numpy.uint8)), numpy.uint8)
    cv2.fillConvexPoly(like, code.astype(numpy.int32), 1)
    _, parts = cv2.connectedComponents(like)
    here = numpy.zeros_like(like)
    cv2.fillConvexPoly(here, code.astype(numpy.int32), 1)
    touched = numpy.unique(parts[(here > 0) & (like > 0)])
    part = numpy.isin(parts, touched[touched > 0]).astype(numpy.uint8)
    outlines, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return cv2.drawContours(numpy.zeros_like(part), outlines, -1, 1, cv2.FILLED)


def _is_written_on(small: Pixels, paper: Corners, code: Corners, rows: int = 2) -> bool:
    """Whether a sheet is light, clearly larger than the barcode on it, and has rows of text beside it.

    A serial plate is hardly larger than its barcode: there more text is asked for.
    """
    import cv2
    import numpy

    larger = cv2.contourArea(paper) / max(1.0, cv2.contourArea(code))
    if larger < 4:
        return False
    sheet = numpy.zeros(small.shape[:2], numpy.uint8)
    cv2.fillConvexPoly(sheet, paper.astype(numpy.int32), 1)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    if not sheet.any() or numpy.median(grey[sheet > 0]) < 110:
        return False
    cv2.fillConvexPoly(sheet, _grown(code, 0.1, 0.3).astype(numpy.int32), 0)
    return len(rows_of(grey, sheet)) >= (rows if larger > 8 else 4)


def _may_be_a_label(small: Pixels, paper: Corners, code: _Seen, seen: list[_Seen]) -> bool:
    """Whether the paper of a code that may be a carrier's looks like a label, and not like a box of goods: a phone's
    has such numbers beside its retail barcode.
    """
    import cv2
    import numpy

    # Of a linear code only one line across its bars may be told, and bars look like print.
    long, high = (float(numpy.linalg.norm(code.corners[0] - code.corners[corner])) for corner in (1, 3))
    bars = _grown(code.corners, 0.0, max(0.0, 0.4 * long / max(high, 1.0) - 1) / 2)
    middles = (each.corners.mean(axis=0) for each in seen if each.retail and each.valid)
    sold = any(cv2.pointPolygonTest(paper, (float(x), float(y)), False) >= 0 for x, y in middles)
    return not sold and _is_written_on(small, paper, bars, 1)


def _with_text(small: Pixels, quad: Corners, retail: list[_Seen]) -> Corners:
    """The label with the lines of text that stand right beside it: its edge may have been missed."""
    import cv2
    import numpy

    band = numpy.zeros(small.shape[:2], numpy.uint8)
    cv2.fillConvexPoly(band, _grown(quad, 0.12, 0.12).astype(numpy.int32), 1)
    for each in retail:
        cv2.fillConvexPoly(band, _grown(each.corners, 0.3, 1.0).astype(numpy.int32), 0)
    cv2.fillConvexPoly(band, quad.astype(numpy.int32), 0)
    rows = rows_of(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), band)
    if not rows:
        return quad
    return numpy.array(cv2.boxPoints(cv2.minAreaRect(numpy.concatenate([quad, *rows]))), numpy.float32)


def _grown(corners: Corners, along: float, across: float) -> Corners:
    """A code's corners with so many of its lengths more at both ends, and so many of its heights above and below."""
    x = (corners[1] - corners[0] + corners[2] - corners[3]) / 2
    y = (corners[3] - corners[0] + corners[2] - corners[1]) / 2
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    grown: Corners = corners.copy()
    for place, (left, up) in enumerate(signs):
        grown[place] += left * along * x + up * across * y
    return grown


def _reach(code: Corners) -> Corners:
    """All that can belong to the label of this barcode."""
    import numpy

    x = float(numpy.linalg.norm(code[1] - code[0] + code[2] - code[3])) / 2
    y = float(numpy.linalg.norm(code[3] - code[0] + code[2] - code[1])) / 2
    long, low = max(x, y, 1.0), max(min(x, y), 1.0)
    if long < 1.5 * low:
        return _grown(code, _SQUARE_REACH, _SQUARE_REACH)
    along, across = _ALONG, _ACROSS * long / low
    return _grown(code, along, across) if x >= y else _grown(code, across, along)


def _region(quad: Corners) -> Region:
    return tuple((round(float(x)), round(float(y))) for x, y in quad)


def _pixelate(pixels: Pixels, mask: Mask) -> None:
    """Replace what the mask shows by blocks of one colour each, in few shades."""
    import cv2

    x, y, wide, high = cv2.boundingRect(mask)
    if not wide or not high:
        return
    cell = max(_LEAST_CELL, -(-max(wide, high) // _CELLS))
    part = pixels[y : y + high, x : x + wide]
    size = (max(1, wide // cell), max(1, high // cell))
    blocks = cv2.resize(part, size, interpolation=cv2.INTER_AREA) // 16 * 16 + 8
    blocks = cv2.resize(blocks, (wide, high), interpolation=cv2.INTER_NEAREST)
    cv2.copyTo(blocks, mask[y : y + high, x : x + wide], part)
