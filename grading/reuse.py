"""Finds a photo that was used before among a million: turned, mirrored, cropped, brightened or a picture of a screen.

Two steps. The sieve: each photo is kept as 22 prints (the whole and 21 crops, which is how a cropped copy is found),
each 256 bits of a cosine transform as in `grading.photo.fingerprint`, turned and mirrored to the one of eight
positions that its lowest frequencies choose; a new photo asks with its own few. Sixteen bits of each print choose what
is looked at, 64 for those that pass, the whole for few. The proof: of the nearest the pixels are laid over each
other. Only `likeness` says that two photos are one picture; the sieve proves nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from mmap import mmap
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from grading.align import Laid, laid_over
from grading.jpeg import Pixels, decode

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Buffer = bytes | mmap
    Table = NDArray[numpy.uint8]
else:
    Buffer = Table = Any

CROPS = 22
PRINT_BYTES = 32
PRINTS_BYTES = CROPS * PRINT_BYTES
CHUNK_BYTES = CROPS * 2
"""Of each print sixteen bits are looked at first: the second two bytes, which differ more than the first."""
SIEVE_BYTES = CROPS * 8
"""Of each print the first eight bytes, the lowest frequencies, are the sieve: read for those whose chunk passes."""

SIEVE_BITS = 15
"""Prints of one picture differ in no more of the sieve's 64 bits ; of other photos one in 10,000 passes."""
PASSING = 2_000
"""So many that pass are looked at whole, the likest first: photos of one bench may all be much alike."""
NEAR_BITS = 92
"""Prints of other pictures differ in about 128 of 255 bits; one in a million in no more than this."""
NEAREST = 20
SAME = 600
"""From this likeness on two photos are called one picture."""

# A chunk may differ in so many of its 16 bits. With one more a few more crops are found, and four times as many pass.
CHUNK_BITS = 3
_UNSURE = 0.35
_SIDE = 64
_LOW = 16


class Passed(NamedTuple):
    """A print that passed the sieve: in how many of its 64 bits it differs, the photo's row, and which crop it is."""

    bits: int
    row: int
    crop: int


class Near(msgspec.Struct, frozen=True):
    """A photo of the index, by its row, and in how many of 255 bits its nearest print differs."""

    row: int
    bits: int


def prints(jpeg: bytes) -> bytes | None:
    """Return the PRINTS_BYTES that are kept of a photo; None when it cannot be read."""
    pixels = decode(jpeg)
    if pixels is None or min(pixels.shape[:2]) < _LOW:
        return None
    grey = _grey(pixels)
    return b"".join(_positions(_frequencies(crop), 0.0)[0] for crop in _crops(grey))


def probes(jpeg: bytes) -> tuple[bytes, ...]:
    """Return the prints to look for: the whole, and what is left without an even border (a picture of a screen).

    Where the lowest frequencies do not choose a position clearly, each of those that could be chosen is asked for.
    """
    pixels = decode(jpeg)
    if pixels is None or min(pixels.shape[:2]) < _LOW:
        return ()
    grey = _grey(pixels)
    inner = _without_border(grey)
    asked = [grey] if inner.shape == grey.shape else [grey, inner]
    return tuple(each for part in asked for each in _positions(_frequencies(part), _UNSURE))


def chunks_of(kept: bytes) -> bytes:
    """Return the chunks of `prints`."""
    return b"".join(kept[at + 2 : at + 4] for at in range(0, PRINTS_BYTES, PRINT_BYTES))


def sieve_of(kept: bytes) -> bytes:
    """Return the sieve's part of `prints`."""
    return b"".join(kept[at : at + 8] for at in range(0, PRINTS_BYTES, PRINT_BYTES))


