"""Pushes the journal to central, in order, and remembers only what central itself confirmed."""

import logging
from itertools import takewhile

import msgspec

from station.entries import Entry
from station.local_copy import LocalCopy, Refusal, fork_mark, photos_mark, proved_mark
from station.moments import utc
from sync.backlog import Backlog, Reader
from sync.client import Gap
from sync.clock import Clock
from sync.errors import Refused, Unreachable
from sync.pace import Pace
from sync.transport import Transport
from sync.wire import MOST_BYTES, Next, Push, Pushed, Quarantine

_log = logging.getLogger(__name__)
_TOO_LARGE = 413
# Refusals of what is in the push; any other (a void token, a fork) would meet every push.
_ABOUT_CONTENT = (400, _TOO_LARGE, 422)


class Outbox:
    """The entries of one journal that central has not confirmed. Used by the courier's thread only.

    `last_ack_at` is central's clock (UTC) when it last confirmed something, "" before; `answers` counts how often.
    `was_put_back` is set where central had less than it had confirmed, and taken back by who finds that it agrees.
    """

    def __init__(self, transport: Transport, db: LocalCopy, journal: Reader, epoch: str, clock: Clock) -> None:
        self._transport = transport
        self._db = db
        self._journal = journal
        self._epoch = epoch
        self._clock = clock
        self._pace = Pace()
        self._next = Next()
        self._is_in_doubt = False
        self.last_ack_at = ""
        self.answers = 0
        self.was_put_back = False

    @property
    def acked(self) -> int:
        """The last entry central has confirmed."""
        return self._db.acked(self._epoch)

    @property
    def refused(self) -> int:
        """How many facts and photos central could not take as they were."""
        return len(self._db.refused())

    @property
    def rest_s(self) -> float:
        """How long central asked not to be pushed to, by its last answer."""
        return max(0.0, self._next.delay_ms / 1000)

    @property
    def rolled_back(self) -> int:
        """How many facts central has under the numbers of this journal that it lacks."""
        return self._db.acked(fork_mark(self._epoch))

    def left(self, photos_done: int) -> Backlog:
        """Return what central has not confirmed, with photos named after entry `photos_done`; raises JournalError."""
        return self._journal.look(self.acked, photos_done)

    def push_some(self) -> bool:
        """Push one batch; return whether there is more. Raises Unreachable, Refused or JournalError.

        After a failure nothing has changed but the pace: the same entries go again, in smaller parts if need be.
        """
        if self._is_in_doubt:
            self._look_back()
        entries, is_more = self._batch(self.acked)
        if not entries:
            return False
        first, last = entries[0].seq, entries[-1].seq
        if self._pace.is_poison(first) or not _is_sound(entries[0]):
            self._put_away(entries[0])
            return True
        push = Push(self._epoch, first, utc(self._clock.utc()), tuple(entries), self._pace.is_suspect(first))
        try:
            answer = self._transport.push(push)
        except Unreachable as error:
            if error.code == "slow":
                self._pace = self._pace.after_slowness()
            elif error.code == "fault":
                self._pace = self._pace.after_fault(first, last, error.status)
            raise
        except Refused as error:
            self._refused(first, last, error)
            return True
        if isinstance(answer, Gap):
            self._go_back(first, answer.acked)
            return True
        self._remember(last, answer)
        self._pace = self._pace.after_success()
        return is_more

    def doubt(self) -> None:
        """Ask central before the next push whether it still has what it confirmed: its feed was put back."""
        self._is_in_doubt = True

    def _look_back(self) -> None:
        acked = self.acked
        try:
            answer = self._transport.journal_digest(self._epoch, acked, acked)
        except Refused as error:
            # A central of old has no such door.
            if error.status != 404:
                raise
        else:
            if isinstance(answer, Gap):
                self.put_back_to(answer.acked)
        self._is_in_doubt = False

    def _batch(self, acked: int) -> tuple[list[Entry], bool]:
        """Return the next entries, and whether others wait behind them.

        A transaction is not torn apart unless it alone is more than a push may be.
        """
        size = self._pace.size(acked + 1)
        entries = self._journal.entries(acked, size + 1)
        sound = list(takewhile(_is_sound, entries))
        if not sound:
            return entries[:1], len(entries) > 1
        kept = _light(sound, MOST_BYTES)[:size]
        if len(kept) == len(entries) or len(kept) <= 1:
            return kept, len(kept) < len(entries)
        torn = entries[len(kept)].txn
        whole = list(takewhile(lambda entry: entry.txn != torn, kept))
        return whole or kept, True

    def _refused(self, first: int, last: int, error: Refused) -> None:
        """Find the entry that is meant by a refusal; raise it when it would meet every push."""
        if error.code == "fork" and first < last:
            # Those before the fork are at central as they are here: they are confirmed one by one on the way to it.
            self._pace = self._pace.alone(last)
        elif error.status in _ABOUT_CONTENT:
            self._pace = self._pace.after_refusal(first, last, error.status)
        else:
            self._note_fork(first, error)
            raise error

    def _note_fork(self, seq: int, error: Refused) -> None:
        """Remember that central has another entry under this number: the next start begins anew behind it."""
        if error.code == "fork":
            self._db.set_acked(fork_mark(self._epoch), max(1, error.acked - seq + 1))

    def _go_back(self, first: int, acked: int) -> None:
        """Central lacks earlier entries (it was restored from a backup): start again from what it has."""
        if not 0 <= acked < first - 1:
            raise Refused("gap", f"central wants to go on after {acked}, where {first} is already next")
        self.put_back_to(acked)

    def put_back_to(self, acked: int) -> None:
        """Send again what comes after an entry: central has no more, though it had confirmed more."""
        self.was_put_back = True
        self.send_again_after(acked)

    def send_again_after(self, acked: int) -> None:
        """Take for confirmed what comes up to an entry and no more; of photos too, which may be lost with the rest."""
        # What is proved goes down first: facts leave the journal by it, and this may be cut off half-way.
        for mark in (proved_mark(self._epoch), photos_mark(self._epoch)):
            if self._db.acked(mark) > acked:
                self._db.set_acked(mark, acked)
        self._db.set_acked(self._epoch, acked)

    def prove(self, upto: int) -> None:
        """Remember that the entries up to one, and none further, were compared with central's."""
        self._db.set_acked(proved_mark(self._epoch), upto)

    def note_differing(self, seq: int) -> None:
        """Let a person look at an entry that is not the same at central, though it was sent again."""
        refusal = Refusal(self._epoch, seq, "conflict", "digest_differs")
        if refusal not in self._db.refused():
            _log.warning("entry %s is not at central as it is here: one of the two is damaged", seq)
        self._db.set_acked(self._epoch, self.acked, [refusal])

    def _remember(self, last: int, answer: Pushed) -> None:
        """Store what was confirmed and what a person must look at.

        Central may have more than we sent, when this journal is an old copy; then the next push must meet it.
        """
        refusals = [
            Refusal(self._epoch, verdict.seq, verdict.status, verdict.code)
            for verdict in answer.results
            if verdict.status != "duplicate"
        ]
        self._db.set_acked(self._epoch, min(last, answer.acked), refusals)
        self._next = answer.next or Next()
        self._confirmed(answer)

    def _put_away(self, entry: Entry) -> None:
        """Hand over as raw bytes what central cannot digest, or what is damaged here, and go on with the next."""
        # Damage on the disk can turn a text into a number, and bytes into a text.
        hash_ = entry.hash if isinstance(entry.hash, bytes) else b""
        raw = msgspec.json.encode(entry)
        code = "central_failed"
        try:
            answer = self._hand_over(Quarantine(self._epoch, entry.seq, str(entry.id), hash_, raw))
            if answer is None:
                # Central hears that there is such an entry; what it says stays in this journal.
                code = "too_large"
                answer = self._transport.put_away(Quarantine(self._epoch, entry.seq, str(entry.id), hash_, b""))
        except Refused as error:
            self._note_fork(entry.seq, error)
            raise
        if isinstance(answer, Gap):
            self._go_back(entry.seq, answer.acked)
            return
        refusal = Refusal(self._epoch, entry.seq, "quarantined", code)
        self._db.set_acked(self._epoch, entry.seq, [refusal])
        self._confirmed(answer)

    def _hand_over(self, entry: Quarantine) -> Pushed | Gap | None:
        """Return central's answer to raw bytes; None when they are too many for it."""
        try:
            return self._transport.put_away(entry)
        except Refused as error:
            if error.status != _TOO_LARGE:
                raise
            return None

    def _confirmed(self, answer: Pushed) -> None:
        self.last_ack_at = answer.server_time
        self.answers += 1


def _is_sound(entry: Entry) -> bool:
    """Tell whether an entry still is what was recorded; one that is not would spoil the push it is in."""
    return isinstance(entry.body, bytes) and entry.is_whole()


def _light(entries: list[Entry], most_bytes: int) -> list[Entry]:
    """Return the entries from the first on that together stay below the size of a push; the first in any case."""
    size = 0
    kept: list[Entry] = []
    for entry in entries:
        # Bodies and hashes travel in base64, a third larger; names and instants add a few hundred bytes.
        size += len(entry.body) * 4 // 3 + 600
        if kept and size > most_bytes:
            break
        kept.append(entry)
    return kept
