"""Answers what screens and the workflow ask about this bench's own past, from the projected tables and the journal.

Long because each answer is a few lines, and all of them are the one door to the past.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from station import schema
from station.bins.lying import BY_ITEM, BY_PLATE, lying
from station.bins.manifest import Manifest, is_counted_blind, manifest, without_letters
from station.calibration.due import Due, Rate, due, first_look
from station.calibration.facts import SecondLookBegan
from station.calibration.past import times_done
from station.codes import Candidate
from station.copy_marks import acked_in, refused_in
from station.exceptions.kinds import NOT_THERE, Kinds
from station.exceptions.of_site import ExceptionNote, queue_of_site
from station.exceptions.queue import Decided, Unsent, Waiting, decisions
from station.journal import Journal
from station.known import FoundUnit, Inspected, Judged, Lying, Plated, Received, Unit
from station.local_copy import COPY_FILE
from station.moments import Clock, utc
from station.moments import now as utc_now
from station.places import DOUBTED, STILL_THERE
from station.print_ledger import Copy, Heard, ledger
from station.receiving.facts import ItemUnlinked, MarksRead, ParcelArrived
from station.records import Apart, Bin, Disposition, Receipt
from station.routing.facts import RouteOverridden
from station.search.found import Found
from station.search.seeking import seek
from station.search.story import begun, is_decision, judged, story_of
from station.shifts.counting import BenchShift, Sent, Thing, reconcile, sent_so_far, things
from station.shifts.facts import ItemFoundAgain
from station.shifts.figures import Figures as ShiftFigures
from station.shifts.figures import figures as shift_figures
from station.shifts.findings import Finding, Lost, findings, found_again, lost
from station.shifts.late import Late, late
from station.shifts.lines import Line
from station.shifts.noted import Noted, noted
from station.statements import Statement

# Some weeks of photos. A stuck camera repeats the last one; those of all years would be read at each start and kept.
_FINGERPRINTS = 5_000
# As much of a moment as tells its minute.
_MINUTE = len("2026-01-01T00:00")
# The last fact, the minute, what central refused and what it told of other benches.
_Seen = tuple[int, str, tuple[Unsent, ...], tuple[ExceptionNote, ...]]
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


BinState = Literal["labelled", "open", "full", "closed", "waiting"]


class BinContents(msgspec.Struct, frozen=True):
    """A bin that stands at this bench: how it stands, and how many items lie in it; times are UTC, "" for not yet.

    `since` is when the item that lies in it longest was put in. One that is `waiting` has goods, and was opened before.
    So many of its items are `leaving`: they go another way now, or are graded again.
    """

    bin: str
    disposition: Disposition
    client: str
    items: int
    opened_at: str
    closed_at: str
    closed_why: str
    since: str = ""
    state: BinState = "open"
    apart: Apart = ""
    leaving: int = 0


class History:
    """The past of one bench, read through its journal's own connection, in the journal's thread."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._added_up: tuple[str, Sent, tuple[Line, ...]] | None = None
        self._found: tuple[str, int, tuple[Finding, ...]] | None = None
        self._behind: tuple[tuple[str, Line, int], tuple[Thing, ...]] | None = None
        self._worked: tuple[tuple[str, int], ShiftFigures] | None = None
        self._waiting: tuple[_Seen, tuple[Waiting, ...]] | None = None
        self._bins: tuple[tuple[int, tuple[str, ...]], tuple[BinContents, ...]] | None = None
        self._contents: tuple[tuple[int, str, str], Manifest | None] | None = None

    @property
    def station(self) -> str:
        """Whose past it is."""
        return self._journal.station

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
        told = [(*row[:-1], bool(row[-1])) for row in self._journal.rows(_PLATED, plate=plate)]
        return Plated(*told[0]) if told else None

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
        if not rows:
            return None
        code, way, client, is_hazard, apart = rows[0]
        return Bin(code, way, client, bool(is_hazard), apart)

    def bin_is_closed(self, code: str) -> bool:
        """Tell whether this bench closed the bin."""
        return bool(self._journal.rows(_CLOSED, bin=code))

    def bin_fill(self, code: str) -> int:
        """Return how often a bin has left this bench with all that lay in it."""
        return int(self._journal.rows(_FILL, bin=code)[0][0])

    def lying(self, plate: str) -> Lying | None:
        """Return the item that bears a plate and was put into a bin, as it lies now."""
        rows = self._journal.rows(BY_PLATE, plate=plate) if plate else []
        return lying(rows[0]) if rows else None

    def lying_item(self, item: str) -> Lying | None:
        """Return the same of an item by its name."""
        rows = self._journal.rows(BY_ITEM, item=item) if item else []
        return lying(rows[0]) if rows else None

    def found_in(self, parcel: str) -> tuple[FoundUnit, ...]:
        """Return the units that were found in a parcel, in the order they were taken out."""
        return tuple(FoundUnit(*row) for row in self._journal.rows(_FOUND_IN, parcel=parcel))

    def linked_before(self, parcel: str, item: str, exception: str, n: int) -> ItemUnlinked | None:
        """Return what an item was linked to before the `n`-th decision about an exception of its parcel."""
        with self._journal.reading() as connection:
            story = story_of(connection, self._journal.path.parent, self._journal.station, parcel)
        facts = [told.fact for told in story if not told.undone]
        made = (place for place, fact in enumerate(facts) if is_decision(fact, exception, n))
        first = begun(facts[: next(made, 0)], item)
        if first is None:
            return None
        named = first.identified
        return ItemUnlinked(item, named.match, named.rma, named.line)

    def sent_by(self, parcel: str, exception: str, n: int) -> tuple[RouteOverridden, ...]:
        """Return where the `n`-th decision about an exception of a parcel sent its items."""
        with self._journal.reading() as connection:
            story = story_of(connection, self._journal.path.parent, self._journal.station, parcel)
        txn = next((told.entry.txn for told in story if is_decision(told.fact, exception, n)), None)
        return tuple(told.fact for told in story if told.entry.txn == txn and isinstance(told.fact, RouteOverridden))

    def inspected(self, parcel: str, item: str) -> Inspected | None:
        """Return what the inspection of an item of a parcel began with; None when it cannot be read any more."""
        with self._journal.reading() as connection:
            story = story_of(connection, self._journal.path.parent, self._journal.station, parcel)
        return begun([told.fact for told in story if not told.undone], item)

    def made_on(self, parcel: str, item: str) -> str:
        """Return the day of making (ISO date) that was read from an item of a parcel; empty where nobody read one."""
        with self._journal.reading() as connection:
            story = story_of(connection, self._journal.path.parent, self._journal.station, parcel)
        read = (told.fact for told in story if isinstance(told.fact, MarksRead) and not told.undone)
        return next((each.made for each in reversed(list(read)) if each.item == item and each.made), "")

    def judged(self, parcel: str, item: str) -> Judged | None:
        """Return how an item of a parcel was graded and routed last; None when that cannot be read any more."""
        with self._journal.reading() as connection:
            story = story_of(connection, self._journal.path.parent, self._journal.station, parcel)
        return judged([told.fact for told in story if not told.undone], item)

    def plates_in(self, code: str) -> tuple[str, ...]:
        """Return the plates that should lie in a bin now, by our own count."""
        return tuple(row[0] for row in self._journal.rows(_PLATES_IN, bin=code))

    def manifest(self, code: str) -> Manifest | None:
        """Return what lies in a bin now, by our own count; None for one that is not known here."""
        with self._journal.reading() as connection:
            return manifest(connection, self._journal.station, code)

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

    def noted(self, shift: str) -> tuple[Noted, ...]:
        """Return which bins left in a shift of this bench, and what was seen before bins were counted again."""
        with self._journal.reading() as connection:
            return noted(connection, BenchShift(self._journal.station, shift))

    def worked(self, shift: str) -> ShiftFigures:
        """Return how the work of a shift of this bench went; asked anew only when a fact came since."""
        asked = (shift, self._journal.last_seq)
        if self._worked is None or self._worked[0] != asked:
            with self._journal.reading() as connection:
                told = shift_figures(connection, BenchShift(self._journal.station, shift), utc_now())
                self._worked = (asked, told)
        return self._worked[1]

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

    def exceptions_waiting(
        self, kinds: Kinds, unsent: tuple[Unsent, ...] = (), notes: tuple[ExceptionNote, ...] = ()
    ) -> tuple[Waiting, ...]:
        """Return what waits for a decision at this bench, and by the notes at others; looked for anew when a fact or a
        note came since, and each minute.
        """
        now = utc_now()
        seen = (self._journal.last_seq, now[:_MINUTE], unsent, notes)
        if self._waiting is None or self._waiting[0] != seen:
            with self._journal.reading() as connection:
                self._waiting = (seen, queue_of_site(connection, self._journal.station, kinds, now, unsent, notes))
        return self._waiting[1]

    def decisions_made(self, limit: int) -> tuple[Decided, ...]:
        """Return the latest decisions of this bench that stand, the newest first."""
        with self._journal.reading() as connection:
            return decisions(connection, self._journal.station, limit)

    def second_looks_due(self, badge: str, rate: Rate) -> tuple[Due, ...]:
        """Return the items here that wait for a second look by a person, the longest first."""
        with self._journal.reading() as connection:
            return due(connection, self._journal.station, badge, rate, utc_now())

    def times_practised(self, badge: str) -> dict[str, int]:
        """Return how often a person practised on each past item, in this journal of training."""
        with self._journal.reading() as connection:
            return times_done(connection, badge)

    def first_look(self, plate: str) -> SecondLookBegan | None:
        """Return what a second look at the item with a plate begins with; None when it was not graded here."""
        with self._journal.reading() as connection:
            return first_look(connection, self._journal.station, plate)

    def bins(self, open_here: Collection[str] = ()) -> tuple[BinContents, ...]:
        """Return the bins at this bench with what lies in each; those that left, or stand empty somewhere, are none.

        `open_here` are those that take goods now. Looked for anew when a fact came since.
        """
        asked = (self._journal.last_seq, tuple(open_here))
        if self._bins is not None and self._bins[0] == asked:
            return self._bins[1]
        found = []
        for code, way, client, items, opened_at, closed_at, why, since, leaving, apart in self._journal.rows(_BINS):
            state: BinState = "full" if why == "full" else "closed"
            if not closed_at:
                state = "open" if code in open_here else "waiting" if opened_at else "labelled"
            if items or code in open_here or state == "labelled":
                moments = (opened_at, closed_at, why, since or "")
                found.append(BinContents(code, way, client, items, *moments, state, apart, leaving))
        told = tuple(sorted(found, key=lambda each: (_BIN_ORDER[each.state], each.bin)))
        self._bins = (asked, told)
        return told

    def contents(self, code: str, badge: str, to_look_at: Callable[[], Collection[str]]) -> Manifest | None:
        """Return what lies in a bin now; None for one that is not known here, and while bins are counted blind.

        The person with the badge is not told how the plates were graded that they are to look at again.
        """
        asked = (self._journal.last_seq, code, badge)
        if self._contents is None or self._contents[0] != asked:
            with self._journal.reading() as connection:
                blind = is_counted_blind(connection, self._journal.station)
                told = None if blind else manifest(connection, self._journal.station, code)
            self._contents = (asked, without_letters(told, to_look_at()) if told is not None else None)
        return self._contents[1]

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
    " parcel.arrived_at, COALESCE((SELECT d.decision FROM decision d JOIN exception e ON e.exception = d.exception"
    f" AND e.station = parcel.station AND e.kind NOT IN ({', '.join(map(repr, sorted(NOT_THERE)))})"
    " WHERE d.parcel = parcel.parcel AND d.item = '' AND d.taken_back_at = '' AND d.decision IN ('ship_back', 'reject')"
    " ORDER BY d.decided_at LIMIT 1), '') AS decided FROM parcel LEFT JOIN shift"
    " ON shift.station = parcel.station AND shift.shift = parcel.shift"
    " WHERE parcel.station = :station AND parcel.code = :code ORDER BY parcel.arrived_at LIMIT 1"
)
_RECEIVED = Statement(
    "SELECT line, serial FROM item WHERE station = :station AND rma = :rma AND match = 'matched' ORDER BY identified_at"
)
_ITEM = Statement("SELECT 1 FROM item WHERE station = :station AND item = :item")
_PLATED = Statement(
    "SELECT i.plate, i.item, i.title, i.disposition, i.bin, l.allotted_at,"
    f" COALESCE(m.moved_at, ''), COALESCE(m.moved_to, ''), NOT {STILL_THERE}"
    " FROM item i JOIN plate l ON l.station = i.station AND l.plate = i.plate"
    " LEFT JOIN bin_move m ON i.moved_n > 0 AND m.station = i.station AND m.bin = i.bin AND m.fill = i.fill + 1"
    " WHERE i.station = :station AND i.plate = :plate AND l.voided_at = ''"
)
_PLACED = Statement(
    "SELECT disposition, COUNT(*) AS items FROM item WHERE station = :station AND placed_at >= :morning"
    " GROUP BY disposition ORDER BY disposition"
)
_FOUND_IN = Statement(
    "SELECT item, sku, gtin, code, match, rma, line FROM item WHERE station = :station AND parcel = :parcel"
    " ORDER BY identified_at, item"
)
_PLATES_IN = Statement(
    "SELECT plate FROM item i WHERE station = :station AND bin = :bin AND moved_n = 0 AND placed_at <> ''"
    f" AND {STILL_THERE} ORDER BY plate"
)
_BIN = Statement("SELECT bin, disposition, client, hazard, apart FROM bin WHERE station = :station AND bin = :bin")
# One that left since comes back empty, and takes goods again.
_CLOSED = Statement(
    "SELECT 1 FROM bin WHERE station = :station AND bin = :bin AND closed_at <> '' AND NOT EXISTS (SELECT 1"
    " FROM bin_move m WHERE m.station = bin.station AND m.bin = bin.bin AND m.moved_at >= bin.closed_at)"
)
_FILL = Statement("SELECT COALESCE(MAX(fill), 0) FROM bin_move WHERE station = :station AND bin = :bin")
_BIN_ORDER: Mapping[BinState, int] = {"labelled": 0, "open": 1, "waiting": 2, "full": 3, "closed": 4}
_BINS = Statement(
    "SELECT b.bin, b.disposition, b.client, COALESCE(l.items, 0), b.opened_at, b.closed_at, b.closed_why, l.since,"
    " COALESCE(l.leaving, 0), b.apart"
    " FROM bin b LEFT JOIN (SELECT i.bin, COUNT(*) AS items, MIN(i.placed_at) AS since,"
    " SUM(CASE WHEN i.disposition <> o.disposition OR i.apart <> o.apart"
    f" OR {DOUBTED} THEN 1 ELSE 0 END) AS leaving"
    " FROM item i JOIN bin o ON o.station = i.station AND o.bin = i.bin"
    f" WHERE i.station = :station AND i.moved_n = 0 AND i.placed_n > 0 AND {STILL_THERE}"
    " GROUP BY i.bin) l ON l.bin = b.bin"
    " WHERE b.station = :station AND (l.items > 0 OR b.closed_at = '')"
)
_OPENED_AT = Statement("SELECT opened_at FROM shift WHERE station = :station AND shift = :shift")
_WITH_GOODS = Statement(
    "SELECT bin, disposition, client FROM bin WHERE station = :station AND bin IN"
    " (SELECT bin FROM item i WHERE station = :station AND moved_n = 0 AND placed_n > 0"
    f" AND {STILL_THERE}) ORDER BY bin"
)
