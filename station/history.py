"""Answers what screens and the workflow ask about this bench's own past, from the projected tables and the journal."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from station import schema
from station.codes import Candidate
from station.copy_marks import acked_in, refused_in
from station.exceptions.kinds import Kinds
from station.exceptions.queue import Decided, Unsent, Waiting, decisions, queue
from station.facts import ParcelArrived
from station.journal import Journal
from station.known import Plated, Received, Unit
from station.local_copy import COPY_FILE
from station.moments import Clock, utc
from station.moments import now as utc_now
from station.print_ledger import Copy, Heard, ledger
from station.records import Bin, Disposition, Receipt
from station.search.found import Found
from station.search.seeking import seek
from station.search.story import story_of
from station.shifts.counting import BenchShift, Sent, Thing, reconcile, sent_so_far, things
from station.shifts.facts import ItemFoundAgain
from station.shifts.findings import Finding, Lost, findings, found_again, lost
from station.shifts.late import Late, late
from station.shifts.lines import Line
from station.statements import Statement

# Some weeks of photos. A stuck camera repeats the last one; those of all years would be read at each start and kept.
_FINGERPRINTS = 5_000
# As much of a moment as tells its minute.
_MINUTE = len("2026-01-01T00:00")
# The kinds of exceptions that tell of a recall.
_RECALLS = ("recall", "recall_part", "recall_placed")


class Figures(msgspec.Struct, frozen=True):
    """The numbers beside the prompt: finished parcels and placed items of today, and what waits for someone.

    `per_hour` counts the items placed in the last 60 minutes; `waiting` the facts central has not confirmed;
    `refused` those of which a person must look at what central said; `exceptions` what was raised today.
    """

    parcels: int
    items: int
    per_hour: int
    waiting: int
    refused: int
    exceptions: int


class BinContents(msgspec.Struct, frozen=True):
    """A bin this bench labelled or opened, and how many items it put in; times are UTC, "" for not yet."""

    bin: str
    disposition: Disposition
    client: str
    items: int
    opened_at: str
    closed_at: str
    closed_why: str


class History:
    """The past of one bench, read through its journal's own connection, in the journal's thread."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._added_up: tuple[str, Sent, tuple[Line, ...]] | None = None
        self._found: tuple[str, int, tuple[Finding, ...]] | None = None
        self._behind: tuple[tuple[str, Line, int], tuple[Thing, ...]] | None = None
        self._waiting: tuple[tuple[int, str, tuple[Unsent, ...]], tuple[Waiting, ...]] | None = None

    def receipt(self, code: str) -> Receipt | None:
        """Return when a parcel with this code was first received at this bench; None when never."""
        rows = self._journal.rows(_RECEIPT, code=code)
        return Receipt(*rows[0]) if rows else None

    def took_back(self, receipt: Receipt) -> bool:
        """Tell whether the arrival that a receipt of this station speaks of was undone here."""
        with self._journal.reading() as connection:
            story = story_of(connection, self._journal.path.parent, self._journal.station, receipt.parcel)
        return any(
            told.undone and isinstance(told.fact, ParcelArrived) and told.fact.code == receipt.code for told in story
        )

    def received(self, rma: str) -> tuple[Received, ...]:
        """Return the units that were matched to a return order, oldest first."""
        return tuple(Received(*row) for row in self._journal.rows(_RECEIVED, rma=rma))

    def item_stands(self, item: str) -> bool:
        """Tell whether an item was named and not undone."""
        return bool(self._journal.rows(_ITEM, item=item))

    def plated(self, plate: str) -> Plated | None:
        """Return the item that bears a plate; None when it was voided, undone or never given out here."""
        rows = self._journal.rows(_PLATED, plate=plate)
        return Plated(*rows[0]) if rows else None

    def units_with_serial(self, serial: str) -> tuple[Unit, ...]:
        """Return the units with a serial number, oldest first; none for an empty one."""
        return tuple(map(_unit, self._journal.rows(_WITH_SERIAL, serial=serial))) if serial else ()

    def untold_units_in(self, bins: Sequence[str]) -> tuple[Unit, ...]:
        """Return the units in these bins of which no exception speaks of a recall, oldest first."""
        item, raised = schema.item.c, schema.exception.c
        told = (
            select(raised.exception)
            .where(raised.station == item.station, raised.item == item.item, raised.kind.in_(_RECALLS))
            .exists()
        )
        columns = (getattr(item, name) for name in Unit.__struct_fields__)
        own = item.station == self._journal.station
        query = select(*columns).where(own, item.bin.in_(bins), ~told).order_by(item.identified_at)
        with self._journal.reading() as connection:
            return tuple(_unit(row) for row in connection.execute(query))

    def bin(self, code: str) -> Bin | None:
        """Return a bin that was labelled or opened at this bench."""
        rows = self._journal.rows(_BIN, bin=code)
        return Bin(*rows[0]) if rows else None

    def bin_is_closed(self, code: str) -> bool:
        """Tell whether this bench closed the bin."""
        return bool(self._journal.rows(_CLOSED, bin=code))

    def bin_fill(self, code: str) -> int:
        """Return how often a bin has left this bench with all that lay in it."""
        return int(self._journal.rows(_FILL, bin=code)[0][0])

    def bins_with_goods(self) -> tuple[Bin, ...]:
        """Return the bins in which something should lie, by our own count, in order."""
        return tuple(Bin(code, way, client) for code, way, client in self._journal.rows(_WITH_GOODS))

    def shift_lines(self, shift: str) -> tuple[Line, ...]:
        """Return how a shift of this bench adds up now; counted anew only when a fact came since."""
        sent = self._sent()
        if self._added_up is None or self._added_up[:2] != (shift, sent):
            with self._journal.reading() as connection:
                told = reconcile(connection, [BenchShift(self._journal.station, shift)], sent)
            self._added_up = (shift, sent, told)
        return self._added_up[2]

    def shift_findings(self, shift: str) -> tuple[Finding, ...]:
        """Return what the blind count of a shift of this bench shows; looked for anew only when a fact came since."""
        last = self._journal.last_seq
        if self._found is None or self._found[:2] != (shift, last):
            with self._journal.reading() as connection:
                self._found = (shift, last, findings(connection, self._journal.station, shift))
        return self._found[2]

    def things(self, shift: str, line: Line) -> tuple[Thing, ...]:
        """Return what is behind a line of a shift of this bench; looked for anew only when a fact came since."""
        asked = (shift, line, self._journal.last_seq)
        if self._behind is None or self._behind[0] != asked:
            with self._journal.reading() as connection:
                self._behind = (asked, things(connection, BenchShift(self._journal.station, shift), line))
        return self._behind[1]

    def late(self, shift: str) -> tuple[Late, ...]:
        """Return what a shift of this bench was told of earlier ones."""
        with self._journal.reading() as connection:
            return late(connection, BenchShift(self._journal.station, shift))

    def shift_opened_at(self, shift: str) -> str:
        """Return when a shift of this bench began (UTC); empty for one that never did."""
        rows = self._journal.rows(_OPENED_AT, shift=shift)
        return str(rows[0][0]) if rows else ""

    def lost(self, shift: str) -> tuple[Lost, ...]:
        """Return the units that the blind count of a shift of this bench did not find."""
        with self._journal.reading() as connection:
            return lost(connection, self._journal.station, shift)

    def found_again(self, shift: str) -> tuple[ItemFoundAgain, ...]:
        """Return the units that had been written off, and that the count of a shift of this bench found."""
        with self._journal.reading() as connection:
            return found_again(connection, self._journal.station, shift)

    def clock(self) -> Clock:
        """Return what the clocks of this bench say."""
        return self._journal.clock()

    def head(self) -> str:
        """Return the hash (hex) of the journal's last fact."""
        return self._journal.last_hash.hex()

    def _sent(self) -> Sent:
        copy = self._journal.path.with_name(COPY_FILE)
        return sent_so_far(self._journal.last_seq, acked_in(copy, self._journal.epoch), refused_in(copy))

    def labels(self, printing: Heard) -> tuple[Copy, ...]:
        """Return the latest label copies of this bench that nobody has confirmed or voided, the newest first."""
        return tuple(copy for copy in ledger(self._journal, printing) if copy.stage not in ("confirmed", "voided"))

    def waiting(self) -> int:
        """Return how many facts central has not confirmed."""
        acked = acked_in(self._journal.path.with_name(COPY_FILE), self._journal.epoch)
        return max(0, self._journal.last_seq - acked)

    def figures(self, at: datetime) -> Figures:
        """Return the numbers of the day that `at` (aware) lies in, by the computer's time zone."""
        morning = utc(at.astimezone().replace(hour=0, minute=0, second=0, microsecond=0))
        hour_ago = utc(at - timedelta(hours=1))
        item, parcel, raised = schema.item.c, schema.parcel.c, schema.exception.c
        with self._journal.reading() as connection:
            return Figures(
                parcels=self._count(connection, parcel.finished_at, morning),
                items=self._count(connection, item.placed_at, morning),
                per_hour=self._count(connection, item.placed_at, hour_ago),
                waiting=self.waiting(),
                refused=refused_in(self._journal.path.with_name(COPY_FILE)),
                exceptions=self._count(connection, raised.raised_at, morning),
            )

    def placed(self, at: datetime) -> tuple[tuple[Disposition, int], ...]:
        """Return how many items were placed each way on the day that `at` (aware) lies in."""
        morning = utc(at.astimezone().replace(hour=0, minute=0, second=0, microsecond=0))
        return tuple((way, items) for way, items in self._journal.rows(_PLACED, morning=morning))

    def exceptions_waiting(self, kinds: Kinds, unsent: tuple[Unsent, ...] = ()) -> tuple[Waiting, ...]:
        """Return what waits for a decision at this bench; looked for anew when a fact came since, and each minute."""
        now = utc_now()
        seen = (self._journal.last_seq, now[:_MINUTE], unsent)
        if self._waiting is None or self._waiting[0] != seen:
            with self._journal.reading() as connection:
                self._waiting = (seen, queue(connection, self._journal.station, kinds, now, unsent))
        return self._waiting[1]

    def decisions_made(self, limit: int) -> tuple[Decided, ...]:
        """Return the latest decisions of this bench that stand, the newest first."""
        with self._journal.reading() as connection:
            return decisions(connection, self._journal.station, limit)

    def bins(self) -> tuple[BinContents, ...]:
        """Return the bins of this bench with what it put into each, open ones first."""
        bin_, item = schema.bin_, schema.item
        items = select(func.count()).where(item.c.station == bin_.c.station, item.c.bin == bin_.c.bin).scalar_subquery()
        query = (
            select(
                bin_.c.bin,
                bin_.c.disposition,
                bin_.c.client,
                items.label("items"),
                bin_.c.opened_at,
                bin_.c.closed_at,
                bin_.c.closed_why,
            )
            .where(bin_.c.station == self._journal.station)
            .order_by(bin_.c.closed_at != "", bin_.c.bin)
        )
        with self._journal.reading() as connection:
            return tuple(BinContents(**row) for row in connection.execute(query).mappings())

    def seek(
        self,
        text: str,
        recognise: Callable[[str, str], tuple[Candidate, ...]],
        badges: Collection[str] | None = None,
    ) -> Found:
        """Return all that is known here of a code, as `station.search.seeking` says; from any thread."""
        return seek(self._journal.path, self._journal.station, text, recognise, badges)

    def _count(self, connection: Connection, column: Any, since: str) -> int:
        """Count the station's rows with a moment not before `since`."""
        query = select(func.count()).where(column.table.c.station == self._journal.station, column >= since)
        return int(connection.execute(query).scalar_one())


