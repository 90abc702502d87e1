"""Takes a station's entries in: one transaction a batch, every entry with a final verdict, nothing lost or doubled."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import chain

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError

from station import projections
from station.entries import Entry, first_prev
from station.facts import Recorded, Undone
from sync.central import blind, clock_suspect, customers, exceptions, feed, folding, photos, receipts, reviews, tokens
from sync.central.judge import OTHERS, Judged, Said, judge, said
from sync.central.statements import WORTH_COPYING, Sql, ask, insert_rows, overwriting, tell, together
from sync.central.store import Store, insert_once
from sync.central.tables import ack, journal, quarantine, repeated, station_lock
from sync.central.tokens import Claim
from sync.wire import Push, Pushed, Quarantine, Verdict


class GapError(Exception):
    """The push begins after entries central has never seen; `acked` is the last one it has."""

    def __init__(self, acked: int) -> None:
        super().__init__(f"expected entry {acked + 1}")
        self.acked = acked


class ForkError(Exception):
    """An entry is not the one central has under its number, or follows another than central's last: a restored backup
    or a second copy is writing.
    """

    def __init__(self, seq: int, acked: int) -> None:
        super().__init__(f"entry {seq} is not the one that was pushed before")
        self.acked = acked


# A lost connection, a full disk, a deadlock, too many at once: no entry's fault, and over by and by.
_NOBODYS_FAULT = (OperationalError, TimeoutError)
# With a commit behind a statement that fails, psycopg 3.3 now and then waited for ever when the statement was longer
# than what fits between two processes (about 200 KB; seen with 1 MB).
_AT_ONE_BLOW = 64 * 1024
# What one entry can do to the database by itself.
_POISON = (SQLAlchemyError, msgspec.MsgspecError, ValueError, ArithmeticError, TypeError, LookupError)


def take_in(store: Store, station: str, site: str, push: Push, now: str, claim: Claim | None = None) -> Pushed:
    """Take a push in and return the verdicts.

    Raises GapError or ForkError, NotAdmitted where a claim to be this station is not true any more, and
    sqlalchemy.exc.OperationalError when the database is away.

    A batch is first written as if no id in it ever came before, which is nearly always so. When it cannot be written
    as a whole, it is written again entry by entry, and the entry that is the reason is set aside.
    """
    answer = None if push.suspect else _written_at_once(store, station, site, push, now, claim)
    if answer is None:
        with store.writing() as connection:
            answer = _take_in(connection, station, site, push, now, one_by_one=True, claim=claim)
    look_around(store, station, push.entries, now)
    return answer


def look_around(store: Store, station: str, entries: Sequence[Entry], now: str) -> None:
    """Note what these entries mean for customers and for blind receipts, across stations.

    After they are committed and before the bench hears so: of two at the same moment the later one sees both, and when
    this fails the bench sends them again. Only reads where nobody is concerned.
    """
    if all(entry.type not in customers.TELLING | blind.TELLING for entry in entries):
        return
    with store.reading() as connection, together(connection) if _is_small(entries) else nullcontext():
        told_of = customers.told_of(connection, station, entries)
        alike = blind.suggestions(connection, entries, now)
        touched = told_of()
    if touched or alike:
        with store.writing() as connection:
            blind.suggest(connection, alike)
            customers.make_due(connection, touched)


def _written_at_once(store: Store, station: str, site: str, push: Push, now: str, claim: Claim | None) -> Pushed | None:
    try:
        with store.writing() as connection:
            return _take_in(connection, station, site, push, now, one_by_one=False, claim=claim)
    except _NOBODYS_FAULT:
        raise
    except _POISON:
        return None


def _take_in(
    connection: Connection,
    station: str,
    site: str,
    push: Push,
    now: str,
    *,
    one_by_one: bool,
    claim: Claim | None = None,
) -> Pushed:
    with _in_few_turns(connection, push.entries, one_by_one):
        insist = tokens.proof(connection, claim, now) if claim is not None else None
        acked, prev, has_aside = _mark(connection, station, push.epoch)
        if insist is not None:
            insist()
        if push.first > acked + 1:
            raise GapError(acked)
        known = tuple(entry for entry in push.entries if entry.seq <= acked)
        new = tuple(entry for entry in push.entries if entry.seq > acked)
        verdicts = _again(connection, station, push.epoch, acked, known, now)
        before = _said_before(connection, station, new) if one_by_one else {}
        judged = _judged(connection, station, push.epoch, new, acked, prev, before)
        judged = clock_suspect.marked(judged, push.sent_at, now)
        if one_by_one:
            judged = [_write_alone(connection, station, each, now) for each in judged]
        else:
            folding.project(connection, station, _keep(connection, station, judged, now))
        _set_aside(connection, station, push.epoch, [each for each in judged if each.status == "quarantined"], now)
        _note_repeated(connection, station, [each.entry for each in judged if each.status == "duplicate"])
        if has_aside:
            _note_came_later(connection, station, judged)
        facts = [(each.entry, each.fact) for each in judged if each.fact is not None]
        photos.note_shared(connection, facts)
        lying = exceptions.placed(connection, station, facts)
        conflicts = reviews.compare(connection, station, facts, now)
        verdicts += [_verdict(connection, station, each, conflicts) for each in judged]
        if new:
            acked = new[-1].seq
            _raise_mark(connection, station, push.epoch, acked, new[-1].hash)
        received = receipts.changes(connection, station, facts)
        feed.append(connection, site, [*received, *exceptions.changes(connection, station, site, facts, lying)])
    results = tuple(each for each in verdicts if each.status != "ok")
    return Pushed(push.epoch, acked, now, results)


def _judged(
    connection: Connection,
    station: str,
    epoch: str,
    new: tuple[Entry, ...],
    acked: int,
    prev: bytes,
    before: Mapping[str, Said],
) -> list[Judged]:
    """Judge what came after the mark; raises ForkError where another journal of this name has it."""
    if new and new[0].prev != prev and _has_wrong_hash(connection, station, epoch, acked):
        prev = new[0].prev
    judged = judge(new, epoch, prev, before)
    if judged and judged[0].code == "chain_broken" and _follows_another(connection, station, new[0]):
        raise ForkError(new[0].seq, acked)
    return judged


def _in_few_turns(connection: Connection, entries: Sequence[Entry], one_by_one: bool) -> AbstractContextManager[None]:
    """Send a small batch's statements together. Many rows are copied, and savepoints and undo are asked in turn."""
    if one_by_one or not _is_small(entries):
        return nullcontext()
    return together(connection, commits=_bytes_in(entries) < _AT_ONE_BLOW)