def passing(chunks: Buffer, sieve: Buffer, asked: Sequence[bytes], table: Table) -> tuple[Passed, ...]:
    """Return the prints that any of `asked` may be, the likest first, from chunks and sieves of photos in a row.

    `table` is `near_chunks(asked)`, made once for all the rows there are.
    """
    import cv2
    import numpy

    near = numpy.flatnonzero(cv2.LUT(numpy.frombuffer(chunks, numpy.uint16)[None], table[None])[0].view(numpy.bool_))
    rest = numpy.frombuffer(sieve, numpy.uint64)[near]
    bits = numpy.full(len(near), 64, numpy.uint8)
    for each in asked:
        numpy.minimum(bits, numpy.bitwise_count(rest ^ numpy.frombuffer(each[:8], numpy.uint64)[0]), out=bits)
    at = numpy.flatnonzero(bits <= SIEVE_BITS)
    at = at[numpy.argsort(bits[at], kind="stable")][:PASSING]
    return tuple(
        Passed(count, *divmod(place, CROPS)) for count, place in zip(bits[at].tolist(), near[at].tolist(), strict=True)
    )


def near_chunks(asked: Sequence[bytes]) -> Table:
    """Return for each chunk there can be whether it is near to that of any print that is asked for."""
    import numpy

    every = numpy.arange(1 << 16, dtype=numpy.uint16)
    table = numpy.zeros(1 << 16, numpy.uint8)
    for each in asked:
        table |= numpy.bitwise_count(every ^ numpy.frombuffer(each[2:4], numpy.uint16)[0]) <= CHUNK_BITS
    return table


def nearest(candidates: Iterable[tuple[int, bytes]], asked: Sequence[bytes]) -> tuple[Near, ...]:
    """Return the photos nearest to what is asked for, at most NEAREST, from (row, print) of those that passed."""
    wanted = [int.from_bytes(each) for each in asked]
    best: dict[int, int] = {}
    for row, kept in candidates:
        value = int.from_bytes(kept)
        bits = min((value ^ each).bit_count() for each in wanted)
        if bits <= min(NEAR_BITS, best.get(row, NEAR_BITS)):
            best[row] = bits
    ranked = sorted(best.items(), key=lambda pair: (pair[1], pair[0]))
    return tuple(Near(row, bits) for row, bits in ranked[:NEAREST])


def likeness(one: bytes, other: bytes) -> int:
    """Return how sure it is that two photos are one picture, 0 to 1000; 0 when they cannot be laid over each other.

    What counts is the worst of the overlap: two like items on one mat agree in the mat and differ in the items.
    """
    first, second = decode(one), decode(other)
    if first is None or second is None:
        return 0
    import cv2

    photo, reference = _shrunk(first), _shrunk(second)
    against = cv2.cvtColor(reference, cv2.COLOR_BGR2GRAY)
    for given in (photo, cv2.flip(photo, 1)):
        laid = laid_over(cv2.cvtColor(given, cv2.COLOR_BGR2GRAY), against)
        if laid is not None and (alike := _agreement(laid) * _same_colours(given, reference, laid)) > 0:
            return round(1000 * alike)
    return 0


def _agreement(laid: Laid) -> float:
    """How alike the worst tenth of the overlap is, 0 to 1: the correlation of patches where there is anything."""
    import cv2
    import numpy

    size = (9, 9)
    one, other = (cv2.GaussianBlur(each.astype(numpy.float32), (0, 0), 1.5) for each in (laid.photo, laid.reference))
    mean_one, mean_other = cv2.blur(one, size), cv2.blur(other, size)
    both = cv2.blur(one * other, size) - mean_one * mean_other
    spread_one = cv2.blur(one * one, size) - mean_one**2
    spread_other = cv2.blur(other * other, size) - mean_other**2
    busy = laid.inside & (numpy.maximum(spread_one, spread_other) > 30)
    if laid.inside.mean() < 0.2 or busy.sum() < 500:
        return 0.0
    alike = both[busy] / numpy.sqrt(numpy.maximum(spread_one * spread_other, 1.0))[busy]
    worst = float(numpy.percentile(alike, 10))
    return min(1.0, max(0.0, worst))


