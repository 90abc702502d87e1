"""Takes stations' entries in: one transaction a batch, every entry with a final verdict, nothing lost or doubled.

Small pushes of several stations of a site may share a transaction: most of what a push costs is not its entries.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError

from station import projections
from station.entries import Entry
from station.facts import Recorded, Undone
from sync.central import (
    blind,
    clock_suspect,
    customers,
    exceptions,
    feed,
    folding,
    marks,
    photos,
    receipts,
    reviews,
    tokens,
)
from sync.central.feed import Change
from sync.central.judge import OTHERS, Judged, Said, judge, said
from sync.central.marks import ForkError, GapError, Mark
from sync.central.statements import WORTH_COPYING, Rows, Sql, insert_rows, tell, together
from sync.central.store import Store, insert_once
from sync.central.tables import journal, quarantine
from sync.central.tokens import Claim, NotAdmitted
from sync.wire import Push, Pushed, Quarantine, Verdict


class Given(NamedTuple):
    """A station's push; with a claim to be that station, which must be proved again before anything is said."""

    station: str
    push: Push
    claim: Claim | None = None


# A lost connection, a full disk, a deadlock, too many at once: no entry's fault, and over by and by.
_NOBODYS_FAULT = (OperationalError, TimeoutError)
# With a commit behind a statement that fails, psycopg 3.3 now and then waited for ever when the statement was longer
# than what fits between two processes (about 200 KB; seen with 1 MB).
_AT_ONE_BLOW = 64 * 1024
# What one entry can do to the database by itself.
_POISON = (SQLAlchemyError, msgspec.MsgspecError, ValueError, ArithmeticError, TypeError, LookupError)
_NOT_KEPT = ("quarantined", "duplicate")
# What only the station is told whose push it is, and none of those beside it.
_TO_ONE = (GapError, ForkError, NotAdmitted)


def take_in(store: Store, station: str, site: str, push: Push, now: str, claim: Claim | None = None) -> Pushed:
    """Take a push in and return the verdicts.

    Raises GapError or ForkError, NotAdmitted where a claim to be this station is not true any more, and
    sqlalchemy.exc.OperationalError when the database is away.

    A batch is first written as if no id in it ever came before, which is nearly always so. When it cannot be written
    as a whole, it is written again entry by entry, and the entry that is the reason is set aside.
    """
    given = [Given(station, push, claim)]
    answers = None if push.suspect else _written_at_once(store, site, given, now)
    if answers is None:
        with store.writing() as connection:
            answers = _take_in(connection, site, given, now, one_by_one=True)
    look_around(store, {station: push.entries}, now)
    return answers[0]


def may_share(push: Push) -> bool:
    """Tell whether a push may be taken in together with others."""
    return not push.suspect and _is_small(push.entries)


def take_in_together(store: Store, site: str, given: Sequence[Given], now: str) -> list[Pushed | Exception]:
    """Take pushes in that may share a transaction, each of another station; return of each the verdicts or the no.

    Where one of them gets a no, or cannot be written as a whole, each is taken in by itself. Raises
    sqlalchemy.exc.OperationalError when the database is away.
    """
    if len(given) > 1:
        try:
            answers = _written_at_once(store, site, given, now)
        except _TO_ONE:
            answers = None
        if answers is not None:
            look_around(store, {each.station: each.push.entries for each in given}, now)
            return [*answers]
    return [_alone(store, site, each, now) for each in given]


def _alone(store: Store, site: str, given: Given, now: str) -> Pushed | Exception:
    try:
        return take_in(store, given.station, site, given.push, now, given.claim)
    except (*_TO_ONE, *_POISON) as error:
        return error


def look_around(store: Store, said: Mapping[str, Sequence[Entry]], now: str) -> None:
    """Note what entries of stations mean for customers and for blind receipts, across stations.

    After they are committed and before the bench hears so: of two at the same moment the later one sees both, and when
    this fails the bench sends them again. Only reads where nobody is concerned.
    """
    entries = [*chain.from_iterable(said.values())]
    if all(entry.type not in customers.TELLING | blind.TELLING for entry in entries):
        return
    are_small = all(map(_is_small, said.values()))
    with store.reading() as connection, together(connection) if are_small else nullcontext():
        told_of = [customers.told_of(connection, station, each) for station, each in said.items()]
        alike = blind.suggestions(connection, entries, now)
        touched = {customer for each in told_of for customer in each()}
    if touched or alike:
        with store.writing() as connection:
            blind.suggest(connection, alike)
            customers.make_due(connection, touched)


def _written_at_once(store: Store, site: str, given: Sequence[Given], now: str) -> list[Pushed] | None:
    try:
        with store.writing() as connection:
            return _take_in(connection, site, given, now, one_by_one=False)
    except _NOBODYS_FAULT:
        raise
    except _POISON:
        return None


