"""Remembers what the photos of this station look like, on disk, so that one used before is found among a million.

Files beside the photos: rows, one of fixed length for each photo with its own check sum; of the rows the chunks and the
sieve; and of the sieve what `grading.sieve` puts in order, now and then. A look reads of what is in order the places
near its print; of the rows that came later all chunks, and of the sieve what these let pass; mapped and not loaded. All
are derived: what a power cut tore off is cut away when they are opened, what is missing is made again from the photos
that facts name. The files are named by their layout, so that those of another are not misread.
"""

import heapq
import mmap
import os
import threading
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from grading import reuse, sieve
from station.files import put_in_place

ROWS_FILE = f"seen-{reuse.CROPS}.rows"
CHUNKS_FILE = f"seen-{reuse.CROPS}.chunks"
SIEVE_FILE = f"seen-{reuse.CROPS}.sieve"
ORDER_FILE = f"seen-{reuse.CROPS}.order"
_HASH_BYTES = 32
_NAME_BYTES = 32
_HEAD = _HASH_BYTES + _NAME_BYTES
_BODY = _HEAD + reuse.PRINTS_BYTES
_ROW = _BODY + 4
_AT_ONCE = 4_096
# So many rows are mapped and sieved at once: both cores have work, and little is in memory at a time. A map must begin
# at a multiple of 64 KiB (Windows).
_MAPPED = 16_384
_THREADS = 2
# So many rows before the end may lack their sieve, or have another's, after a power cut.
_DOUBTED = 256
UNORDERED = 65_536
"""So many rows may be out of order: a twentieth of the time that a million would take; then all are put in order."""


class Seen(msgspec.Struct, frozen=True):
    """A photo that looks like the one asked about: its item, its hash, and how many of 255 bits differ."""

    item: str
    sha256: str
    bits: int


