"""Takes a site's records whole, a few thousand a step, so that facts go on meanwhile; then swaps them, checked."""

from collections.abc import Generator, Iterator, Sequence
from itertools import islice

import msgspec

from station.deliveries import KIND as RULES
from station.deliveries import delivered, judged
from station.local_copy import Delivered, LocalCopy, Record
from station.staging import Stage
from station.trial import fault_of
from sync.errors import Refused
from sync.transport import Transport
from sync.wire import FeedRecord, SnapshotEnd, SnapshotHead, digest_of, mark_of

_AT_ONCE = 2_000


class Snapshot:
    """One snapshot on its way. Used by the courier's thread only; `close` it when anything goes wrong."""

    def __init__(self, transport: Transport, db: LocalCopy, site: str) -> None:
        self._db = db
        self._stage = Stage(db)
        self._lines: Iterator[SnapshotHead | FeedRecord | SnapshotEnd] = transport.snapshot(site)
        self._marks: list[int] = []
        self._rules: list[Record] = []
        self._head: SnapshotHead | None = None

    def take_some(self) -> bool:
        """Take some records; return True when all had come and stand in the place of the old ones.

        Raises Unreachable, and Refused when it was cut off or is not what central meant to send.
        """
        lines = list(islice(self._lines, _AT_ONCE))
        if self._head is None and lines and isinstance(lines[0], SnapshotHead):
            self._head = lines.pop(0)  # type: ignore[assignment]
        records = [each for each in lines if isinstance(each, FeedRecord)]
        self._marks += [mark_of(each.kind, each.key, bytes(each.body)) for each in records]
        self._rules += [each for each in records if each.kind == RULES]
        try:
            self._stage.add(records)
        except msgspec.MsgspecError as error:
            raise Refused("record_unreadable", str(error)) from error
        end = lines[-1] if lines else None
        if isinstance(end, SnapshotEnd):
            self._swap(end)
            return True
        if len(lines) < _AT_ONCE - 1:
            raise Refused("snapshot_cut", "it ended before its end")
        return False

    def close(self) -> None:
        """Throw away what came, and let the line go."""
        self._stage.drop()
        if isinstance(self._lines, Generator):
            self._lines.close()

    def _swap(self, end: SnapshotEnd) -> None:
        if self._head is None or digest_of(self._marks) != end.end:
            raise Refused("snapshot_wrong", "what came is not what was sent")
        self._stage.swap(self._head.seq, _changed(self._rules, self._db.rules()), self._head.mark)
        if isinstance(self._lines, Generator):
            self._lines.close()


def _changed(records: Sequence[Record], before: Sequence[Delivered]) -> list[Delivered]:
    """Return what a snapshot says anew of rule files, judged, and withdrawn what it does not name any more."""
    newest = {each.key: each.toml for each in before}
    named = {each.key for each in records}
    gone = [Record(0, RULES, key, msgspec.Raw(b"null")) for key, toml in newest.items() if toml and key not in named]
    fresh = [each for each in records if delivered(each).toml != newest.get(each.key)]
    return judged([*gone, *fresh], before, fault_of) if gone or fresh else []