def _bytes_in(entries: Sequence[Entry]) -> int:
    texts = ((each.id, each.txn, each.operator, each.shift, each.type) for each in entries)
    return sum(len(each.body) for each in entries) + sum(map(len, chain.from_iterable(texts)))


def _is_small(entries: Sequence[Entry]) -> bool:
    return len(entries) < WORTH_COPYING and all(entry.type != Undone.__name__ for entry in entries)


# Both rows are locked: epochs of one station have rows of the projected tables in common.
_MARK = Sql(
    "SELECT ack.acked, ack.hash, EXISTS (SELECT 1 FROM quarantine WHERE quarantine.station = station_lock.station) "
    "FROM station_lock JOIN ack ON ack.station = station_lock.station "
    "WHERE station_lock.station = :station AND ack.epoch = :epoch FOR UPDATE"
)
_RAISED = overwriting(ack)

_KEPT = Sql(
    "SELECT seq, id, hash, status, code FROM journal "
    "WHERE station = :station AND epoch = :epoch AND seq BETWEEN :first AND :last"
)
_ASIDE = Sql(
    "SELECT seq, id, hash, 'quarantined', code FROM quarantine "
    "WHERE station = :station AND epoch = :epoch AND seq BETWEEN :first AND :last"
)
_WITH_IDS = Sql("SELECT id, station, txn, type, v, body FROM journal WHERE id = ANY (:ids)")