class PhotoIndex:
    """The index of one station's photos; usable from several threads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._rows = _opened(folder / ROWS_FILE)
        self._chunks = _opened(folder / CHUNKS_FILE)
        self._sieve = _opened(folder / SIEVE_FILE)
        self._cut_torn_rows()
        self._count = _size(self._rows) // _ROW
        self._mend(self._chunks, reuse.CHUNK_BYTES, reuse.chunks_of)
        self._mend(self._sieve, reuse.SIEVE_BYTES, reuse.sieve_of)
        self._order_path = folder / ORDER_FILE
        self._order, self._ordered = self._open_order()

    def __len__(self) -> int:
        """Count the photos that are remembered."""
        return self._count

    def close(self) -> None:
        """Close the files; calling it twice is harmless."""
        self._rows.close()
        self._chunks.close()
        self._sieve.close()
        if self._order is not None:
            self._order.close()

    def put_in_order(self, least: int = UNORDERED, stopped: Callable[[], bool] = lambda: False) -> None:
        """Put all rows in order once so many are not; takes seconds for a million. Raises OSError.

        It looks at rows that never change, so that others may look and add meanwhile. `stopped` ends it early.
        """
        # A map of the rows after these must begin where one may.
        count = self._count // _MAPPED * _MAPPED
        if count - self._ordered < least:
            return
        new = self._order_path.with_suffix(".new")
        with new.open("wb") as file:
            for place, some in sieve.in_order(lambda: self._sieves(count)):
                if stopped():
                    return
                file.seek(place)
                file.write(some)
        with self._lock:
            if self._order is not None:
                self._order.close()
            put_in_place(new, self._order_path)
            self._order, self._ordered = self._open_order()

    def _sieves(self, count: int) -> Iterator[bytes]:
        for first in range(0, count, _MAPPED):
            with _mapped(self._sieve, first, min(_MAPPED, count - first), reuse.SIEVE_BYTES) as some:
                yield some[:]

    def _open_order(self) -> tuple[BinaryIO | None, int]:
        """Open what is in order, with how many rows that are; nothing where it is torn, or made of rows now cut off."""
        if not self._order_path.exists():
            return None, 0
        file = self._order_path.open("rb")
        rows = sieve.rows_in(file.read(8), _size(file))
        if 0 < rows <= self._count:
            return file, rows
        file.close()
        self._order_path.unlink()
        return None, 0

    def missing(self, photos: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return those of (item, hash) that are not remembered; reads the whole file."""
        with self._lock:
            # Eight bytes of each hash: a million of them whole would be a third of the memory the station may take.
            kept = array("Q", sorted(int.from_bytes(each[:8]) for each in self._hashes()))
        found = []
        for item, sha256 in photos:
            wanted = int(sha256[:16], 16)
            at = bisect_left(kept, wanted)
            if at == len(kept) or kept[at] != wanted:
                found.append((item, sha256))
        return found

    def add(self, sha256: str, item: str, prints: bytes) -> None:
        """Remember what a photo of an item looks like (`grading.reuse.prints`); raises OSError."""
        body = bytes.fromhex(sha256) + item.encode()[:_NAME_BYTES].ljust(_NAME_BYTES, b"\0") + prints
        with self._lock:
            self._rows.seek(self._count * _ROW)
            self._rows.write(body + zlib.crc32(body).to_bytes(4))
            self._chunks.seek(self._count * reuse.CHUNK_BYTES)
            self._chunks.write(reuse.chunks_of(prints))
            self._sieve.seek(self._count * reuse.SIEVE_BYTES)
            self._sieve.write(reuse.sieve_of(prints))
            self._count += 1

    def look(self, probes: tuple[bytes, ...]) -> tuple[Seen, ...]:
        """Return the photos most like one that is asked about (`grading.reuse.probes`), the likest first."""
        with self._lock:
            if not probes or not self._count:
                return ()
            table = reuse.near_chunks(probes)
            parts = range(self._ordered, self._count, _MAPPED)
            # Sieving leaves the interpreter, so that two threads are as fast as two cores.
            with ThreadPoolExecutor(_THREADS, "reuse") as pool:
                later = pool.map(lambda first: self._passing(first, probes, table), parts)
                passed = heapq.merge(self._passing_in_order(probes), *later)
            likest = list(islice(passed, reuse.PASSING))
            near = reuse.nearest(((each.row, self._print(each.row, each.crop)) for each in likest), probes)
            return tuple(self._seen(each) for each in near)

    def _passing_in_order(self, probes: tuple[bytes, ...]) -> tuple[reuse.Passed, ...]:
        if self._order is None:
            return ()
        with mmap.mmap(self._order.fileno(), 0, access=mmap.ACCESS_READ) as ordered:
            return sieve.passing_in(ordered, probes)

    def _passing(self, first: int, probes: tuple[bytes, ...], table: reuse.Table) -> list[reuse.Passed]:
        """Return what passes of the rows that are mapped at once from `first` on."""
        count = min(_MAPPED, self._count - first)
        with (
            _mapped(self._chunks, first, count, reuse.CHUNK_BYTES) as chunks,
            _mapped(self._sieve, first, count, reuse.SIEVE_BYTES) as sieve,
        ):
            return [each._replace(row=first + each.row) for each in reuse.passing(chunks, sieve, probes, table)]

    def _print(self, row: int, crop: int) -> bytes:
        return self._read(row * _ROW + _HEAD + crop * reuse.PRINT_BYTES, reuse.PRINT_BYTES)

    def _seen(self, near: reuse.Near) -> Seen:
        head = self._read(near.row * _ROW, _HEAD)
        return Seen(head[_HASH_BYTES:].rstrip(b"\0").decode(errors="replace"), head[:_HASH_BYTES].hex(), near.bits)

    def _read(self, at: int, length: int) -> bytes:
        self._rows.seek(at)
        return self._rows.read(length)

    def _hashes(self) -> Iterator[bytes]:
        for rows in self._pages(0):
            yield from (rows[at : at + _HASH_BYTES] for at in range(0, len(rows), _ROW))

    def _pages(self, first: int) -> Iterator[bytes]:
        for row in range(first, self._count, _AT_ONCE):
            yield self._read(row * _ROW, min(_AT_ONCE, self._count - row) * _ROW)

    def _cut_torn_rows(self) -> None:
        """Cut off the end of the file from the first row on that is not whole; a cut sets back by a few rows only."""
        count = _size(self._rows) // _ROW
        whole = count
        for row in range(count - 1, max(-1, count - 1 - _DOUBTED), -1):
            body = self._read(row * _ROW, _ROW)
            if zlib.crc32(body[:_BODY]).to_bytes(4) != body[_BODY:]:
                whole = row
        self._rows.truncate(whole * _ROW)

    def _mend(self, file: BinaryIO, length: int, part_of: Callable[[bytes], bytes]) -> None:
        """Make the end of a derived file again from the rows, for which it may lack or keep some."""
        first = max(0, min(_size(file) // length, self._count) - _DOUBTED)
        file.truncate(first * length)
        file.seek(first * length)
        for rows in self._pages(first):
            starts = range(_HEAD, len(rows), _ROW)
            file.write(b"".join(part_of(rows[at : at + reuse.PRINTS_BYTES]) for at in starts))


def _mapped(file: BinaryIO, first: int, count: int, length: int) -> mmap.mmap:
    return mmap.mmap(file.fileno(), count * length, access=mmap.ACCESS_READ, offset=first * length)


def _opened(path: Path) -> BinaryIO:
    # Unbuffered, so that a row is in the file, for the map and for a killed process, as soon as it is written.
    return path.open("r+b" if path.exists() else "w+b", buffering=0)


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size
