"""Remembers what the photos of this station look like, on disk, so that one used before is found among a million.

Two files beside the photos: `seen.rows`, a row of fixed length for each photo with its own check sum, and `seen.sieve`,
the part of the rows that each look reads, mapped and not loaded. Both are derived: what a power cut tore off is cut
away when they are opened, what is missing is made again from the photos that facts name.
"""

import mmap
import os
import threading
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from grading import reuse

ROWS_FILE, SIEVE_FILE = "seen.rows", "seen.sieve"
_HASH_BYTES = 32
_NAME_BYTES = 32
_HEAD = _HASH_BYTES + _NAME_BYTES
_BODY = _HEAD + reuse.PRINTS_BYTES
_ROW = _BODY + 4
_CHUNK = 4_096
# So many rows before the end may lack their sieve, or have another's, after a power cut.
_DOUBTED = 256


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
        self._sieve = _opened(folder / SIEVE_FILE)
        self._cut_torn_rows()
        self._count = _size(self._rows) // _ROW
        self._mend_sieve()

    def __len__(self) -> int:
        """Count the photos that are remembered."""
        return self._count

    def close(self) -> None:
        """Close the files; calling it twice is harmless."""
        self._rows.close()
        self._sieve.close()

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
            self._sieve.seek(self._count * reuse.SIEVE_BYTES)
            self._sieve.write(reuse.sieve_of(prints))
            self._count += 1

    def look(self, probes: tuple[bytes, ...]) -> tuple[Seen, ...]:
        """Return the photos most like one that is asked about (`grading.reuse.probes`), the likest first."""
        with self._lock:
            if not probes or not self._count:
                return ()
            length = self._count * reuse.SIEVE_BYTES
            with mmap.mmap(self._sieve.fileno(), length, access=mmap.ACCESS_READ) as sieve:
                passing = reuse.passing(sieve, probes)
            near = reuse.nearest(((row, self._print(row, crop)) for row, crop in passing), probes)
            return tuple(self._seen(each) for each in near)

    def _print(self, row: int, crop: int) -> bytes:
        return self._read(row * _ROW + _HEAD + crop * reuse.PRINT_BYTES, reuse.PRINT_BYTES)

    def _seen(self, near: reuse.Near) -> Seen:
        head = self._read(near.row * _ROW, _HEAD)
        return Seen(head[_HASH_BYTES:].rstrip(b"\0").decode(errors="replace"), head[:_HASH_BYTES].hex(), near.bits)

    def _read(self, at: int, length: int) -> bytes:
        self._rows.seek(at)
        return self._rows.read(length)

    def _hashes(self) -> Iterator[bytes]:
        for rows in self._chunks(0):
            yield from (rows[at : at + _HASH_BYTES] for at in range(0, len(rows), _ROW))

    def _chunks(self, first: int) -> Iterator[bytes]:
        for row in range(first, self._count, _CHUNK):
            yield self._read(row * _ROW, min(_CHUNK, self._count - row) * _ROW)

    def _cut_torn_rows(self) -> None:
        """Cut off the end of the file from the first row on that is not whole; a cut sets back by a few rows only."""
        count = _size(self._rows) // _ROW
        whole = count
        for row in range(count - 1, max(-1, count - 1 - _DOUBTED), -1):
            body = self._read(row * _ROW, _ROW)
            if zlib.crc32(body[:_BODY]).to_bytes(4) != body[_BODY:]:
                whole = row
        self._rows.truncate(whole * _ROW)

    def _mend_sieve(self) -> None:
        """Make the sieve's end again from the rows, for which it may lack or keep some."""
        first = max(0, min(_size(self._sieve) // reuse.SIEVE_BYTES, self._count) - _DOUBTED)
        self._sieve.truncate(first * reuse.SIEVE_BYTES)
        self._sieve.seek(first * reuse.SIEVE_BYTES)
        for rows in self._chunks(first):
            starts = range(_HEAD, len(rows), _ROW)
            self._sieve.write(b"".join(reuse.sieve_of(rows[at : at + reuse.PRINTS_BYTES]) for at in starts))


def _opened(path: Path) -> BinaryIO:
    # Unbuffered, so that a row is in the file, for the map and for a killed process, as soon as it is written.
    return path.open("r+b" if path.exists() else "w+b", buffering=0)


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size
