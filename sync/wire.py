"""What travels between a bench and central: pushes and their answers, the feed, and problems, as msgspec types."""

import hashlib
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from station.entries import Entry
from station.local_copy import Record

Status = Literal["ok", "duplicate", "conflict", "held", "quarantined"]
RecordKind = Literal[
    "order",
    "product",
    "operator",
    "bin",
    "receipt",
    "rules",
    "recall",
    "serial_note",
    "pattern",
    "reference",
    "elsewhere",
    "resolution",
    "ruling",
    "exception",
    "answer_picture",
]

# One push: the courier sends no more of them. Central takes what the bounds of its door let through.
MOST_ENTRIES = 500
MOST_BYTES = 512 * 1024


class Push(msgspec.Struct, frozen=True, omit_defaults=True):
    """Entries of one station's journal, in order, the first of them `first`; `sent_at` is the bench's UTC clock.

    `suspect` says that these entries made central fail before.
    """

    epoch: str
    first: int
    sent_at: str
    entries: tuple[Entry, ...]
    suspect: bool = False


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one entry that is not plainly `ok`; every one of these is final and kept at central.

    `duplicate`: was there already. `conflict`: kept, and a person must decide between two benches. `held`: its type
    is newer than central. `quarantined`: kept as it came and never applied; `code` says why.
    """

    seq: int
    status: Status
    code: str = ""


class Next(msgspec.Struct, frozen=True):
    """What central asks of the next push: not before so many ms."""

    delay_ms: int = 0


class Pushed(msgspec.Struct, frozen=True):
    """Central's answer: everything up to `acked` is durable there, whatever its verdict."""

    epoch: str
    acked: int
    server_time: str
    results: tuple[Verdict, ...] = ()
    next: Next | None = None


class Quarantine(msgspec.Struct, frozen=True):
    """One entry that central could not take in any other way, as the bytes it is made of."""

    epoch: str
    seq: int
    id: str
    hash: bytes
    raw: bytes


class FeedRecord(Record, frozen=True):
    """One record of the site's feed: the whole new value under its key, or null when it is withdrawn.

    `kind` is a RecordKind, or one that a newer central tells of: a bench keeps it as it came.
    """


class FeedPage(msgspec.Struct, frozen=True, rename={"from_seq": "from", "to_seq": "to"}):
    """A gap-free piece of the site's feed, from `from_seq` to `to_seq`; `head` is the newest there is.

    An empty page has `to_seq` = `from_seq` - 1. Who has less than `floor` must take a snapshot instead.
    """

    from_seq: int
    to_seq: int
    head: int
    server_time: str
    records: tuple[FeedRecord, ...] = ()
    floor: int = 0


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a request as a whole was not taken: a stable code, a sentence, and with `gap` where to go on from.

    With `fork`, `acked` is the last entry central has of the one that wrote there first.
    """

    error: str
    detail: str = ""
    acked: int = -1


class Health(msgspec.Struct, frozen=True):
    """That central is there, and what it is."""

    service: str
    version: str
    database: str
    server_time: str


class Digest(msgspec.Struct, frozen=True):
    """How many of something there are, and the sum of their 64-bit marks modulo 2^64, in 16 hexadecimal digits.

    An entry's mark is the first 8 bytes (big-endian) of its hash; that of a feed record is `mark_of`.
    """

    count: int
    sum: str


class JournalDigest(msgspec.Struct, frozen=True):
    """What central keeps of one journal's entries after `after` up to `upto`, whatever verdict each of them got."""

    epoch: str
    after: int
    upto: int
    digest: Digest


class SiteDigest(msgspec.Struct, frozen=True):
    """What stands in a site's feed as of record `upto`, by kind: the newest of each key, without what was withdrawn."""

    site: str
    upto: int
    kinds: dict[str, Digest]
    server_time: str


class SnapshotHead(msgspec.Struct, frozen=True):
    """The first line of a snapshot: the site, and the number of the feed's record up to which it tells everything.

    Then comes a FeedRecord a line, the newest of each key, ordered by number; none is withdrawn. `mark` is the short
    mark of record `seq`, whether it is among them or not; 0 from a central that does not say it.
    """

    site: str
    seq: int
    server_time: str
    mark: int = 0


class SnapshotEnd(msgspec.Struct, frozen=True):
    """The last line of a snapshot; one without it, or with another digest of its records, was cut off."""

    end: Digest


def mark_of(kind: str, key: str, body: bytes) -> int:
    """Return the 64-bit mark of a feed record: the first 8 bytes (big-endian) of the SHA-256 of all three, NUL between.

    `body` is the JSON as it travels, byte for byte.
    """
    text = b"\0".join((kind.encode(), key.encode(), body))
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big")


def short_mark_of(kind: str, key: str, body: bytes) -> int:
    """Return the mark of a feed record without its last bit: a number that databases and URLs hold."""
    return mark_of(kind, key, body) >> 1


def digest_of(marks: Iterable[int]) -> Digest:
    """Return the digest of things with these marks, in whatever order they come."""
    count = total = 0
    for mark in marks:
        count += 1
        total += mark
    return Digest(count, f"{total % 2**64:016x}")


# Photos travel in parts of this size, numbered from 0; the last may be smaller. A cut line repeats one part at most.
PART_BYTES = 512 * 1024
LARGEST_PHOTO = 32 * 1024 * 1024


class PhotoAsk(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a bench would like to do with a photo of `size` bytes; `direct` when it may go elsewhere in one piece."""

    size: Annotated[int, msgspec.Meta(ge=1, le=LARGEST_PHOTO)]
    direct: bool = False


class PhotoAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """`have`: central has it, its hash was checked. `parts`: these numbers are missing. `presigned`: put it to `url`.

    With `presigned` exactly `headers` go along, without the station's token; `complete` then says that it is there.
    """

    state: Literal["have", "parts", "presigned"]
    missing: tuple[int, ...] = ()
    url: str = ""
    headers: dict[str, str] = {}


class Enrolment(msgspec.Struct, frozen=True):
    """A bench's wish to be `station`: a one-time code, its Ed25519 key (32 bytes), and the key's signature.

    Signed is `enrolment_text`: so nobody enrols a key that is not his.
    """

    code: str
    station: str
    public_key: bytes
    signature: bytes


class Challenge(msgspec.Struct, frozen=True):
    """A number used once; who signs `renewal_text` with the station's key gets a new token."""

    nonce: str


class Renewal(msgspec.Struct, frozen=True):
    """An answer to a challenge."""

    nonce: str
    signature: bytes


class Admission(msgspec.Struct, frozen=True):
    """A station's token and until when it is valid (UTC); the bench fetches the next one from `renew_at` on."""

    station: str
    site: str
    token: str
    renew_at: str
    expires_at: str


def enrolment_text(code: str, station: str) -> bytes:
    """Return what a key signs when it is enrolled."""
    return f"returns-station enrol\n{code}\n{station}".encode()


def renewal_text(nonce: str, station: str) -> bytes:
    """Return what a key signs to get the next token."""
    return f"returns-station renew\n{nonce}\n{station}".encode()
