"""Reads the rows of one table out of a damaged SQLite file, page by page, without trusting any of its links.

The formats are those of sqlite.org/fileformat2.html: database header, b-tree pages (leaf table pages, type 13), cells
with overflow chains, records, and the frames of a write-ahead log. Whatever cannot be a row is passed over, so what
comes out must be proven by other means: the journal's entries carry their own hash.
"""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

Value = int | float | str | bytes | None
Pages = Callable[[int], bytes | None]

_MAGIC = b"SQLite format 3\0"
_LEAF = 13
_FRAME_HEADER_BYTES = 24
_WAL_HEADER_BYTES = 32
_DEFAULT_PAGE_BYTES = 4096
_SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)


class _UnreadableError(Exception):
    """These bytes are no cell."""


def rows_in(path: Path, columns: int) -> Iterator[tuple[int, tuple[Value, ...]]]:
    """Yield (rowid, values) of everything that looks like a row with that many columns, in the file and its -wal.

    The file may be cut off, overwritten or missing; the same row may come several times, in several states.
    """
    file = _read(path)
    wal = _read(path.with_name(f"{path.name}-wal"))
    size = _page_bytes(file, wal)
    frames = list(_frames(wal, size))
    newest = dict(frames)

    def from_file(number: int) -> bytes | None:
        page = file[(number - 1) * size : number * size]
        return page if len(page) == size else None

    def newest_of(number: int) -> bytes | None:
        return newest.get(number) or from_file(number)

    chains = (newest_of, from_file) if frames else (from_file,)
    for number in range(1, len(file) // size + 1):
        for pages in chains:
            yield from _rows(file[(number - 1) * size : number * size], number, pages, columns)
    for number, page in frames:
        yield from _rows(page, number, newest_of, columns)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _page_bytes(file: bytes, wal: bytes) -> int:
    """Return the page size that the file's header, or the -wal's, tells; the usual one when neither does."""
    sizes = [_DEFAULT_PAGE_BYTES]
    if len(wal) >= _WAL_HEADER_BYTES:
        sizes.insert(0, int.from_bytes(wal[8:12], "big"))
    if file.startswith(_MAGIC):
        sizes.insert(0, int.from_bytes(file[16:18], "big"))
    return next(size for size in sizes if size in {1 << power for power in range(9, 17)})


def _frames(wal: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield (page number, page) of every whole frame, in the order they were written, committed or not."""
    step = _FRAME_HEADER_BYTES + size
    for start in range(_WAL_HEADER_BYTES, len(wal) - step + 1, step):
        number = int.from_bytes(wal[start : start + 4], "big")
        yield number, wal[start + _FRAME_HEADER_BYTES : start + step]


def _rows(page: bytes, number: int, pages: Pages, columns: int) -> Iterator[tuple[int, tuple[Value, ...]]]:
    header = 100 if number == 1 else 0
    if len(page) <= header + 8 or page[header] != _LEAF:
        return
    cells = int.from_bytes(page[header + 3 : header + 5], "big")
    pointers = page[header + 8 : header + 8 + 2 * cells]
    for (offset,) in struct.iter_unpack(">H", pointers[: len(pointers) // 2 * 2]):
        try:
            rowid, payload = _cell(page, offset, pages)
            yield rowid, _record(payload, columns)
        except (_UnreadableError, IndexError, struct.error, UnicodeDecodeError):
            continue


def _cell(page: bytes, offset: int, pages: Pages) -> tuple[int, bytes]:
    """Return a cell's rowid and its whole payload, the part on overflow pages included."""
    length, offset = _varint(page, offset)
    rowid, offset = _varint(page, offset)
    usable = len(page)
    most, least = usable - 35, (usable - 12) * 32 // 255 - 23
    if length <= most:
        return rowid, page[offset : offset + length]
    local = least + (length - least) % (usable - 4)
    local = local if local <= most else least
    payload = bytearray(page[offset : offset + local])
    next_page = int.from_bytes(page[offset + local : offset + local + 4], "big")
    while next_page and len(payload) < length:
        more = pages(next_page)
        if more is None:
            raise _UnreadableError
        next_page = int.from_bytes(more[:4], "big")
        payload += more[4:]
    if len(payload) < length:
        raise _UnreadableError
    return rowid, bytes(payload[:length])


def _record(payload: bytes, columns: int) -> tuple[Value, ...]:
    header_bytes, offset = _varint(payload, 0)
    kinds: list[int] = []
    while offset < header_bytes and len(kinds) <= columns:
        kind, offset = _varint(payload, offset)
        kinds.append(kind)
    if len(kinds) != columns or offset != header_bytes:
        raise _UnreadableError
    values = []
    for kind in kinds:
        value, offset = _value(payload, offset, kind)
        values.append(value)
    return tuple(values)


def _value(payload: bytes, offset: int, kind: int) -> tuple[Value, int]:
    if kind >= 12:
        end = offset + (kind - 12) // 2
        raw = payload[offset:end]
        if end > len(payload):
            raise _UnreadableError
        return (raw if kind % 2 == 0 else raw.decode("utf-8")), end
    if kind in {10, 11}:
        raise _UnreadableError
    end = offset + _SIZES[kind]
    raw = payload[offset:end]
    if kind == 0:
        return None, end
    if kind == 7:
        return struct.unpack(">d", raw)[0], end
    if kind in {8, 9}:
        return kind - 8, end
    return int.from_bytes(raw, "big", signed=True), end


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    """Return a variable-length integer and the offset after it: seven bits a byte, the ninth byte whole."""
    value = 0
    for index in range(8):
        byte = data[offset + index]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, offset + index + 1
    value = value << 8 | data[offset + 8]
    return (value - (1 << 64) if value >= 1 << 63 else value), offset + 9
