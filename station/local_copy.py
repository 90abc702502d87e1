"""The local copy of central's records, so that a bench knows with no network what to expect; and how far we synced.

`expected.sqlite` can always be pulled again: damaged, it is set aside and a new one begins; made by another version of
this program, it is set aside too, and the new one begins with all that it held. Damage that shows while it is in use
empties it where it lies, for every thread at once.
Every thread that uses it opens its own `LocalCopy`; only the courier's may write.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from station import elsewhere, feed_end, record_codes
from station.copy_carrying import carried_over
from station.copy_damage import empty, is_damage, set_aside, why_unusable
from station.copy_writing import CODES, TABLES, write
from station.database import DRIVER, driver_connection, open_sqlite
from station.records import Bin, Operator, Product, Recall, Receipt, ReturnOrder, SerialNote
from station.statements import Statement

COPY_FILE = "expected.sqlite"

# Rises whenever the tables, the codes of a record or the values it may have change; an older copy is then carried over.
_VERSION = 6

_TABLES = (
    *TABLES,
    "CREATE TABLE feed (one INTEGER PRIMARY KEY, cursor INTEGER NOT NULL)",
    "INSERT INTO feed (one, cursor) VALUES (1, 0)",
    "CREATE TABLE acked (epoch TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE refused (epoch TEXT NOT NULL, seq INTEGER NOT NULL, status TEXT NOT NULL,"
    " code TEXT NOT NULL, PRIMARY KEY (epoch, seq)) WITHOUT ROWID",
    "CREATE TABLE rule_file (seq INTEGER PRIMARY KEY, key TEXT NOT NULL, toml BLOB NOT NULL, why TEXT NOT NULL)",
    *elsewhere.TABLES,
    f"PRAGMA user_version = {_VERSION}",
)

OF_KIND = Statement("SELECT body FROM record WHERE kind = :kind ORDER BY key")
_BY_CODE = (
    f"SELECT record.body FROM {CODES} JOIN record ON record.id = code.record "
    "WHERE code.sort = ? AND code.code = ? ORDER BY record.key"
)
# An order is found by its RMA through its own key: a code for it would be one row of five.
_ORDERS = (
    f"SELECT record.key, record.body FROM {CODES} JOIN record ON record.id = code.record "
    "WHERE code.sort = 'order' AND code.code = ?1 "
    "UNION SELECT key, body FROM record WHERE kind = 'order' AND key = ?1 ORDER BY 1"
)
_KEPT = "SELECT body FROM record WHERE kind = ? AND key = ?"
_KEPT_BELOW = "SELECT body FROM record WHERE kind = ? AND key >= ? AND key < ? ORDER BY key"
_LAST_SIGN = chr(0x10FFFF)
ACKED = Statement("SELECT seq FROM acked WHERE epoch = :epoch")
ALL_MARKS = Statement("SELECT epoch, seq FROM acked")
_SET_ACKED = Statement(
    "INSERT INTO acked (epoch, seq) VALUES (:epoch, :seq) ON CONFLICT (epoch) DO UPDATE SET seq = excluded.seq"
)
_SET_REFUSED = Statement(
    "INSERT INTO refused (epoch, seq, status, code) VALUES (:epoch, :seq, :status, :code) "
    "ON CONFLICT (epoch, seq) DO UPDATE SET status = excluded.status, code = excluded.code"
)
# Later than all that came before, also when central was put back to an old state and gives numbers once more.
REFUSED = "SELECT epoch, seq, status, code FROM refused ORDER BY epoch, seq"
ADD_RULES = Statement(
    "INSERT INTO rule_file (seq, key, toml, why) "
    "SELECT MAX(:seq, COALESCE(MAX(seq), 0) + 1), :key, :toml, :why FROM rule_file"
)
_CURSOR = "SELECT cursor FROM feed"
_NEWEST_RULES = "SELECT COALESCE(MAX(seq), 0) FROM rule_file"
RULES = "SELECT seq, key, toml, why FROM rule_file ORDER BY seq"


class Record(msgspec.Struct, frozen=True):
    """One line of central's feed: the whole record `key` of a kind as JSON; `null` when it is withdrawn."""

    seq: int
    kind: str
    key: str
    body: msgspec.Raw


