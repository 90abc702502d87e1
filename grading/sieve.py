"""Puts the prints of many photos in the order of their chunks, so that those near a print are read and no others.

What is made holds, in little-endian numbers: how many prints there are (64 bits); for each chunk where its prints begin
(65,537 of 64 bits); of each print its first 64 bits; then which photo and crop it is (32 bits). Sixteen bits of a print
that is asked for choose 697 of 65,536 places to read.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from grading.reuse import CHUNK_BITS, CROPS, PASSING, SIEVE_BITS, Buffer, Passed

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Numbers = NDArray[numpy.uint64]
    Chunks = NDArray[numpy.uint16]
    Places = NDArray[numpy.int64]
else:
    Numbers = Chunks = Places = Any

_CHUNKS = 1 << 16
_HEAD = 8 * (_CHUNKS + 2)
_PRINT = 8 + 4
# So many chunks are gathered at once: a part of all prints is in memory, and the sieves are read so much oftener.
_AT_ONCE = _CHUNKS // 32

Sieves = Callable[[], Iterator[bytes]]
"""Reads the sieves (`reuse.sieve_of`) of all photos from the first on, some at a time; called several times."""


def rows_in(head: bytes, length: int) -> int:
    """Return of how many photos a file is made, from its first eight bytes and its length; 0 when it is not whole."""
    prints = int.from_bytes(head[:8], "little")
    return prints // CROPS if length == _HEAD + prints * _PRINT else 0


def in_order(sieves: Sieves) -> Iterator[tuple[int, bytes]]:
    """Yield what is to be written, with its place in the file."""
    import numpy

    counts = numpy.zeros(_CHUNKS, numpy.int64)
    for some in sieves():
        counts += numpy.bincount(_chunk(numpy.frombuffer(some, "<u8")), minlength=_CHUNKS)
    begins = numpy.concatenate([[0], numpy.cumsum(counts)])
    total = int(begins[-1])
    yield 0, numpy.concatenate([[total], begins]).astype("<u8").tobytes()
    for first in range(0, _CHUNKS, _AT_ONCE):
        bits, places = _between(sieves, first, first + _AT_ONCE)
        order = numpy.argsort(_chunk(bits), kind="stable")
        begin = int(begins[first])
        yield _HEAD + 8 * begin, bits[order].tobytes()
        yield _HEAD + 8 * total + 4 * begin, places[order].astype("<u4").tobytes()


def _between(sieves: Sieves, first: int, end: int) -> tuple[Numbers, Places]:
    """The prints of some chunks: their bits, and which of all prints they are."""
    import numpy

    bits, places, before = [], [], 0
    for some in sieves():
        every = numpy.frombuffer(some, "<u8")
        chunk = _chunk(every)
        at = numpy.flatnonzero((chunk >= first) & (chunk < end))
        bits.append(every[at])
        places.append(at + before)
        before += len(every)
    return numpy.concatenate(bits), numpy.concatenate(places)


def passing_in(ordered: Buffer, asked: Sequence[bytes]) -> tuple[Passed, ...]:
    """Return the prints that any of `asked` may be, the likest first, from a file of prints in order."""
    import numpy

    total = int.from_bytes(ordered[:8], "little")
    begins = numpy.frombuffer(ordered, "<u8", _CHUNKS + 1, 8)
    kept = numpy.frombuffer(ordered, "<u8", total, _HEAD)
    places = numpy.frombuffer(ordered, "<u4", total, _HEAD + 8 * total)
    every = numpy.arange(_CHUNKS)
    found: dict[int, int] = {}
    for each in asked:
        wanted = numpy.frombuffer(each[:8], "<u8")
        near = every[numpy.bitwise_count(every ^ _chunk(wanted)) <= CHUNK_BITS]
        runs = list(zip(begins[near].tolist(), begins[near + 1].tolist(), strict=True))
        bits = numpy.bitwise_count(numpy.concatenate([kept[begin:end] for begin, end in runs]) ^ wanted)
        passed = numpy.flatnonzero(bits <= SIEVE_BITS)
        passed = passed[numpy.argsort(bits[passed], kind="stable")][:PASSING]
        before = numpy.cumsum([0] + [end - begin for begin, end in runs])
        run = numpy.searchsorted(before, passed, side="right") - 1
        at = begins[near].astype(numpy.int64)[run] + passed - before[run]
        for place, differing in zip(places[at].tolist(), bits[passed].tolist(), strict=True):
            found[place] = min(differing, found.get(place, differing))
    likest = sorted((bits, place) for place, bits in found.items())[:PASSING]
    return tuple(Passed(bits, *divmod(place, CROPS)) for bits, place in likest)


def _chunk(bits: Numbers) -> Chunks:
    """The third and fourth byte of a print, by which it is put in order: as in `reuse.chunks_of`."""
    return bits.view("<u2")[1::4]
