"""What travels between a bench and central: pushes and their answers, the feed, and problems, as msgspec types."""

from typing import Literal

import msgspec

from station.entries import Entry

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
]

# One push: central refuses more; the courier never asks for more.
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
    """What central asks of the next push: no more than so many entries and bytes, and not before so many ms."""

    max_events: int = MOST_ENTRIES
    max_bytes: int = MOST_BYTES
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


class FeedRecord(msgspec.Struct, frozen=True):
    """One record of the site's feed: the whole new value under its key, or null when it is withdrawn.

    `kind` is a RecordKind, or one that a newer central tells of: a bench keeps it as it came.
    """

    seq: int
    kind: str
    key: str
    body: msgspec.Raw


class FeedPage(msgspec.Struct, frozen=True, rename={"from_seq": "from", "to_seq": "to"}):
    """A gap-free piece of the site's feed, from `from_seq` to `to_seq`; `head` is the newest there is.

    An empty page has `to_seq` = `from_seq` - 1.
    """

    from_seq: int
    to_seq: int
    head: int
    server_time: str
    records: tuple[FeedRecord, ...] = ()


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a request as a whole was not taken: a stable code, a sentence, and with `gap` where to go on from."""

    error: str
    detail: str = ""
    acked: int = -1


class Health(msgspec.Struct, frozen=True):
    """That central is there, and what it is."""

    service: str
    version: str
    database: str
    server_time: str
