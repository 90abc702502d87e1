"""The protections of the sync, each of which a test can switch off at one place; the product has no such switch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
import pytest

from station import copy_marks, salvage
from station.entries import Entry
from station.local_copy import LocalCopy
from sync import mirror, outbox
from sync.central import feed, intake, marks
from sync.central.judge import Judged
from sync.central.resolutions import worker
from sync.client import Gap
from sync.digests import Digests
from sync.errand import Errand
from sync.errors import Refused, Unreachable
from sync.mirror import Mirror
from sync.pace import Lane, Pace
from sync.snapshot import Snapshot
from sync.wire import FeedPage, Push, Pushed, SnapshotEnd, digest_of
from tests.sync.simulation import till
from tests.sync.simulation.line import Crash, Line

Patch = pytest.MonkeyPatch


def _known_ids(patch: Patch) -> None:
    """Central no longer knows an id that it has under another number."""
    patch.setattr(marks, "said_before", lambda *_: {})


def _mark(patch: Patch) -> None:
    """Central forgets how far it got."""
    patch.setattr(marks, "raise_to", lambda *_: None)


def _gap(patch: Patch) -> None:
    """Central takes entries that do not follow those it has."""
    look_through = intake._look_through

    def following(connection: Any, given: intake.Given, mark: marks.Mark, *more: Any) -> Any:
        push = given.push
        if push.entries and push.first > mark.acked + 1:
            mark = mark._replace(acked=push.first - 1, hash=push.entries[0].prev)
        return look_through(connection, given, mark, *more)

    patch.setattr(intake, "_look_through", following)


def _fork(patch: Patch) -> None:
    """Central takes whatever comes under a number it has for what it has."""
    again = marks.again

    def forgiving(*what: Any) -> list[Any]:
        try:
            return again(*what)
        except marks.ForkError:
            return []

    patch.setattr(marks, "again", forgiving)


def _epoch(patch: Patch) -> None:
    """A journal that was begun anew keeps the epoch of the old one."""
    write = salvage._write

    def writing(new: Any, station: str, epoch: str, entries: list[Entry], skipped: int) -> None:
        write(new, station, entries[0].epoch if entries else epoch, entries, skipped)

    patch.setattr(salvage, "_write", writing)


def _confirmed(patch: Patch) -> None:
    """The bench takes what it sent for confirmed when no answer came."""
    push = Line.push

    def hoping(self: Line, sent: Push) -> Pushed | Gap:
        try:
            return push(self, sent)
        except Unreachable as error:
            if error.code != "slow":
                raise
            return Pushed(sent.epoch, sent.entries[-1].seq, sent.sent_at)

    patch.setattr(Line, "push", hoping)


def _only_sent(patch: Patch) -> None:
    """The bench takes for confirmed whatever number central names, beyond what it sent."""
    patch.setattr(outbox, "min", lambda last, acked: acked if isinstance(acked, int) else last, raising=False)


def _cursor(patch: Patch) -> None:
    """The cursor moves before the records are there."""
    apply = LocalCopy.apply

    def torn(self: Any, from_seq: int, to_seq: int, records: Sequence[Any], *more: Any) -> None:
        apply(self, from_seq, to_seq, ())
        # The copy that a snapshot is staged in is another one, and has no weather.
        if hasattr(self, "weather") and self.weather.dice.random() < 0.3:
            raise Crash
        with self.writing() as connection:
            connection.exec_driver_sql("UPDATE feed SET cursor = ?", (from_seq - 1,))
        apply(self, from_seq, to_seq, records, *more)

    patch.setattr(LocalCopy, "apply", torn)


def _poison(patch: Patch) -> None:
    """What central fails at again and again is never set aside."""
    patch.setattr(Pace, "is_poison", lambda *_: False)


def _taken_apart(patch: Patch) -> None:
    """A push that central refuses for what is in it is sent again whole."""
    patch.setattr(outbox, "_ABOUT_CONTENT", ())


def _daily(patch: Patch) -> None:
    """The bench never compares what it has with central."""
    patch.setattr(Digests, "compare", lambda _: False)


def _checked_snapshot(patch: Patch) -> None:
    """The bench takes a snapshot for whole that broke off."""
    take_some = Snapshot.take_some

    def trusting(self: Snapshot) -> bool:
        try:
            return take_some(self)
        except Refused:
            if self._head is None:
                raise
            self._swap(SnapshotEnd(digest_of(self._marks)))
            return True

    patch.setattr(Snapshot, "take_some", trusting)


def _sound(patch: Patch) -> None:
    """The bench sends what was damaged on its disk."""
    patch.setattr(outbox, "_is_sound", lambda entry: isinstance(entry.body, bytes))


def _hash(patch: Patch) -> None:
    """Central takes an entry whose hash does not fit."""
    judge = intake.judge

    def careless(*what: Any) -> list[Judged]:
        return [_believed(each) if each.code in ("hash_wrong", "chain_broken") else each for each in judge(*what)]

    patch.setattr(intake, "judge", careless)


def _believed(judged: Judged) -> Judged:
    try:
        return Judged(judged.entry, "ok", "", judged.entry.fact())  # type: ignore[arg-type]
    except msgspec.MsgspecError:
        return judged


def _feed_gap(patch: Patch) -> None:
    """The bench takes a page of the feed in which a record is missing."""
    apply = Mirror._apply

    def trusting(self: Mirror, page: FeedPage, _: Any) -> None:
        numbered = [msgspec.structs.replace(each, seq=seq) for seq, each in enumerate(page.records, page.from_seq)]
        filled = numbered + [numbered[-1]] * (page.to_seq - page.from_seq + 1 - len(numbered))
        renumbered = [msgspec.structs.replace(each, seq=seq) for seq, each in enumerate(filled, page.from_seq)]
        apply(self, msgspec.structs.replace(page, records=tuple(renumbered)), None)

    patch.setattr(mirror.Mirror, "_apply", trusting)


def _feed_end(patch: Patch) -> None:
    """Central does not look whether the copy that it goes on with ends as its feed has it."""
    page = feed.page
    patch.setattr(feed, "page", lambda *what: page(*what[:5]))


def _own_timer(patch: Patch) -> None:
    """What failed is tried again only when somebody brings something new."""
    failed = Errand._failed

    def sleeping(self: Errand, lane: Lane, why: str, at_least_s: float) -> Lane:
        return msgspec.structs.replace(failed(self, lane, why, at_least_s), due_at=1e12)

    patch.setattr(Errand, "_failed", sleeping)


def _fork_mark(patch: Patch) -> None:
    """A bench that learnt of a fork begins no new epoch."""
    patch.setattr("station.opening.marks_in", lambda path, epoch: (copy_marks.acked_in(path, epoch), 0))


def _look_up(patch: Patch) -> None:
    """Central's worker sends again without asking the provider whether it was done."""
    patch.setattr(till.Purse, "find", lambda *_: None)