class Refusal(msgspec.Struct, frozen=True):
    """A fact of ours that central keeps, but could not take as it was: a person must look."""

    epoch: str
    seq: int
    status: str
    code: str


class Delivered(msgspec.Struct, frozen=True):
    """A rule file that central told of, under its number in the feed; without a text it was withdrawn.

    `why` it was refused is empty for one that came into force. All are kept: an item in work keeps its version.
    """

    seq: int
    key: str
    toml: bytes
    why: str = ""


def row_of(record: Record) -> record_codes.Row:
    """Return a record of the feed as the copy keeps it."""
    return record.kind, record.key, bytes(record.body)


class FeedGap(Exception):
    """A page of the feed does not begin where the copy ends; nothing was taken from it."""


def photos_mark(epoch: str) -> str:
    """Return the name under which the copy remembers, beside what is confirmed of an epoch, which photos are done."""
    return f"photos of {epoch}"


def released_mark(epoch: str) -> str:
    """Return the name under which the copy remembers up to which fact of an epoch photos were deleted here.

    Another name than of the program that kept the photos with labels: they are gone through once more.
    """
    return f"gone of {epoch}"


def proved_mark(epoch: str) -> str:
    """Return the name under which the copy remembers up to which fact central's digest of an epoch agreed with ours."""
    return f"proved of {epoch}"


def fork_mark(epoch: str) -> str:
    """Return the name under which the copy remembers, beside what is confirmed of an epoch, how many facts central has
    of it that the journal lacks: the journal is an old copy, or a second one is in use.
    """
    return f"fork of {epoch}"