class _Looked(NamedTuple):
    """A push that was looked through: verdicts on what came before, and how what is new is judged."""

    station: str
    push: Push
    mark: Mark
    verdicts: list[Verdict]
    judged: list[Judged]

    def facts(self) -> list[tuple[Entry, Recorded]]:
        """Return what is to become part of the records."""
        return [(each.entry, each.fact) for each in self.judged if each.fact is not None]


def _take_in(connection: Connection, site: str, given: Sequence[Given], now: str, *, one_by_one: bool) -> list[Pushed]:
    with _in_few_turns(connection, given, one_by_one):
        marked = _marked(connection, given, now)
        looked = [_look_through(connection, *each, now, one_by_one) for each in zip(given, marked, strict=True)]
        if one_by_one:
            looked = [_written_alone(connection, each, now) for each in looked]
        else:
            _keep(connection, looked, now)
        for each in looked:
            _keep_apart(connection, each, now)
        facts = {each.station: each.facts() for each in looked}
        photos.note_shared(connection, [*chain.from_iterable(facts.values())])
        lying = exceptions.placed(connection, facts)
        conflicts = reviews.compare(connection, facts, now)
        answers = [_answer(connection, each, conflicts, now) for each in looked]
        marks.raise_to(connection, [_end(each) for each in looked if each.judged])
        feed.append(connection, site, _changes(connection, site, facts, lying()))
    return answers


def _marked(connection: Connection, given: Sequence[Given], now: str) -> list[Mark]:
    """Lock these stations and return their marks; raises NotAdmitted for a claim that is not true."""
    proofs = [tokens.proof(connection, each.claim, now) for each in given if each.claim is not None]
    whose = [(each.station, each.push.epoch) for each in given]
    found = marks.lock(connection, whose)
    for insist in proofs:
        insist()
    return [found[each] for each in whose]


def _look_through(connection: Connection, given: Given, mark: Mark, now: str, one_by_one: bool) -> _Looked:
    station, push, _ = given
    if push.first > mark.acked + 1:
        raise GapError(mark.acked)
    known = tuple(entry for entry in push.entries if entry.seq <= mark.acked)
    new = tuple(entry for entry in push.entries if entry.seq > mark.acked)
    verdicts = marks.again(connection, station, push.epoch, mark.acked, known, now)
    before = marks.said_before(connection, station, new) if one_by_one else {}
    judged = _judged(connection, station, push.epoch, new, mark, before)
    return _Looked(station, push, mark, verdicts, clock_suspect.marked(judged, push.sent_at, now))


def _judged(
    connection: Connection, station: str, epoch: str, new: tuple[Entry, ...], mark: Mark, before: Mapping[str, Said]
) -> list[Judged]:
    """Judge what came after the mark; raises ForkError where another journal of this name has it."""
    prev = mark.hash
    if new and new[0].prev != prev and marks.has_wrong_hash(connection, station, epoch, mark.acked):
        prev = new[0].prev
    judged = judge(new, epoch, prev, before)
    if judged and judged[0].code == "chain_broken" and marks.follows_another(connection, station, new[0]):
        raise ForkError(new[0].seq, mark.acked)
    return judged


def _keep_apart(connection: Connection, looked: _Looked, now: str) -> None:
    """Keep what is set aside or came before, and note what came later than it was set aside."""
    station, judged = looked.station, looked.judged
    aside = [each for each in judged if each.status == "quarantined"]
    marks.set_aside(connection, station, looked.push.epoch, aside, now)
    marks.note_repeated(connection, station, [each.entry for each in judged if each.status == "duplicate"])
    if looked.mark.has_aside:
        marks.note_came_later(connection, station, judged)


def _changes(
    connection: Connection, site: str, facts: Mapping[str, Sequence[tuple[Entry, Recorded]]], lying: Rows
) -> list[Change]:
    """Return what the site's benches are told of all this."""
    received = [each for station, here in facts.items() for each in receipts.changes(connection, station, here)]
    return received + [
        each for station, here in facts.items() for each in exceptions.changes(connection, station, site, here, lying)
    ]


def _end(looked: _Looked) -> tuple[marks.Whose, int, bytes]:
    last = looked.judged[-1].entry
    return (looked.station, looked.push.epoch), last.seq, last.hash


def _in_few_turns(connection: Connection, given: Sequence[Given], one_by_one: bool) -> AbstractContextManager[None]:
    """Send small batches' statements together. Many rows are copied, and savepoints and undo are asked in turn."""
    entries = [*chain.from_iterable(each.push.entries for each in given)]
    if one_by_one or not all(_is_small(each.push.entries) for each in given):
        return nullcontext()
    return together(connection, commits=_bytes_in(entries) < _AT_ONE_BLOW)


