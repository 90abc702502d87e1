"""How far central got with each journal, and what it said of the entries of one before."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select

from station.entries import Entry, first_prev
from sync.central.judge import OTHERS, Judged, Said, said
from sync.central.statements import Sql, ask, insert_rows, overwriting, tell
from sync.central.store import insert_once
from sync.central.tables import ack, journal, quarantine, repeated, station_lock
from sync.wire import Quarantine, Verdict

CAME_LATER = "came_later"
# A station, and one of its journals.
Whose = tuple[str, str]


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


class Mark(NamedTuple):
    """The number of a journal's newest entry, the hash it ends in, and whether anything of its station is set aside."""

    acked: int
    hash: bytes
    has_aside: bool


# Both rows are locked: epochs of one station have rows of the projected tables in common. By name, so that of those who
# lock several none waits for one who waits for it.
_LOCK = Sql(
    "SELECT station_lock.station, ack.epoch, ack.acked, ack.hash, "
    "EXISTS (SELECT 1 FROM quarantine WHERE quarantine.station = station_lock.station) "
    "FROM station_lock JOIN ack ON ack.station = station_lock.station "
    "WHERE station_lock.station = ANY (:stations) AND ack.epoch = ANY (:epochs) "
    "ORDER BY station_lock.station FOR UPDATE"
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


def lock(connection: Connection, whose: Sequence[Whose]) -> dict[Whose, Mark]:
    """Lock the stations of these journals until the transaction ends; return their marks. A new journal is begun."""
    found = _locked(connection, whose)
    new = sorted(set(whose) - found.keys())
    if new:
        insert_once(connection, station_lock, [{"station": station} for station in dict(new)])
        insert_once(connection, ack, [_row(each, 0, first_prev(each[1])) for each in new])
        found = _locked(connection, whose)
    return found


def _locked(connection: Connection, whose: Sequence[Whose]) -> dict[Whose, Mark]:
    stations, epochs = ([each[n] for each in whose] for n in (0, 1))
    rows = ask(connection, _LOCK, {"stations": stations, "epochs": epochs})()
    return {
        (station, epoch): Mark(acked, bytes(hash_), bool(has_aside)) for station, epoch, acked, hash_, has_aside in rows
    }


def lock_station(connection: Connection, station: str) -> None:
    """Lock a station, with all its journals, until the transaction ends."""
    connection.execute(select(station_lock).where(station_lock.c.station == station).with_for_update()).all()


def raise_to(connection: Connection, ends: Sequence[tuple[Whose, int, bytes]]) -> None:
    """Raise the mark of each journal to this number and hash."""
    insert_rows(connection, ack, [_row(*each) for each in ends], _RAISED)


def _row(whose: Whose, acked: int, hash_: bytes) -> dict[str, object]:
    return {"station": whose[0], "epoch": whose[1], "acked": acked, "hash": hash_}


def again(
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
        if row is None and said_before(connection, station, [entry]).get(entry.id) == said(entry):
            note_repeated(connection, station, [entry])
            verdicts.append(Verdict(entry.seq, "duplicate"))
            continue
        if row is None or row[1] != _held(entry.id):
            raise ForkError(entry.seq, acked)
        _, _, hash_, status, code = row
        if bytes(hash_) != entry.hash:
            set_aside(connection, station, epoch, [Judged(entry, "quarantined", "id_reused")], now)
            verdicts.append(Verdict(entry.seq, "quarantined", "id_reused"))
        elif status == "ok" or code == CAME_LATER:
            verdicts.append(Verdict(entry.seq, "duplicate"))
        else:
            verdicts.append(Verdict(entry.seq, status, code))
    return verdicts


def follows_another(connection: Connection, station: str, entry: Entry) -> bool:
    """Tell whether an entry whose chain is broken is whole, and so is the one before it, which is in the journal.

    Then nothing is damaged: two journals write under one name, and this one lacks what central has last.
    """
    mine = (journal.c.station == station, journal.c.epoch == entry.epoch, journal.c.seq == entry.seq - 1)
    return entry.is_whole() and connection.execute(select(journal.c.seq).where(*mine)).first() is not None


def said_before(connection: Connection, station: str, entries: Sequence[Entry | Quarantine]) -> dict[str, Said]:
    """Return the ids among these that central has already, and what they said; another station's say nothing."""
    ids = [entry.id for entry in entries if "\0" not in entry.id]
    return {
        id_: (txn, type_, v, bytes(body)) if whose == station else OTHERS
        for id_, whose, txn, type_, v, body in ask(connection, _WITH_IDS, {"ids": ids})()
    }


def set_aside(connection: Connection, station: str, epoch: str, judged: Sequence[Judged], now: str) -> None:
    """Keep raw what will never be applied. PostgreSQL takes no NUL in a text; the raw bytes have it."""
    rows = [
        {
            "station": station,
            "epoch": epoch,
            "seq": each.entry.seq,
            "id": _held(each.entry.id),
            "hash": each.entry.hash,
            "raw": msgspec.json.encode(each.entry),
            "code": each.code,
            "received_at": now,
        }
        for each in judged
    ]
    insert_once(connection, quarantine, rows)


def _held(name: str) -> str:
    """Return an id as the tables can hold it."""
    return name.replace("\0", "")


def note_repeated(connection: Connection, station: str, entries: Sequence[Entry | Quarantine]) -> None:
    """Remember where entries stood that were kept before, under an earlier epoch: a digest counts them."""
    rows = [{"station": station, "epoch": each.epoch, "seq": each.seq, "hash": each.hash} for each in entries]
    insert_once(connection, repeated, rows)


_NOT_YET_CAME = Sql("SELECT id FROM quarantine WHERE station = :station AND code <> :code")
_CAME_LATER = Sql("UPDATE quarantine SET code = :code WHERE station = :station AND id = :id")


def note_came_later(connection: Connection, station: str, judged: Sequence[Judged]) -> None:
    """Note of what was set aside under one number that it was kept under another, from a salvaged journal.

    Nobody has to look at those bytes any more. They stay, for a digest counts their number.
    """
    about = {"station": station, "code": CAME_LATER}
    kept = {each.entry.id for each in judged if each.status in ("ok", "held")}
    came = sorted({row[0] for row in ask(connection, _NOT_YET_CAME, about)()} & kept)
    if came:
        tell(connection, _CAME_LATER, [about | {"id": id_} for id_ in came])


def has_wrong_hash(connection: Connection, station: str, epoch: str, seq: int) -> bool:
    """Tell whether an entry was set aside that is not whole: then no other can be held against the hash it has."""
    mine = (quarantine.c.station == station, quarantine.c.epoch == epoch, quarantine.c.seq == seq)
    found = connection.execute(select(quarantine.c.raw).where(*mine)).scalars()
    return any(not _is_whole(bytes(raw)) for raw in found)


def _is_whole(raw: bytes) -> bool:
    try:
        return msgspec.json.decode(raw, type=Entry).is_whole()
    except (msgspec.MsgspecError, ValueError):
        return False
