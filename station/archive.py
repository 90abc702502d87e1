"""Packed facts: runs of the journal that left its file, each in a compressed file of its own named by its SHA-256.

Nothing is given up: the journal's table `packed` says of each run which numbers it has, how its chain ends and the
file's SHA-256, so whoever reads facts finds them, and a file that was changed or lost is noticed. Hashes are not kept
in the file; they are made anew from the facts, and only the right facts give the hash at the run's end.
"""

import hashlib
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from sqlalchemy.engine import Connection

from station import schema
from station.entries import Entry, first_break, first_prev, sealed
from station.files import put_in_place
from station.journal_errors import JournalError
from station.statements import Statement, insert

ARCHIVE_FOLDER = "archive"

_SUFFIX = ".facts"
# 75 bytes a fact in 37 ms a thousand; LZMA makes 57 of them, in twenty times as long, and not every Python has it.
_LEVEL = 9
_FORMAT = 1

# The fields of an entry, in their order, but for those that follow from the run.
_LASTING = tuple(name for name in Entry.__struct_fields__ if name not in ("seq", "epoch", "prev", "hash"))


class Pack(msgspec.Struct, frozen=True):
    """One packed run: facts `first` to `last`, chained behind `prev`, the last of them with this hash.

    `sum` is the sum of the facts' marks modulo 2^64 in 16 hexadecimal digits, as central's digests have it.
    """

    first: int
    last: int
    sha256: str
    prev: bytes
    hash: bytes
    sum: str


class _Contents(msgspec.Struct, frozen=True, array_like=True):
    """What is in the file; `facts` are the fields of `_LASTING`."""

    format: int
    station: str
    epoch: str
    first: int
    prev: bytes
    facts: tuple[tuple[str, str, str, int, str, str, str, str, int, bytes], ...]


_CONTENTS = msgspec.msgpack.Decoder(_Contents)
_IS_THERE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'packed'"
_PACKS = Statement('SELECT first, last, sha256, prev, hash, "sum" FROM packed WHERE last > :after ORDER BY last')
_LAST = Statement("SELECT last, hash FROM packed ORDER BY last DESC LIMIT 1")
_COLUMNS = ", ".join(f'"{name}"' for name in Entry.__struct_fields__)
_ENTRIES_AFTER = Statement(f"SELECT {_COLUMNS} FROM journal WHERE seq > :after ORDER BY seq LIMIT :limit")
ADD_PACK = insert(schema.packed)
FORGET = Statement("DELETE FROM journal WHERE seq <= :last")


def pack(folder: Path, station: str, entries: Sequence[Entry]) -> Pack:
    """Write a whole run of one epoch into the archive of a data folder, durably, and read it back.

    Raises ValueError when the run is not whole, OSError when it cannot be written.
    """
    first, prev = entries[0], entries[0].prev
    if broken := first_break(entries, first.seq - 1, prev):
        raise ValueError(broken)
    facts = tuple(tuple(getattr(entry, name) for name in _LASTING) for entry in entries)
    contents = _Contents(_FORMAT, station, first.epoch, first.seq, prev, facts)
    packed = zlib.compress(msgspec.msgpack.encode(contents), _LEVEL)
    total = sum(mark_of(entry.hash) for entry in entries) % 2**64
    made = Pack(first.seq, entries[-1].seq, hashlib.sha256(packed).hexdigest(), prev, entries[-1].hash, f"{total:016x}")
    path = path_of(folder, made)
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(packed)
    put_in_place(part, path)
    if unpack(folder, made) != list(entries):
        raise OSError(f"{path.name} does not read as it was written")
    return made


def unpack(folder: Path, pack: Pack) -> list[Entry]:
    """Return the facts of a run. Raises JournalError (packed_missing, packed_damaged) when its file is not whole."""
    path = path_of(folder, pack)
    content = _content(path)
    if hashlib.sha256(content).hexdigest() != pack.sha256:
        raise JournalError("packed_damaged", f"The packed facts {path.name} were changed.")
    _, entries = _read(path, content)
    if not entries or (entries[0].seq, entries[-1].seq, entries[-1].hash) != (pack.first, pack.last, pack.hash):
        raise JournalError("packed_damaged", f"The packed facts {path.name} are not those the journal let go of.")
    return entries


