"""One entry of the journal, and the hash chain that shows when one was changed or taken out."""

import hashlib
from collections.abc import Iterable

import msgspec

from station.facts import Recorded, Unknown, decode


class Entry(msgspec.Struct, frozen=True):
    """One fact as it was recorded: where it stands in the journal, who said it, when, and what.

    `at` is the wall clock (UTC, ISO 8601) and only informs; `seq` orders. `mono_ms` counts the milliseconds
    of the monotonic clock and can be compared within one `boot` (one run of the station). `body` is the
    fact's JSON.
    """

    seq: int
    id: str
    txn: str
    epoch: str
    at: str
    mono_ms: int
    boot: str
    operator: str
    shift: str
    type: str
    v: int
    body: bytes
    prev: bytes
    hash: bytes

    def fact(self) -> Recorded | Unknown:
        """Return the recorded fact; raises msgspec.MsgspecError when the body is damaged."""
        return decode(self.type, self.v, self.body)

    def is_whole(self) -> bool:
        """Tell whether the entry's hash fits what it says."""
        try:
            return self.hash == hash_of(self)
        except (AttributeError, TypeError):  # damage can turn a text into a number
            return False


def first_prev(epoch: str) -> bytes:
    """Return what the first entry of an epoch is chained to."""
    return hashlib.sha256(epoch.encode()).digest()


def hash_of(entry: Entry) -> bytes:
    """Return the SHA-256 over every field but the hash itself, in order, each after its length in four bytes.

    Numbers are written in decimal. The length in front keeps one field's end from passing for another's
    beginning.
    """
    fields = (
        b"%d" % entry.seq,
        entry.id.encode(),
        entry.txn.encode(),
        entry.epoch.encode(),
        entry.at.encode(),
        b"%d" % entry.mono_ms,
        entry.boot.encode(),
        entry.operator.encode(),
        entry.shift.encode(),
        entry.type.encode(),
        b"%d" % entry.v,
        entry.body,
        entry.prev,
    )
    return hashlib.sha256(b"".join(len(field).to_bytes(4, "big") + field for field in fields)).digest()


def sealed(entry: Entry, prev: bytes) -> Entry:
    """Return the entry chained to the hash before it, with its own hash."""
    chained = msgspec.structs.replace(entry, prev=prev)
    return msgspec.structs.replace(chained, hash=hash_of(chained))


def first_break(entries: Iterable[Entry], seq: int, prev: bytes) -> str:
    """Return in words the first fault in a run of entries that begins after `seq` and `prev`; empty when
    sound.
    """
    for entry in entries:
        if entry.seq != seq + 1:
            return f"entry {seq + 1} is missing: after {seq} comes {entry.seq}"
        if entry.prev != prev:
            return f"entry {entry.seq} does not continue the entry before it"
        if not entry.is_whole():
            return f"entry {entry.seq} was changed: its hash does not fit"
        seq, prev = entry.seq, entry.hash
    return ""