def _mark(connection: Connection, station: str, epoch: str) -> tuple[int, bytes, bool]:
    """Lock the station; return its high-water mark, the hash it ends in, and whether anything of it was set aside."""
    whose = {"station": station, "epoch": epoch}
    found = ask(connection, _MARK, whose)()
    if not found:
        insert_once(connection, station_lock, [{"station": station}])
        insert_once(connection, ack, [whose | {"acked": 0, "hash": first_prev(epoch)}])
        found = ask(connection, _MARK, whose)()
    ((acked, hash_, has_aside),) = found
    return acked, bytes(hash_), bool(has_aside)


def _raise_mark(connection: Connection, station: str, epoch: str, acked: int, hash_: bytes) -> None:
    insert_rows(connection, ack, [{"station": station, "epoch": epoch, "acked": acked, "hash": hash_}], _RAISED)


def _again(
    connection: Connection, station: str, epoch: str, acked: int, known: Sequence[Entry], now: str
) -> list[Verdict]:
    """Answer entries that came before with the verdict they got; raises ForkError for one that did not come before."""
    if not known:
        return []
    span = {"station": station, "epoch": epoch, "first": known[0].seq, "last": known[-1].seq}
    # Where an entry was taken, another that came under its number later does not change what it got.
    stored = {row[0]: row for sql in (_ASIDE, _KEPT) for row in ask(connection, sql, span)()}
    verdicts = []
    for entry in known:
        row = stored.get(entry.seq)
        if row is None and _said_before(connection, station, [entry]).get(entry.id) == said(entry):
            _note_repeated(connection, station, [entry])
            verdicts.append(Verdict(entry.seq, "duplicate"))
            continue
        if row is None or row[1] != entry.id:
            raise ForkError(entry.seq, acked)
        _, _, hash_, status, code = row
        if bytes(hash_) != entry.hash:
            _set_aside(connection, station, epoch, [Judged(entry, "quarantined", "id_reused")], now)
            verdicts.append(Verdict(entry.seq, "quarantined", "id_reused"))
        elif status == "ok" or code == CAME_LATER:
            verdicts.append(Verdict(entry.seq, "duplicate"))
        else:
            verdicts.append(Verdict(entry.seq, status, code))
    return verdicts


def _follows_another(connection: Connection, station: str, entry: Entry) -> bool:
    """Tell whether an entry whose chain is broken is whole, and so is the one before it, which is in the journal.

    Then nothing is damaged: two journals write under one name, and this one lacks what central has last.
    """
    mine = (journal.c.station == station, journal.c.epoch == entry.epoch, journal.c.seq == entry.seq - 1)
    return entry.is_whole() and connection.execute(select(journal.c.seq).where(*mine)).first() is not None


def _said_before(connection: Connection, station: str, entries: Sequence[Entry | Quarantine]) -> dict[str, Said]:
    """Return the ids among these that central has already, and what they said; another station's say nothing."""
    ids = [entry.id for entry in entries if "\0" not in entry.id]
    return {
        id_: (txn, type_, v, bytes(body)) if whose == station else OTHERS
        for id_, whose, txn, type_, v, body in ask(connection, _WITH_IDS, {"ids": ids})()
    }


def _keep(connection: Connection, station: str, judged: Sequence[Judged], now: str) -> list[tuple[Entry, Recorded]]:
    """Write what is kept, the bytes as the bench made them; return what of it central understands."""
    kept = [each for each in judged if each.status not in ("quarantined", "duplicate")]
    insert_rows(connection, journal, [_row(station, each, now) for each in kept])
    return [(each.entry, each.fact) for each in kept if each.fact is not None]


def _write_alone(connection: Connection, station: str, judged: Judged, now: str) -> Judged:
    try:
        with connection.begin_nested():
            for entry, _ in _keep(connection, station, [judged], now):
                projections.apply(connection, station, entry)
    except _NOBODYS_FAULT:
        raise
    except _POISON:
        return Judged(judged.entry, "quarantined", "cannot_be_applied")
    return judged


def _row(station: str, judged: Judged, now: str) -> dict[str, object]:
    about = {"station": station, "status": judged.status, "code": judged.code, "received_at": now}
    return msgspec.structs.asdict(judged.entry) | about