def _person(patch: Patch) -> None:
    """What the provider may have forgotten is sent again, and no person is asked."""
    patch.setattr(worker, "_is_too_old", lambda *_: False)


def _chain_fork(patch: Patch) -> None:
    """Central takes what follows an entry that it has not for damaged, though another journal wrote it."""
    patch.setattr(marks, "follows_another", lambda *_: False)


def _came_later(patch: Patch) -> None:
    """Central forgets that what was set aside came under another number."""
    patch.setattr(marks, "note_came_later", lambda *_: None)


PROTECTIONS: Final[Mapping[str, Callable[[Patch], None]]] = {
    "known ids": _known_ids,
    "mark": _mark,
    "gap check": _gap,
    "fork check": _fork,
    "new epoch": _epoch,
    "ack only what is confirmed": _confirmed,
    "ack only what was sent": _only_sent,
    "cursor with its records": _cursor,
    "poison set aside": _poison,
    "refused push taken apart": _taken_apart,
    "daily comparison": _daily,
    "snapshot checked": _checked_snapshot,
    "sound before sent": _sound,
    "hash and chain": _hash,
    "feed gap check": _feed_gap,
    "feed's end": _feed_end,
    "own timer": _own_timer,
    "fork remembered": _fork_mark,
    "fork by a broken chain": _chain_fork,
    "came later": _came_later,
    "provider look-up": _look_up,
    "person after 20 h": _person,
}