class LocalCopy:
    """One connection to the copy, for the thread that opened it. `renewed` says why a new copy was begun."""

    def __init__(self, connection: Connection, renewed: str, path: Path) -> None:
        self._connection = connection
        self.renewed = renewed
        self.path = path

    @property
    def connection(self) -> Connection:
        """The connection itself, for `station.staging`."""
        return self._connection

    @classmethod
    def open(cls, path: Path) -> "LocalCopy":
        """Open the copy, or begin an empty one: there is none, or it is damaged. Another version's is carried over.

        Raises sqlalchemy.exc.DBAPIError when it cannot be opened now, as when the disk is full; it stays as it is.
        """
        renewed = why_unusable(path, _VERSION)
        new = carried_over(path, _TABLES) if renewed == "version" else None
        if renewed:
            set_aside(path)
        if new is not None:
            new.rename(path)
        connection = open_sqlite(path).connect()
        try:
            with connection.begin():
                if connection.exec_driver_sql("PRAGMA user_version").scalar_one() == 0:
                    for statement in _TABLES:
                        connection.exec_driver_sql(statement)
        except BaseException:
            connection.close()
            raise
        return cls(connection.execution_options(begin="DEFERRED"), renewed, path)

    def close(self) -> None:
        """Close the connection; calling it twice is harmless."""
        self._connection.close()

    def orders(self, code: str) -> tuple[ReturnOrder, ...]:
        """Return the return orders with this RMA, order number or announced parcel, by RMA."""
        rows = self._asked(_ORDERS, record_codes.code_of(code))
        return tuple(record_codes.readable(record_codes.ORDER, (body for _, body in rows)))

    def orders_with_serial(self, serial: str) -> tuple[ReturnOrder, ...]:
        """Return the return orders that shipped this serial number."""
        return tuple(record_codes.ORDER.decode(body) for body in self._bodies("serial", serial))

    def product(self, code: str) -> Product | None:
        """Return the product with this GTIN (of 8 to 14 digits) or SKU; the first by key when several have
        it.
        """
        bodies = self._bodies("product", code) or self._bodies("gtin", code.strip().zfill(14))
        return record_codes.PRODUCT.decode(bodies[0]) if bodies else None

    def operator(self, badge: str) -> Operator | None:
        """Return the person whose badge this is."""
        bodies = self._bodies("operator", badge)
        return record_codes.OPERATOR.decode(bodies[0]) if bodies else None

    def bin(self, code: str) -> Bin | None:
        """Return the bin with this code."""
        bodies = self._bodies("bin", code)
        return record_codes.BIN.decode(bodies[0]) if bodies else None

    def bins(self) -> tuple[Bin, ...]:
        """Return the bins of the site, by their codes."""
        with self._reading() as connection:
            rows = OF_KIND.run(connection, {"kind": "bin"}).all()
        return tuple(record_codes.readable(record_codes.BIN, (row[0] for row in rows)))

    def receipts(self, code: str) -> tuple[Receipt, ...]:
        """Return when parcels with this code were received at any bench, as far as central has told, oldest first."""
        receipts = (record_codes.RECEIPT.decode(body) for body in self._bodies("receipt", code))
        return tuple(sorted(receipts, key=lambda receipt: receipt.at))

    def recalls(self, sku: str, gtin: str) -> tuple[Recall, ...]:
        """Return the recalls that may name an article, by id: those with its codes, and all with a pattern."""
        bodies = {
            body: None
            for sort, code in (("recall", sku), ("recalled_gtin", record_codes.gtin14(gtin)), ("recall_pattern", "*"))
            if code
            for body in self._bodies(sort, code)
        }
        return tuple(sorted((record_codes.RECALL.decode(body) for body in bodies), key=lambda recall: recall.id))

    def all_recalls(self) -> tuple[Recall, ...]:
        """Return every recall that was not withdrawn, by key."""
        with self._reading() as connection:
            rows = OF_KIND.run(connection, {"kind": "recall"}).all()
        return tuple(record_codes.readable(record_codes.RECALL, (row[0] for row in rows)))

    def serial_notes(self, serial: str) -> tuple[SerialNote, ...]:
        """Return what central noted of a serial number."""
        return tuple(record_codes.NOTE.decode(body) for body in self._bodies("serial_note", serial))

    def elsewhere(self, code: str) -> tuple[str, ...]:
        """Return the other sites that expect this code, as far as central told of their open orders."""
        found = elsewhere.number(elsewhere.hashed(record_codes.code_of(code)))
        return tuple(row[0] for row in self._asked(elsewhere.SITES, found))

    def bodies(self) -> Iterator[tuple[str, str, bytes]]:
        """Yield kind, key and body of every record, for `sync.digests`; changes of `elsewhere` are none of them."""
        with self._reading() as connection:
            for kind, key, body in connection.exec_driver_sql("SELECT kind, key, body FROM record"):
                # What is not bytes any more was damaged: so it agrees with nothing.
                yield kind, key, body if isinstance(body, bytes) else b""

    def kept(self, kind: str, key: str) -> bytes | None:
        """Return a record's body as it came, of a kind that is found by its key; None when there is none.

        Such a record is found also when it came to an older program, which did not know its kind.
        """
        rows = self._asked(_KEPT, kind, key)
        return bytes(rows[0][0]) if rows else None

    def kept_below(self, kind: str, prefix: str) -> tuple[bytes, ...]:
        """Return the bodies of a kind whose keys begin with `prefix`, by key."""
        return tuple(bytes(row[0]) for row in self._asked(_KEPT_BELOW, kind, prefix, prefix + _LAST_SIGN))

    def cursor(self) -> int:
        """Return the number of the last feed record that is in the copy."""
        return int(self._asked(_CURSOR)[0][0])

    def end(self) -> int:
        """Return by which mark central's record at the cursor is known, as it was given to `apply`; 0 when by none."""
        return -self.acked(feed_end.END)

    def acked(self, epoch: str) -> int:
        """Return the highest seq of an epoch that central has confirmed; 0 when none."""
        with self._reading() as connection:
            return int(ACKED.run(connection, {"epoch": epoch}).scalar() or 0)

    def refused(self) -> tuple[Refusal, ...]:
        """Return the facts central could not take as they were, in order."""
        with self._reading() as connection:
            return tuple(Refusal(*row) for row in connection.exec_driver_sql(REFUSED))

    def newest_rules(self) -> int:
        """Return the number of the last rule file that came, refused or not; 0 when none did."""
        return int(self._asked(_NEWEST_RULES)[0][0])

    def rules(self) -> tuple[Delivered, ...]:
        """Return every rule file that came, in order, the refused ones too."""
        with self._reading() as connection:
            return tuple(Delivered(*row) for row in connection.exec_driver_sql(RULES))

    def apply(
        self,
        from_seq: int,
        to_seq: int,
        records: Sequence[Record],
        rules: Sequence[Delivered] = (),
        end: int = 0,
        told: record_codes.Changes | None = None,
    ) -> None:
        """Take one page of the feed and move the cursor to `to_seq`, in one transaction.

        `rules` are the rule files among the records, judged; `end` is the mark of the last record; `told` is what the
        records change, where another thread has said it already.

        Raises FeedGap when the page does not begin right after the cursor, and msgspec.MsgspecError when a
        record of a kind we know cannot be read; then nothing is taken. Kinds we do not know are kept, and records
        with a value that only a newer program knows, but these are found by no code.
        """
        # 16 MB: what does not find room in SQLite's own 2, of all the codes that a page changes, is written twice.
        driver_connection(self._connection).execute("PRAGMA cache_size = -16000")
        with self.writing() as connection:
            cursor = int(connection.exec_driver_sql(_CURSOR).scalar_one())
            if from_seq != cursor + 1 or to_seq < cursor:
                raise FeedGap(f"the copy ends with {cursor}, the page begins with {from_seq}")
            told = told or record_codes.changes(map(row_of, records))
            write(connection, told)
            if rules:
                ADD_RULES.run_many(connection, [msgspec.structs.asdict(each) for each in rules])
            feed_end.move_to(connection, to_seq, end)

    def set_acked(self, epoch: str, seq: int, refused: Sequence[Refusal] = ()) -> None:
        """Remember what central confirmed, and what of it a person must look at, in one transaction."""
        with self.writing() as connection:
            _SET_ACKED.run(connection, {"epoch": epoch, "seq": seq})
            for refusal in refused:
                _SET_REFUSED.run(connection, msgspec.structs.asdict(refusal))

    def forget_refusal(self, epoch: str, seq: int) -> None:
        """Take back that central could not take a fact or photo: by now it has it."""
        with self.writing() as connection:
            connection.exec_driver_sql("DELETE FROM refused WHERE epoch = ? AND seq = ?", (epoch, seq))

    def _bodies(self, sort: str, code: str) -> list[bytes]:
        return [row[0] for row in self._asked(_BY_CODE, sort, record_codes.code_of(code))]

    def _asked(self, query: str, *values: str | int) -> list[Any]:
        """Return the rows of one query; of a copy that turns out damaged, those that it has once it is emptied."""
        # One statement is a transaction of its own; without the engine around it, it costs a third.
        driver = driver_connection(self._connection)
        try:
            return driver.execute(query, values).fetchall()
        except DRIVER.DatabaseError as error:
            if not is_damage(error):
                raise
            empty(self._connection, _TABLES)
            return driver.execute(query, values).fetchall()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._emptied_when_damaged(), self._connection.begin():
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend the connection in one transaction that writes."""
        self._connection.execution_options(begin="IMMEDIATE")
        try:
            with self._emptied_when_damaged(), self._connection.begin():
                yield self._connection
        finally:
            self._connection.execution_options(begin="DEFERRED")

    @contextmanager
    def _emptied_when_damaged(self) -> Iterator[None]:
        """Empty a damaged copy and raise what was raised: the next one who asks gets on."""
        try:
            yield
        except DBAPIError as error:
            if is_damage(error.orig):
                empty(self._connection, _TABLES)
            raise