def _set_aside(connection: Connection, station: str, epoch: str, judged: Sequence[Judged], now: str) -> None:
    """Keep raw what will never be applied. PostgreSQL takes no NUL in a text; the raw bytes have it."""
    rows = [
        {
            "station": station,
            "epoch": epoch,
            "seq": each.entry.seq,
            "id": each.entry.id.replace("\0", ""),
            "hash": each.entry.hash,
            "raw": msgspec.json.encode(each.entry),
            "code": each.code,
            "received_at": now,
        }
        for each in judged
    ]
    insert_once(connection, quarantine, rows)


def _note_repeated(connection: Connection, station: str, entries: Sequence[Entry | Quarantine]) -> None:
    """Remember where entries stood that were kept before, under an earlier epoch: a digest counts them."""
    rows = [{"station": station, "epoch": each.epoch, "seq": each.seq, "hash": each.hash} for each in entries]
    insert_once(connection, repeated, rows)


CAME_LATER = "came_later"
_NOT_YET_CAME = Sql("SELECT id FROM quarantine WHERE station = :station AND code <> :code")
_CAME_LATER = Sql("UPDATE quarantine SET code = :code WHERE station = :station AND id = :id")


def _note_came_later(connection: Connection, station: str, judged: Sequence[Judged]) -> None:
    """Note of what was set aside under one number that it was kept under another, from a salvaged journal.

    Nobody has to look at those bytes any more. They stay, for a digest counts their number.
    """
    about = {"station": station, "code": CAME_LATER}
    kept = {each.entry.id for each in judged if each.status in ("ok", "held")}
    came = sorted({row[0] for row in ask(connection, _NOT_YET_CAME, about)()} & kept)
    if came:
        tell(connection, _CAME_LATER, [about | {"id": id_} for id_ in came])


_DISPUTE = Sql("UPDATE journal SET status = 'conflict', code = :code WHERE id = :id")


def _verdict(connection: Connection, station: str, judged: Judged, conflicts: frozenset[str]) -> Verdict:
    entry = judged.entry
    if entry.id not in conflicts:
        return Verdict(entry.seq, judged.status, judged.code)
    tell(connection, _DISPUTE, [{"id": entry.id, "code": reviews.KIND}])
    return Verdict(entry.seq, "conflict", reviews.KIND)


def put_away(store: Store, station: str, entry: Quarantine, now: str) -> Pushed:
    """Keep one entry as raw bytes, because central failed at it in every other way, and let the next ones come."""
    with store.writing() as connection:
        acked, _, _ = _mark(connection, station, entry.epoch)
        if entry.seq > acked + 1:
            raise GapError(acked)
        if entry.seq <= acked:
            if not _has(connection, station, entry):
                raise ForkError(entry.seq, acked)
            return Pushed(entry.epoch, acked, now)
        _raise_mark(connection, station, entry.epoch, entry.seq, entry.hash)
        before = _said_before(connection, station, [entry]).get(entry.id)
        if before is not None and before == _said_raw(entry):
            _note_repeated(connection, station, [entry])
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
    if _said_before(connection, station, [entry]).get(entry.id, OTHERS) is not OTHERS:
        return True
    query = select(quarantine.c.id).where(
        quarantine.c.station == station, quarantine.c.epoch == entry.epoch, quarantine.c.seq == entry.seq
    )
    return connection.execute(query).scalar() == entry.id.replace("\0", "")


def _has_wrong_hash(connection: Connection, station: str, epoch: str, seq: int) -> bool:
    """Tell whether an entry was set aside that is not whole: then no other can be held against the hash it has."""
    mine = (quarantine.c.station == station, quarantine.c.epoch == epoch, quarantine.c.seq == seq)
    found = connection.execute(select(quarantine.c.raw).where(*mine)).scalars()
    return any(not _is_whole(bytes(raw)) for raw in found)


def _is_whole(raw: bytes) -> bool:
    try:
        return msgspec.json.decode(raw, type=Entry).is_whole()
    except (msgspec.MsgspecError, ValueError):
        return False
