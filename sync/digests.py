"""Compares once a day what the bench and central have, in both directions, without sending it again.

What nothing else would show is found so: central was put back to an old state and nobody has anything new to push, or
a record was changed on one of the disks.
"""

from itertools import pairwise

from station.elsewhere import KIND as ELSEWHERE
from station.local_copy import LocalCopy
from sync.backlog import Reader
from sync.client import Gap
from sync.errors import Refused
from sync.mirror import Mirror
from sync.outbox import Outbox
from sync.transport import Transport
from sync.wire import digest_of, mark_of

# What central compares at once.
_PIECE = 100_000


class Digests:
    """The daily comparison. Used by the courier's thread only."""

    def __init__(
        self,
        transport: Transport,
        db: LocalCopy,
        journal: Reader,
        mirror: Mirror,
        outbox: Outbox,
        site: str,
        epoch: str,
    ) -> None:
        self._transport = transport
        self._db = db
        self._journal = journal
        self._mirror = mirror
        self._outbox = outbox
        self._site = site
        self._epoch = epoch
        self._sent_again: frozenset[int] = frozenset()

    def compare(self) -> bool:
        """Compare both directions, and mend what differs; False, for there is never more to do at once.

        Raises Unreachable, Refused or JournalError.
        """
        try:
            if self._mirror.is_whole and not self._records_agree():
                self._mirror.take_anew()
            if self._compare_journal() and self._mirror.is_whole:
                self._mirror.was_put_back = self._outbox.was_put_back = False
        except Refused as error:
            # A central of old has no such doors.
            if error.status != 404:
                raise
        return False

    def _records_agree(self) -> bool:
        cursor = self._db.cursor()
        try:
            theirs = self._transport.site_digest(self._site, cursor).kinds
        except Refused as error:
            if error.code in ("ahead", "below_floor"):
                return False
            raise
        marks: dict[str, list[int]] = {}
        for kind, key, body in self._db.bodies():
            marks.setdefault(kind, []).append(mark_of(kind, key, body))
        ours = {kind: digest_of(found) for kind, found in marks.items()}
        return ours == {kind: digest for kind, digest in theirs.items() if kind != ELSEWHERE}

    def _compare_journal(self) -> bool:
        """Compare piece by piece, and remember up to where this was done: only that may leave the journal. Return
        whether nothing goes again.

        An entry that stays different, because it rotted on one of the disks, is told of and holds up no other: what
        leaves the journal is packed, and packed is only what is whole here.
        """
        acked = self._outbox.acked
        for after, upto in pairwise([*range(0, acked, _PIECE), acked]):
            theirs = self._transport.journal_digest(self._epoch, after, upto)
            if isinstance(theirs, Gap):
                self._outbox.put_back_to(theirs.acked)
                return False
            ours = self._journal.digest(after, upto)
            if ours == theirs.digest:
                continue
            # What was deleted here cannot go again; and what was sent again once is as central will have it.
            if ours.count == upto - after and after not in self._sent_again:
                self._sent_again |= {after}
                self._outbox.send_again_after(after)
                return False
            self._outbox.note_differing(self._first_differing(after, upto))
        self._outbox.prove(acked)
        return True

    def _first_differing(self, after: int, upto: int) -> int:
        """Return the first entry of a piece that is not the same at central, by halving what differs."""
        while upto - after > 1:
            middle = (after + upto) // 2
            theirs = self._transport.journal_digest(self._epoch, after, middle)
            if isinstance(theirs, Gap) or self._journal.digest(after, middle) != theirs.digest:
                upto = middle
            else:
                after = middle
        return upto