def _bytes_in(entries: Sequence[Entry]) -> int:
    texts = ((each.id, each.txn, each.operator, each.shift, each.type) for each in entries)
    return sum(len(each.body) for each in entries) + sum(map(len, chain.from_iterable(texts)))


def _is_small(entries: Sequence[Entry]) -> bool:
    return len(entries) < WORTH_COPYING and all(entry.type != Undone.__name__ for entry in entries)


def _keep(connection: Connection, looked: Sequence[_Looked], now: str) -> None:
    """Write what is kept, the bytes as the bench made them, and project what of it central understands."""
    kept = {push.station: [each for each in push.judged if each.status not in _NOT_KEPT] for push in looked}
    insert_rows(connection, journal, [_row(station, each, now) for station, here in kept.items() for each in here])
    folding.project(connection, {push.station: push.facts() for push in looked})


def _written_alone(connection: Connection, looked: _Looked, now: str) -> _Looked:
    """Write each entry by itself, and set aside by which the database fails."""
    judged = [_write_alone(connection, looked.station, each, now) for each in looked.judged]
    return looked._replace(judged=judged)


def _write_alone(connection: Connection, station: str, judged: Judged, now: str) -> Judged:
    if judged.status in _NOT_KEPT:
        return judged
    try:
        with connection.begin_nested():
            insert_rows(connection, journal, [_row(station, judged, now)])
            if judged.fact is not None:
                projections.apply(connection, station, judged.entry)
    except _NOBODYS_FAULT:
        raise
    except _POISON:
        return Judged(judged.entry, "quarantined", "cannot_be_applied")
    return judged


def _row(station: str, judged: Judged, now: str) -> dict[str, object]:
    about = {"station": station, "status": judged.status, "code": judged.code, "received_at": now}
    return msgspec.structs.asdict(judged.entry) | about


_DISPUTE = Sql("UPDATE journal SET status = 'conflict', code = :code WHERE id = :id")


def _answer(connection: Connection, looked: _Looked, conflicts: frozenset[str], now: str) -> Pushed:
    """Return what a station is told of its push, and note on the entries which of them are in conflict."""
    verdicts = looked.verdicts + [Verdict(each.entry.seq, each.status, each.code) for each in looked.judged]
    ids = {each.entry.seq: each.entry.id for each in looked.judged if each.entry.id in conflicts}
    if ids:
        tell(connection, _DISPUTE, [{"id": id_, "code": reviews.KIND} for id_ in ids.values()])
        verdicts = [Verdict(each.seq, "conflict", reviews.KIND) if each.seq in ids else each for each in verdicts]
    acked = looked.judged[-1].entry.seq if looked.judged else looked.mark.acked
    return Pushed(looked.push.epoch, acked, now, tuple(each for each in verdicts if each.status != "ok"))


def put_away(store: Store, station: str, entry: Quarantine, now: str) -> Pushed:
    """Keep one entry as raw bytes, because central failed at it in every other way, and let the next ones come."""
    with store.writing() as connection:
        whose = (station, entry.epoch)
        acked, _, _ = marks.lock(connection, [whose])[whose]
        if entry.seq > acked + 1:
            raise GapError(acked)
        if entry.seq <= acked:
            if not _has(connection, station, entry):
                raise ForkError(entry.seq, acked)
            return Pushed(entry.epoch, acked, now)
        marks.raise_to(connection, [(whose, entry.seq, entry.hash)])
        before = marks.said_before(connection, station, [entry]).get(entry.id)
        if before is not None and before == _said_raw(entry):
            marks.note_repeated(connection, station, [entry])
            return Pushed(entry.epoch, entry.seq, now, (Verdict(entry.seq, "duplicate"),))
        row = msgspec.structs.asdict(entry) | {"station": station, "code": "central_failed", "received_at": now}
        insert_once(connection, quarantine, [row])
        return Pushed(entry.epoch, entry.seq, now, (Verdict(entry.seq, "quarantined", "central_failed"),))


def _said_raw(entry: Quarantine) -> Said | None:
    """Return what raw bytes say, when they still are an entry."""
    try:
        return said(msgspec.json.decode(entry.raw, type=Entry))
    except (msgspec.MsgspecError, ValueError):
        return None


def _has(connection: Connection, station: str, entry: Quarantine) -> bool:
    """Tell whether this very entry is what central keeps under its number, or under another after a salvage."""
    if marks.said_before(connection, station, [entry]).get(entry.id, OTHERS) is not OTHERS:
        return True
    query = select(quarantine.c.id).where(
        quarantine.c.station == station, quarantine.c.epoch == entry.epoch, quarantine.c.seq == entry.seq
    )
    return connection.execute(query).scalar() == entry.id.replace("\0", "")
