"""Pushes the journal to central, in order, and remembers only what central itself confirmed."""

from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

import msgspec

from station.entries import Entry
from station.journal import read_entries
from station.local_copy import LocalCopy, Refusal
from sync.backlog import Backlog, look
from sync.client import Client, Gap
from sync.errors import Refused, Unreachable
from sync.pace import Pace
from sync.wire import MOST_BYTES, Push, Pushed, Quarantine

# Refusals of what is in the push; any other (a void token, a fork) would meet every push.
_ABOUT_CONTENT = (400, 413, 422)


class Outbox:
    """The entries of one journal that central has not confirmed. Used by the courier's thread only.

    `last_ack_at` is central's clock (UTC) when it last confirmed something, "" before.
    """

    def __init__(self, client: Client, copy: LocalCopy, journal: Path, epoch: str) -> None:
        self._client = client
        self._copy = copy
        self._journal = journal
        self._epoch = epoch
        self._pace = Pace()
        self.last_ack_at = ""

    @property
    def acked(self) -> int:
        """The last entry central has confirmed."""
        return self._copy.acked(self._epoch)

    @property
    def refused(self) -> int:
        """How many facts and photos central could not take as they were."""
        return len(self._copy.refused())

    def left(self, photos_done: int) -> Backlog:
        """Return what central has not confirmed, with photos named after entry `photos_done`; raises JournalError."""
        return look(self._journal, self.acked, photos_done)

    def push_some(self) -> bool:
        """Push one batch; return whether there may be more. Raises Unreachable, Refused or JournalError.

        After a failure nothing has changed but the pace: the same entries go again, in smaller parts if need be.
        """
        acked = self.acked
        entries = self._batch(acked)
        if not entries:
            return False
        first, last = entries[0].seq, entries[-1].seq
        if self._pace.is_poison(first):
            self._put_away(entries[0])
            return True
        push = Push(self._epoch, first, _now(), tuple(entries), self._pace.is_suspect(first))
        try:
            answer = self._client.push(push)
        except Unreachable as error:
            if error.code == "slow":
                self._pace = self._pace.after_slowness()
            elif error.code == "fault":
                self._pace = self._pace.after_fault(first, last, error.status)
            raise
        except Refused as error:
            if error.status not in _ABOUT_CONTENT:
                raise
            self._pace = self._pace.after_refusal(first, last, error.status)
            return True
        if isinstance(answer, Gap):
            self._go_back(first, answer.acked)
            return True
        self._remember(last, answer)
        self._pace = self._pace.after_success()
        return True

    def _batch(self, acked: int) -> list[Entry]:
        """Return the next entries; a transaction is not torn apart unless it alone is more than a push may be."""
        entries = read_entries(self._journal, acked, self._pace.size(acked + 1) + 1)
        kept = _light(entries)[: self._pace.size(acked + 1)]
        if len(kept) == len(entries) or len(kept) <= 1:
            return kept
        torn = entries[len(kept)].txn
        whole = list(takewhile(lambda entry: entry.txn != torn, kept))
        return whole or kept

    def _go_back(self, first: int, acked: int) -> None:
        """Central lacks earlier entries (it was restored from a backup): start again from what it has."""
        if not 0 <= acked < first - 1:
            raise Refused("gap", f"central wants to go on after {acked}, where {first} is already next")
        self._copy.set_acked(self._epoch, acked)

    def _remember(self, last: int, answer: Pushed) -> None:
        """Store what was confirmed and what a person must look at.

        Central may have more than we sent, when this journal is an old copy; then the next push must meet it.
        """
        refusals = [
            Refusal(self._epoch, verdict.seq, verdict.status, verdict.code)
            for verdict in answer.results
            if verdict.status != "duplicate"
        ]
        self._copy.set_acked(self._epoch, min(last, answer.acked), refusals)
        self.last_ack_at = answer.server_time

    def _put_away(self, entry: Entry) -> None:
        """Hand over as raw bytes what central cannot digest, mark it refused, and go on with the next."""
        raw = msgspec.json.encode(entry)
        answer = self._client.put_away(Quarantine(self._epoch, entry.seq, entry.id, entry.hash, raw))
        refusal = Refusal(self._epoch, entry.seq, "quarantined", "central_failed")
        self._copy.set_acked(self._epoch, entry.seq, [refusal])
        self.last_ack_at = answer.server_time


def _light(entries: list[Entry]) -> list[Entry]:
    """Return the entries from the first on that together stay below the size of a push; the first in any case."""
    size = 0
    kept: list[Entry] = []
    for entry in entries:
        # Bodies and hashes travel in base64, a third larger; names and instants add a few hundred bytes.
        size += len(entry.body) * 4 // 3 + 600
        if kept and size > MOST_BYTES:
            break
        kept.append(entry)
    return kept


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
