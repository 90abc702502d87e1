"""The journal: the append-only list of facts a station has recorded, its only source of truth.

One transaction holds the facts of one action, their projections and, at idle moments, the state. Only when it
is on the disk does `append` return; when it raises, nothing of it was written.
"""

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import uuid_utils
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from station import projections, schema
from station.archive import ADD_PACK, FORGET, Pack, beginning, entries_after, entries_in_file, is_there
from station.copy_marks import all_marks_in
from station.database import UnsafeSqliteError, check_driver, open_sqlite, reading
from station.entries import Entry, sealed
from station.facts import Recorded, encode, name_of, version_of
from station.fold import fold
from station.journal_errors import JournalBusy, JournalDamaged, JournalError, from_database
from station.local_copy import COPY_FILE
from station.moments import Clock, now
from station.opening import (
    JOURNAL_FILE,
    Opened,
    bring_up_to_date,
    check_files,
    create,
    examine,
    mark,
)
from station.ownership import LOCK_FILE, Ownership
from station.reserve import Reserve
from station.retention import proved_upto
from station.state import State
from station.statements import Statement, insert

__all__ = [
    "JOURNAL_FILE",
    "Appended",
    "Entry",
    "Journal",
    "JournalBusy",
    "JournalDamaged",
    "JournalError",
    "read_entries",
]

log = logging.getLogger(__name__)

# A snapshot taken by a program whose state had another shape is passed over: the facts are folded instead.
_SHAPE = hashlib.sha256(msgspec.json.encode(msgspec.json.schema(State), order="sorted")).hexdigest()
_STATE = msgspec.json.Decoder(State)
_PAGE = 1000

_INSERT = insert(schema.journal)
_SET_SNAPSHOT = Statement(
    "INSERT INTO snapshot (one, seq, shape, state) VALUES (1, :seq, :shape, :state) "
    "ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, shape = excluded.shape, state = excluded.state"
)
_SNAPSHOT = Statement("SELECT seq, state FROM snapshot WHERE shape = :shape")


class Appended(msgspec.Struct, frozen=True):
    """What one action wrote: its transaction's id and its entries."""

    txn: str
    entries: tuple[Entry, ...]


def _say_nothing(_point: str) -> None:
    pass