def is_there(folder: Path, pack: Pack) -> bool:
    """Tell whether the file of a run is there as it was written."""
    try:
        return hashlib.sha256(path_of(folder, pack).read_bytes()).hexdigest() == pack.sha256
    except OSError:
        return False


def everything_in(folder: Path) -> Iterator[tuple[str, Entry]]:
    """Yield station and entry of every packed fact that can be read, whichever journal it left: for a salvage."""
    for path in sorted((folder / ARCHIVE_FOLDER).glob(f"*{_SUFFIX}")):
        try:
            content = _content(path)
            if path.name.split(".")[1] != hashlib.sha256(content).hexdigest():
                continue
            station, entries = _read(path, content)
        except JournalError:
            continue
        yield from ((station, entry) for entry in entries)


def path_of(folder: Path, pack: Pack) -> Path:
    """Return where the file of a run lies in a data folder."""
    return folder / ARCHIVE_FOLDER / f"{pack.first:010d}-{pack.last:010d}.{pack.sha256}{_SUFFIX}"


def packs_after(connection: Connection, after: int) -> list[Pack]:
    """Return the runs that hold facts after a number, in order; none of a journal of an older program."""
    if not connection.exec_driver_sql(_IS_THERE).first():
        return []
    return [Pack(*row) for row in _PACKS.rows(connection, {"after": after})]


def beginning(connection: Connection, epoch: str) -> tuple[int, bytes]:
    """Return number and hash of the last fact that is packed: what the journal's first entry is chained to."""
    if connection.exec_driver_sql(_IS_THERE).first():
        for last, hash_ in _LAST.rows(connection, {}):
            return int(last), bytes(hash_)
    return 0, first_prev(epoch)


def entries_in_file(connection: Connection, after: int, limit: int) -> list[Entry]:
    """Return up to `limit` entries of the table `journal` that come after a number, in order."""
    return [Entry(*row) for row in _ENTRIES_AFTER.rows(connection, {"after": after, "limit": limit})]


def entries_after(connection: Connection, folder: Path, after: int, limit: int) -> list[Entry]:
    """Return up to `limit` entries that come after a number, in order, packed or not; raises JournalError."""
    entries = entries_in_file(connection, after, limit)
    if limit <= 0 or (entries and entries[0].seq == after + 1):
        return entries
    packed: list[Entry] = []
    for each in packs_after(connection, after):
        packed += [entry for entry in unpack(folder, each) if entry.seq > after]
        if len(packed) >= limit:
            break
    return [*packed, *entries][:limit]


def entries_at(connection: Connection, folder: Path, numbers: Collection[int]) -> dict[int, Entry]:
    """Return the packed entries with these numbers; others are left out, and those whose file is not whole."""
    found: dict[int, Entry] = {}
    for each in packs_after(connection, min(numbers) - 1) if numbers else ():
        if any(each.first <= number <= each.last for number in numbers):
            with suppress(JournalError):
                found |= {entry.seq: entry for entry in unpack(folder, each) if entry.seq in numbers}
    return found


def mark_of(hash_: object) -> int:
    """Return the mark of an entry in digests: the first 8 bytes (big-endian) of its hash; 0 of a damaged one."""
    return int.from_bytes(hash_[:8], "big") if isinstance(hash_, bytes) else 0


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise JournalError(
            "packed_missing", f"The packed facts {path.name} cannot be read: {error.strerror}."
        ) from None


def _read(path: Path, content: bytes) -> tuple[str, list[Entry]]:
    try:
        read = _CONTENTS.decode(zlib.decompress(content))
    except (zlib.error, msgspec.MsgspecError):
        raise JournalError("packed_damaged", f"The packed facts {path.name} are damaged.") from None
    prev, entries = read.prev, []
    for seq, fact in enumerate(read.facts, read.first):
        id_, txn, at, mono_ms, boot, operator, shift, name, v, body = fact
        entry = Entry(seq, id_, txn, read.epoch, at, mono_ms, boot, operator, shift, name, v, body, b"", b"")
        entries.append(sealed(entry, prev))
        prev = entries[-1].hash
    return read.station, entries