def _unit(row: Sequence[Any]) -> Unit:
    return Unit(*(value or "" for value in row))


_WITH_SERIAL = Statement(
    f"SELECT {', '.join(Unit.__struct_fields__)} FROM item"
    " WHERE station = :station AND serial = :serial ORDER BY identified_at"
)
_RECEIPT = Statement(
    "SELECT parcel.code, parcel.parcel, COALESCE(shift.bench, '') AS bench, parcel.operator,"
    " parcel.arrived_at FROM parcel LEFT JOIN shift"
    " ON shift.station = parcel.station AND shift.shift = parcel.shift"
    " WHERE parcel.station = :station AND parcel.code = :code ORDER BY parcel.arrived_at LIMIT 1"
)
_RECEIVED = Statement(
    "SELECT line, serial FROM item WHERE station = :station AND rma = :rma AND match = 'matched' ORDER BY identified_at"
)
_ITEM = Statement("SELECT 1 FROM item WHERE station = :station AND item = :item")
_PLATED = Statement(
    "SELECT item.plate, item.item, item.title, item.disposition, item.bin, plate.allotted_at AS at"
    " FROM item JOIN plate ON plate.station = item.station AND plate.plate = item.plate"
    " WHERE item.station = :station AND item.plate = :plate AND plate.voided_at = ''"
)
_PLACED = Statement(
    "SELECT disposition, COUNT(*) AS items FROM item WHERE station = :station AND placed_at >= :morning"
    " GROUP BY disposition ORDER BY disposition"
)
_BIN = Statement("SELECT bin, disposition, client FROM bin WHERE station = :station AND bin = :bin")
_CLOSED = Statement("SELECT 1 FROM bin WHERE station = :station AND bin = :bin AND closed_at <> ''")
_FILL = Statement("SELECT COALESCE(MAX(fill), 0) FROM bin_move WHERE station = :station AND bin = :bin")
_OPENED_AT = Statement("SELECT opened_at FROM shift WHERE station = :station AND shift = :shift")
_WITH_GOODS = Statement(
    "SELECT bin, disposition, client FROM bin WHERE station = :station AND bin IN"
    " (SELECT bin FROM item WHERE station = :station AND moved_n = 0 AND placed_n > 0"
    " AND (written_n = 0 OR found_n > written_n)) ORDER BY bin"
)