def _same_colours(photo: Pixels, reference: Pixels, laid: Laid) -> float:
    """1 where the colours agree, 0 where a tenth of the overlap is of another colour; the light may be another."""
    import cv2
    import numpy

    size = (reference.shape[1], reference.shape[0])
    seen, there = (
        cv2.cvtColor(cv2.GaussianBlur(each, (0, 0), 3), cv2.COLOR_BGR2LAB)[..., 1:].astype(numpy.float32)
        for each in (cv2.warpPerspective(photo, laid.matrix, size), reference)
    )
    apart = seen[laid.inside] - there[laid.inside]
    most = float(numpy.percentile(numpy.linalg.norm(apart - numpy.median(apart, axis=0), axis=1), 90))
    return min(1.0, max(0.0, (32.0 - most) / 16.0))


def _shrunk(pixels: Pixels) -> Pixels:
    """The photo at no more than 640 pixels a side."""
    import cv2

    scale = 640 / max(pixels.shape[:2])
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels


def _grey(pixels: Pixels) -> Pixels:
    import cv2

    return cv2.cvtColor(_shrunk(pixels), cv2.COLOR_BGR2GRAY)


def _crops(grey: Pixels) -> Iterator[Pixels]:
    """The whole, five of 92 % (the middle and the corners), and sixteen of 80 %, in four rows."""
    yield grey
    for across, down in ((0.5, 0.5), (0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)):
        yield _part(grey, 0.08 * across, 0.08 * down, 0.92)
    for place in range(16):
        yield _part(grey, 0.2 * (place // 4) / 3, 0.2 * (place % 4) / 3, 0.8)


def _part(grey: Pixels, left: float, top: float, side: float) -> Pixels:
    height, width = grey.shape[:2]
    return grey[int(top * height) : int((top + side) * height), int(left * width) : int((left + side) * width)]


def _without_border(grey: Pixels) -> Pixels:
    """The picture without rows and columns that have the corner's grey nearly all along."""
    import numpy

    differs = numpy.abs(grey.astype(numpy.int16) - int(grey[0, 0])) > 12
    rows, columns = (numpy.flatnonzero(differs.mean(axis=axis) > 0.35) for axis in (1, 0))
    if len(rows) < _SIDE or len(columns) < _SIDE:
        return grey
    return grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _frequencies(grey: Pixels) -> Pixels:
    import cv2
    import numpy

    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return cv2.dct(small.astype(numpy.float32))[:_LOW, :_LOW]


def _positions(low: Pixels, unsure: float) -> tuple[bytes, ...]:
    """The prints of the positions that the lowest frequencies choose; several where they hardly differ.

    Mirroring turns the sign of every second column (or row) of the transform, a quarter turn swaps both: the position
    is the one in which the first of each is positive and the one along the rows is the larger.
    """
    import numpy

    down, along = abs(float(low[1, 0])), abs(float(low[0, 1]))
    tilted = down > along
    swaps = (tilted,) if abs(down - along) >= unsure * max(down, along, 1e-6) else (False, True)
    strength = unsure * float(numpy.abs(low[:4, :4]).ravel()[1:].mean())
    places = sorted(((row, column) for row in range(_LOW) for column in range(_LOW)), key=lambda at: (sum(at), at[0]))
    rows, columns = (numpy.array(each) for each in zip(*places[1:], strict=True))
    found = []
    for swap in swaps:
        turned = low.T if swap else low
        for sign_along in _signs(float(turned[0, 1]), strength):
            for sign_down in _signs(float(turned[1, 0]), strength):
                signed = turned.copy()
                signed[:, 1::2] *= sign_along
                signed[1::2, :] *= sign_down
                found.append(numpy.packbits(signed[rows, columns] > 0).tobytes())
    return tuple(found)


def _signs(value: float, strength: float) -> tuple[int, ...]:
    return (1, -1) if abs(value) < strength else (1 if value > 0 else -1,)