class Journal:
    """The one writer of a station's facts, owned by one thread of one process.

    `trace` is called at the named points of a commit (before_begin, after_insert, after_projections,
    before_commit, after_commit; before_let_go, after_let_go), so that a test can end the process there.
    """

    def __init__(
        self, path: Path, station: str, ownership: Ownership, trace: Callable[[str], None] = _say_nothing
    ) -> None:
        """Use `Journal.open`."""
        self.path = path
        self.station = station
        self._ownership = ownership
        self._trace = trace
        self._boot, self._began_ms = secrets.token_hex(8), time.monotonic_ns() // 1_000_000
        self._reserve = Reserve(path.with_name(f"{path.stem}.reserve"))
        self._opened: Opened = examine(path, station)
        self._last_seq, self._last_hash = self._opened.last_seq, self._opened.last_hash
        engine = open_sqlite(path)
        self._writer = engine.connect()
        try:
            mark(self._writer, closed=True)  # it was found whole: whatever stops us now, the next start may go on
            if self._opened.revision != schema.REVISION:
                bring_up_to_date(path, self._opened.revision)
            mark(self._writer, closed=False)
            self._reader = reading(engine).connect()
        except BaseException:
            self._writer.close()
            raise
        self._reserve.fill()

    @classmethod
    def open(cls, path: Path, station: str, *, trace: Callable[[str], None] = _say_nothing) -> "Journal":
        """Open the journal file at `path`, or begin one in a folder that has seen no work.

        Raises JournalBusy when another process has it, JournalDamaged when it is not whole or has gone, and
        JournalError (read_only, newer, other_station, unsafe_sqlite, disk_full) when it cannot be used.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            check_driver()
        except UnsafeSqliteError as error:
            raise JournalError("unsafe_sqlite", str(error)) from None
        ownership = Ownership.take(path.with_name(LOCK_FILE))
        try:
            check_files(path)
            if not path.exists():
                create(path, station)
            return cls(path, station, ownership, trace)
        except DBAPIError as error:
            ownership.release()
            raise from_database(error, path) from error
        except BaseException:
            ownership.release()
            raise

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def epoch(self) -> str:
        """The life of this file: another one begins when it is restored, cloned or salvaged."""
        return self._opened.epoch

    @property
    def last_seq(self) -> int:
        """The number of the last entry; 0 when there is none."""
        return self._last_seq

    @property
    def last_hash(self) -> bytes:
        """The hash of the last entry: of all that was said so far."""
        return self._last_hash

    @property
    def last_space(self) -> bool:
        """Whether the disk was full and we live on the space kept in reserve."""
        return self._reserve.is_spent

    def append(
        self, facts: Sequence[Recorded], *, operator: str, shift: str, snapshot: State | None = None
    ) -> Appended:
        """Write the facts of one action as one durable transaction, with their projections.

        `operator` is the badge or "". `snapshot` is the state after these facts, given when the bench is
        idle. Raises JournalError when nothing could be written; the journal can be used again as soon as the
        cause has gone.
        """
        appended = self._entries(facts, operator, shift)
        try:
            try:
                self._write(appended, snapshot)
            except DBAPIError as error:
                if from_database(error, self.path).code != "disk_full" or not self._reserve.spend():
                    raise
                log.warning("the disk is full: the reserve of %s is used", self.path.name)
                self._write(appended, snapshot)
        except DBAPIError as error:
            raise from_database(error, self.path) from error
        if appended.entries:
            self._last_seq, self._last_hash = appended.entries[-1].seq, appended.entries[-1].hash
        self._trace("after_commit")
        return appended

    def let_go(self, pack: Pack) -> bool:
        """Let a run of facts leave this file that lies packed beside it, in one transaction; tell whether it did.

        It goes only if its file is whole and continues what left before, and central is proved to have it still. Not
        while a parcel is open: an undo needs its facts here. Raises JournalError with nothing changed.
        """
        proved = proved_upto(all_marks_in(self.path.with_name(COPY_FILE)), self.epoch)
        with self.reading() as connection:
            begins = beginning(connection, self.epoch)
            end = entries_in_file(connection, pack.last - 1, 1)
        fits = begins == (pack.first - 1, pack.prev) and [entry.hash for entry in end] == [pack.hash]
        if not fits or pack.last > proved or pack.last >= self._last_seq or not is_there(self.path.parent, pack):
            return False
        try:
            with self._writer.begin():
                row = msgspec.structs.asdict(pack) | {"packed_at": now(), "confirmed_upto": proved}
                ADD_PACK.write(self._writer, row)
                FORGET.write(self._writer, {"last": pack.last})
                self._trace("before_let_go")
        except DBAPIError as error:
            raise from_database(error, self.path) from error
        self._trace("after_let_go")
        return True

    def resume(self, initial: State) -> State:
        """Return the state after every fact written: the last snapshot, and the entries after it folded.

        Numbers that lost facts may have used are passed over, so that none is given twice.
        """
        skipped = self._opened.skipped
        counted = ("parcels", "items", "plates", "bin_labels", "exceptions", "shifts", "checks")
        state = msgspec.structs.replace(initial, **{name: getattr(initial, name) + skipped for name in counted})
        after = 0
        with self.reading() as connection:
            row = _SNAPSHOT.run(connection, {"shape": _SHAPE}).first()
        if row is not None:
            after = row.seq
            state = msgspec.structs.replace(_STATE.decode(row.state), bench=initial.bench, ask=None)
        for txn, entries in groupby(self._after(after), key=lambda entry: entry.txn):
            state = fold(state, txn, [entry.fact() for entry in entries])
        return state

    def entries(self, after: int, limit: int) -> list[Entry]:
        """Return up to `limit` entries that come after seq `after`, in order."""
        with self.reading() as connection:
            return entries_after(connection, self.path.parent, after, limit)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees all that is written, for queries of this thread (`station.history`)."""
        try:
            with self._reader.begin():
                yield self._reader
        except DBAPIError as error:
            raise from_database(error, self.path) from error

    def rows(self, statement: Statement, **values: str) -> list[tuple[Any, ...]]:
        """Return the rows of one query about this station, as quickly as a person at the bench wants them."""
        try:
            return statement.rows(self._reader, {"station": self.station, **values})
        except DBAPIError as error:
            raise from_database(error, self.path) from error

    def close(self) -> None:
        """Close the journal cleanly and free the data folder; calling it twice is harmless."""
        if self._writer.closed:
            return
        self._reader.close()
        try:
            mark(self._writer, closed=True)
        except DBAPIError as error:
            log.warning("the journal was not closed cleanly: %s", error.orig)
        finally:
            self._writer.close()
            self._ownership.release()

    def clock(self) -> Clock:
        """Return what the clocks say now."""
        return Clock(now(), self._boot, time.monotonic_ns() // 1_000_000 - self._began_ms)

    def _entries(self, facts: Sequence[Recorded], operator: str, shift: str) -> Appended:
        """Number, date and chain the facts."""
        txn, at, mono_ms = uuid_utils.uuid7().hex, now(), time.monotonic_ns() // 1_000_000
        prev, entries = self._last_hash, []
        for seq, fact in enumerate(facts, self._last_seq + 1):
            entry = Entry(
                seq=seq,
                id=uuid_utils.uuid7().hex,
                txn=txn,
                epoch=self.epoch,
                at=at,
                mono_ms=mono_ms,
                boot=self._boot,
                operator=operator,
                shift=shift,
                type=name_of(fact),
                v=version_of(fact),
                body=encode(fact),
                prev=b"",
                hash=b"",
            )
            entry = sealed(entry, prev)
            prev = entry.hash
            entries.append(entry)
        return Appended(txn, tuple(entries))

    def _write(self, appended: Appended, snapshot: State | None) -> None:
        connection, trace = self._writer, self._trace
        trace("before_begin")
        with connection.begin():
            for entry in appended.entries:
                _INSERT.write(connection, msgspec.structs.asdict(entry) | {"station": self.station})
            trace("after_insert")
            for entry in appended.entries:
                projections.apply(connection, self.station, entry)
            trace("after_projections")
            if snapshot is not None:
                state = msgspec.json.encode(msgspec.structs.replace(snapshot, ask=None))
                seq = appended.entries[-1].seq if appended.entries else self._last_seq
                _SET_SNAPSHOT.write(connection, {"seq": seq, "shape": _SHAPE, "state": state})
            trace("before_commit")

    def _after(self, seq: int) -> Iterator[Entry]:
        while page := self.entries(seq, _PAGE):
            yield from page
            seq = page[-1].seq


def read_entries(path: Path, after: int, limit: int) -> list[Entry]:
    """Return entries like `Journal.entries`, from any thread or process, beside the journal's owner.

    Raises JournalError when the file cannot be read.
    """
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection:
            return entries_after(connection, path.parent, after, limit)
    except DBAPIError as error:
        raise from_database(error, path) from error
