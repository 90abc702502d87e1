"""Pulls central's feed into the local copy, page by page, and proves that no record was missed."""

import logging
from datetime import datetime

import msgspec

from station.deliveries import KIND as RULES
from station.deliveries import judged
from station.local_copy import FeedGap, LocalCopy
from station.record_codes import Changes
from station.trial import fault_of
from sync.ahead import Ahead
from sync.clock import MACHINE, Clock
from sync.errors import Refused
from sync.snapshot import Snapshot
from sync.transport import Transport
from sync.wire import FeedPage, short_mark_of

_PAGE = 2_000
# The feed goes on after a snapshot that broke off: a bad line must not be asked to carry one all the time.
_ANEW_AFTER_S = 600.0
_log = logging.getLogger(__name__)


class Mirror:
    """The local copy of one site's records. Used by the courier's thread only; with `ahead` it catches up faster.

    `clock_offset_s` is central's clock minus ours, to half a second, by its last answer; `was_heard` says whether
    it ever gave one. `was_put_back` is set where central's feed ended before ours, or had another record where ours
    ends, and taken back by who finds that the two agree.
    """

    def __init__(
        self, transport: Transport, db: LocalCopy, site: str, clock: Clock = MACHINE, ahead: Ahead | None = None
    ) -> None:
        self._transport = transport
        self._db = db
        self._site = site
        self._clock = clock
        self._ahead = ahead
        self._snapshot: Snapshot | None = None
        # What the copy says is not true, as long as no snapshot came whole: when to try the next (monotonic).
        self._anew_at: float | None = None
        self.clock_offset_s = 0.0
        self.was_heard = False
        self.was_put_back = False

    @property
    def is_whole(self) -> bool:
        """Whether no snapshot is on its way."""
        return self._snapshot is None

    def take_anew(self) -> None:
        """Let the next pulls take all records as they stand; until all have come, the old ones stay."""
        self.close()
        self._anew_at = self._clock.monotonic() + _ANEW_AFTER_S
        self._snapshot = Snapshot(self._transport, self._db, self._site)

    def close(self) -> None:
        """Let go of a snapshot that is on its way."""
        if self._snapshot is not None:
            self._snapshot.close()
            self._snapshot = None

    def pull_some(self) -> bool:
        """Take one page, rows and cursor in one transaction; return whether there is more.

        Raises Unreachable or Refused; then nothing was taken. Where the feed cannot go on, a snapshot is taken.
        """
        if self._snapshot is not None:
            return self._take_some(self._snapshot)
        cursor = self._db.cursor()
        try:
            page, told = self._page(cursor)
        except Refused as error:
            if error.code not in ("below_floor", "put_back"):
                raise
            # Put back, and filled again up to where we are: what we have there is another record than central's.
            self.was_put_back = self.was_put_back or error.code == "put_back"
            self.take_anew()
            return True
        self.was_heard = True
        if page.head < cursor:
            # Central was put back to an old state: what we have beyond it is not true any more.
            self.was_put_back = True
            self.take_anew()
            return True
        if self._ahead is not None and page.to_seq < page.head:
            self._ahead.ask(page.to_seq, _PAGE, _end_of(page))
        if page.records:
            self._apply(page, told)
        if page.to_seq == page.head and self._anew_at is not None and self._clock.monotonic() >= self._anew_at:
            self.take_anew()
            return True
        return page.to_seq < page.head

    def _page(self, cursor: int) -> tuple[FeedPage, Changes | None]:
        """Return the next page. One that was fetched ahead comes with what it changes, and says nothing of the clock:
        it waited here meanwhile.

        While the copy is known not to be true, it is not asked whether it ends as central has it: the feed goes on.
        """
        fetched = self._ahead.taken(cursor, _PAGE) if self._ahead is not None else None
        if fetched is not None:
            return fetched
        asked_at = self._clock.utc()
        mark = self._db.end() if self._anew_at is None else 0
        page = self._transport.pull(self._site, cursor, _PAGE, mark)
        answered_at = self._clock.utc()
        self.clock_offset_s = _seconds_between(asked_at + (answered_at - asked_at) / 2, page.server_time)
        return page, None

    def _take_some(self, snapshot: Snapshot) -> bool:
        """Take some of a snapshot; return True, for the feed goes on behind it. Broken off, it begins anew later.

        Until one came whole, the feed goes on and the next is tried now and then.
        """
        try:
            if snapshot.take_some():
                self._snapshot = self._anew_at = None
        except BaseException:
            self.close()
            raise
        return True

    def _apply(self, page: FeedPage, changes: Changes | None) -> None:
        if [each.seq for each in page.records] != list(range(page.from_seq, page.to_seq + 1)):
            raise Refused("feed_gap", f"records are missing between {page.from_seq} and {page.to_seq}")
        told = page.records
        rules = judged(told, self._db.rules(), fault_of) if any(each.kind == RULES for each in told) else []
        try:
            self._db.apply(page.from_seq, page.to_seq, told, rules, _end_of(page), changes)
        except FeedGap as error:
            raise Refused("feed_gap", str(error)) from error
        except msgspec.MsgspecError as error:
            raise Refused("record_unreadable", str(error)) from error
        for each in rules:
            if each.why:
                _log.warning("the rules %s of central are refused, the last good ones stay: %s", each.key, each.why)


def _end_of(page: FeedPage) -> int:
    """Return the short mark of a page's last record; 0 when it has none."""
    last = page.records[-1] if page.records else None
    return short_mark_of(last.kind, last.key, bytes(last.body)) if last is not None else 0


def _seconds_between(ours: datetime, theirs: str) -> float:
    """Return how far central's clock is ahead of ours, in half seconds; 0 when it does not say."""
    try:
        return round((datetime.fromisoformat(theirs) - ours).total_seconds() * 2) / 2
    except (ValueError, TypeError, OverflowError):
        return 0.0
