"""Judges entries before anything is written: is each whole, chained to the one before it, and of a known kind?"""

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


def judge(entries: tuple[Entry, ...], epoch: str, prev: bytes, taken_ids: frozenset[str]) -> list[Judged]:
    """Judge entries that follow one another; `prev` is the hash before them, `taken_ids` are ids known elsewhere.

    One bad entry is set aside by itself: the next is held against the hash this one claims to have.
    """
    judged: list[Judged] = []
    taken = set(taken_ids)
    for entry in entries:
        judged.append(_judge(entry, epoch, prev, taken))
        taken.add(entry.id)
        prev = entry.hash
    return judged


def _judge(entry: Entry, epoch: str, prev: bytes, taken: set[str]) -> Judged:
    if any("\0" in text for text in _texts(entry)):
        return Judged(entry, "quarantined", "text_invalid")
    if entry.epoch != epoch:
        return Judged(entry, "quarantined", "epoch_differs")
    if entry.id in taken:
        return Judged(entry, "quarantined", "id_reused")
    if entry.prev != prev:
        return Judged(entry, "quarantined", "chain_broken")
    if not entry.is_whole():
        return Judged(entry, "quarantined", "hash_wrong")
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
