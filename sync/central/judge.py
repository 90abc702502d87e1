"""Judges entries before anything is written: is each whole, chained to the one before it, and of a known kind?"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from station.entries import Entry
from station.facts import Recorded, Unknown
from sync.wire import Status


class Judged(NamedTuple):
    """An entry, what is to become of it, and its fact when it is to be applied."""

    entry: Entry
    status: Status
    code: str = ""
    fact: Recorded | None = None


# What makes an entry the same one under another number: all that was said, and not where it stands.
Said = tuple[str, str, int, bytes]


# Another station's id, or one of the same batch, is never ours said again.
OTHERS: Said = ("", "", 0, b"")


def said(entry: Entry) -> Said:
    """Return what an entry says: a salvaged journal says it again in a new epoch, with the same id."""
    return entry.txn, entry.type, entry.v, entry.body


def judge(entries: tuple[Entry, ...], epoch: str, prev: bytes, earlier: Mapping[str, Said]) -> list[Judged]:
    """Judge entries that follow one another; `prev` is the hash before them, `earlier` are known ids and their words.

    An id that comes again and says the same is a duplicate; one that says something else was used twice. One bad
    entry is set aside by itself: the next is held against the hash this one claims to have, unless that one is wrong.
    """
    judged: list[Judged] = []
    link: bytes | None = prev
    taken = dict(earlier)
    for entry in entries:
        judged.append(_judge(entry, epoch, link, taken))
        taken.setdefault(entry.id, OTHERS)
        # Its hash says nothing: the next one's own, which covers what that follows, must do.
        link = None if judged[-1].code == "hash_wrong" else entry.hash
    return judged


def _judge(entry: Entry, epoch: str, prev: bytes | None, taken: Mapping[str, Said]) -> Judged:
    if "\0" in "".join(_texts(entry)):
        return Judged(entry, "quarantined", "text_invalid")
    if entry.epoch != epoch:
        return Judged(entry, "quarantined", "epoch_differs")
    if entry.id in taken and taken[entry.id] != said(entry):
        return Judged(entry, "quarantined", "id_reused")
    if prev is not None and entry.prev != prev:
        return Judged(entry, "quarantined", "chain_broken")
    if not entry.is_whole():
        return Judged(entry, "quarantined", "hash_wrong")
    if entry.id in taken:
        return Judged(entry, "duplicate")
    try:
        fact = entry.fact()
    except (msgspec.MsgspecError, ValueError):
        return Judged(entry, "quarantined", "body_invalid")
    if isinstance(fact, Unknown):
        return Judged(entry, "held", "type_unknown")
    if type(fact).__name__ != entry.type:
        return Judged(entry, "quarantined", "type_differs")
    return Judged(entry, "ok", "", fact)


def _texts(entry: Entry) -> tuple[str, ...]:
    """The entry's texts; PostgreSQL keeps none that has a NUL, and nothing of ours ever has one."""
    return (entry.id, entry.txn, entry.epoch, entry.at, entry.boot, entry.operator, entry.shift, entry.type)
