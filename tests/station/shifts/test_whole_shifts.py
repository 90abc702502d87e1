"""Whole shifts are invented, with losses and thefts: the close names exactly what went wrong, no more and no fewer."""

from collections import Counter
from contextlib import closing
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from station import facts as f
from station.bins import facts as b
from station.database import open_memory
from station.receiving.facts import Match
from station.records import Disposition
from station.shifts import facts as s
from station.shifts.counting import BenchShift, reconcile
from station.shifts.figures import Figures, figures
from station.shifts.findings import Finding, findings, found_again, lost
from station.shifts.late import Late, late
from station.shifts.lines import Line
from station.shifts.noted import Noted, noted
from tests.station.shifts.whole import STATION, Invented

CLIENTS = st.sampled_from(["Northwind", "Contoso"])
BINS: dict[str, Disposition] = {"BIN-1": "restock", "BIN-2": "restock", "BIN-3": "hold"}
MERGES = st.sampled_from([("BIN-1", "BIN-2"), ("BIN-2", "BIN-1")])


Signed = tuple[tuple[Line, ...], tuple[Noted, ...], tuple[Finding, ...], Figures]


class WholeShifts(RuleBasedStateMachine):
    """One bench over some shifts; `short` is what the model knows of each rule that must not add up."""

    def __init__(self) -> None:
        super().__init__()
        self._closing = closing(open_memory().connect())
        self.connection = self._closing.__enter__()
        self._transaction = self.connection.begin()
        self.bench = Invented(self.connection)
        self.parcel, self.parcel_client, self.declared, self.received = "", "", 0, 0
        self.unmatched: list[str] = []
        self.item: tuple[str, str] | None = None
        self.gone: dict[str, str] = {}
        self.released: dict[str, str] = {}
        self.stolen: list[str] = []
        self.half_signed: list[str] = []
        self.signed: dict[str, Signed] = {}
        self.strange: list[str] = []
        self.old_strange: list[str] = []
        self._begin()

    def _begin(self) -> None:
        self.old_strange += [item for item in self.strange if item not in self.old_strange]
        self.strange = []
        self.arrived = 0
        self.declared_short: dict[str, int] = {}
        self.late: dict[tuple[str, str], Late] = {}
        self.plates_open = {self.item[1]} if self.item else set()

    def teardown(self) -> None:
        try:
            for shift, (lines, told, *rest) in self.signed.items():
                lines_now, told_now, *rest_now = self._signed(shift)
                assert (lines_now, rest_now) == (lines, rest), "it was signed so"
                # The second person of a write-off signs later.
                without = [
                    msgspec.structs.replace(each, second="") if each.kind == "written_off" else each
                    for each in told_now
                ]
                assert without == list(told)
        finally:
            self._transaction.rollback()
            self._closing.__exit__(None, None, None)

    @precondition(lambda self: not self.parcel)
    @rule(declared=st.integers(0, 3), client=CLIENTS)
    def arrive(self, declared: int, client: str) -> None:
        self.parcel, self.parcel_client = self.bench.arrive(declared, client), client
        self.declared, self.received, self.unmatched = declared, 0, []
        self.arrived += 1

    @precondition(lambda self: self.parcel and self.item is None)
    @rule(match=st.sampled_from(["matched", "matched", "undeclared", "wrong"]), bin=st.sampled_from([*BINS, ""]))
    def take_out(self, match: Match, bin: str) -> None:
        """A unit is named and put into a bin, or stays in work for a while."""
        if match == "matched" and self.received == self.declared:
            match = "undeclared"
        self.item = self.bench.take_out(self.parcel, match, self.parcel_client)
        self.received += match == "matched"
        self.unmatched += [self.item[0]] if match != "matched" else []
        self.plates_open.add(self.item[1])
        if bin:
            self.place(bin)

    @precondition(lambda self: self.item is not None)
    @rule(bin=st.sampled_from(sorted(BINS)))
    def place_at_last(self, bin: str) -> None:
        self.place(bin)

    def place(self, bin: str) -> None:
        assert self.item is not None
        self.bench.place(*self.item, bin, BINS[bin])
        self.plates_open.discard(self.item[1])
        self.item = None

    @precondition(lambda self: self.parcel and self.item is None)
    @rule(silently=st.booleans())
    def finish(self, silently: bool) -> None:
        """A parcel is finished; a fault lets it finish with a declared unit that nobody missed."""
        missing = self.declared - self.received
        if missing and not silently:
            self.bench.say(f.LineMissing(self.parcel, "R", "1", missing))
        elif missing:
            client = self.parcel_client
            self.declared_short[client] = self.declared_short.get(client, 0) + missing
        self.bench.say(f.ParcelFinished(self.parcel, self.received, missing))
        self.strange += self.unmatched
        self.parcel = ""

    @initialize(client=CLIENTS, bins=st.lists(st.sampled_from(sorted(BINS)), min_size=3, max_size=5))
    def begin_with_goods(self, client: str, bins: list[str]) -> None:
        self.receive(client, bins)

    @precondition(lambda self: not self.parcel and self.item is None)
    @rule(client=CLIENTS, bins=st.lists(st.sampled_from(sorted(BINS)), min_size=1, max_size=4))
    def receive(self, client: str, bins: list[str]) -> None:
        """A whole parcel without a fault, so that there are goods to lose."""
        self.arrive(len(bins), client)
        for bin in bins:
            self.take_out("matched", bin)
        self.finish(False)

    def _filled(self) -> list[str]:
        return sorted(bin for bin, plates in self.bench.lying.items() if plates)

    @precondition(lambda self: self._filled())
    @rule(data=st.data())
    def steal(self, data: st.DataObject) -> None:
        plates = self.bench.lying[data.draw(st.sampled_from(self._filled()))]
        plate = data.draw(st.sampled_from(sorted(plates)))
        plates.remove(plate)
        self.stolen.append(plate)

    @precondition(lambda self: self._filled())
    @rule(data=st.data())
    def swap(self, data: st.DataObject) -> None:
        """A unit is stolen, and something with a foreign code lies in its place."""
        bin = data.draw(st.sampled_from(self._filled()))
        self.stolen.append(self.bench.lying[bin].pop())
        self.bench.lying[bin].append(self.bench.next("FOREIGN"))

    @precondition(lambda self: self.stolen)
    @rule(data=st.data(), bin=st.sampled_from(sorted(BINS)))
    def turn_up(self, data: st.DataObject, bin: str) -> None:
        """What was stolen or lost lies in some bin again, written off meanwhile or not."""
        plate = data.draw(st.sampled_from(sorted(self.stolen)))
        self.stolen.remove(plate)
        if plate not in self.bench.lying.get(bin, []):
            self.bench.lying.setdefault(bin, []).append(plate)
            self.bench.ways[bin] = BINS[bin]

    @precondition(lambda self: self.signed)
    @rule(data=st.data(), delivered=st.integers(0, 9), refused=st.integers(0, 2))
    def type_late(self, data: st.DataObject, delivered: int, refused: int) -> None:
        """A carrier's sheet of an earlier shift comes in this one."""
        shift = data.draw(st.sampled_from(sorted(self.signed)))
        self.bench.say(s.DeliveryCounted(shift, "ups", delivered, refused))
        self.late[shift, "sheet"] = Late(shift, "sheet", "ups", delivered, refused)

    @precondition(lambda self: self.half_signed)
    @rule()
    def sign_late(self) -> None:
        """The second supervisor signs an earlier shift."""
        shift = self.half_signed.pop()
        self.bench.say(s.ShiftCountersigned(shift, "B8"), s.ShiftLocked(shift))
        self.late[shift, "signature"] = Late(shift, "signature", "B8")

    @precondition(lambda self: self._filled())
    @rule(data=st.data(), bin=st.sampled_from(sorted(BINS)))
    def put_elsewhere(self, data: st.DataObject, bin: str) -> None:
        """Somebody carries a unit into another bin without a scan."""
        plates = self.bench.lying[data.draw(st.sampled_from(self._filled()))]
        plate = data.draw(st.sampled_from(sorted(plates)))
        if plate in self.bench.lying.get(bin, []):
            return
        plates.remove(plate)
        self.bench.lying.setdefault(bin, []).append(plate)
        self.bench.ways[bin] = BINS[bin]

    @rule(bin=st.sampled_from(sorted(BINS)))
    def bring_foreign(self, bin: str) -> None:
        self.bench.lying.setdefault(bin, []).append(self.bench.next("FOREIGN"))
        self.bench.ways[bin] = BINS[bin]

    @precondition(lambda self: self._filled())
    @rule(data=st.data(), bin=st.sampled_from(sorted(BINS)))
    def copy_label(self, data: st.DataObject, bin: str) -> None:
        """A label that was printed twice lies in another bin too."""
        plate = data.draw(st.sampled_from(sorted(self.bench.lying[data.draw(st.sampled_from(self._filled()))])))
        if plate not in self.bench.lying.get(bin, []):
            self.bench.lying.setdefault(bin, []).append(plate)
            self.bench.ways[bin] = BINS[bin]

    @precondition(lambda self: self.item is not None)
    @rule(bin=st.sampled_from(sorted(BINS)))
    def drop_unplaced(self, bin: str) -> None:
        """A unit in work is thrown into a bin without its scan."""
        assert self.item is not None
        if self.item[1] not in self.bench.lying.get(bin, []):
            self.bench.lying.setdefault(bin, []).append(self.item[1])
            self.bench.ways[bin] = BINS[bin]

    @precondition(lambda self: self._filled())
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        bin = data.draw(st.sampled_from(self._filled()))
        self.gone.update((plate, at) for plate, at in self.bench.said_of.items() if at == bin)
        self.bench.move(bin)

    @rule(merged=MERGES, is_undone=st.booleans())
    def merge(self, merged: tuple[str, str], is_undone: bool) -> None:
        """All of one bin goes into the other, and now and then comes back at once."""
        bench, (bin, into) = self.bench, merged
        if not self.bench.lying.get(bin):
            return
        lying = {at: list(plates) for at, plates in bench.lying.items()}
        said_of, ways = dict(bench.said_of), dict(bench.ways)
        txn = bench.merge(bin, into)
        if is_undone:
            bench.take_back("merged", txn, into)
            bench.lying, bench.said_of, bench.ways = lying, said_of, ways

    @rule(bin=st.sampled_from(sorted(BINS)))
    def reopen(self, bin: str) -> None:
        """A bin is closed, and opened again: nothing in it changes."""
        self.bench.say(f.BinClosed(bin, "closed"), b.BinReopened(bin, BINS[bin], "room"))

    def _held(self) -> list[str]:
        return sorted(plate for plate, at in self.bench.said_of.items() if at == "BIN-3" and plate not in self.released)

    @precondition(lambda self: self._held())
    @rule(data=st.data(), bin=st.sampled_from(["BIN-1", "BIN-2"]), is_carried=st.booleans())
    def release(self, data: st.DataObject, bin: str, is_carried: bool) -> None:
        """What is on hold is released: it is carried to its bin, or lies where it is expected still."""
        plate = data.draw(st.sampled_from(self._held()))
        self.released[plate] = bin
        self.bench.release(self.bench.items[plate], "restock")
        if is_carried and any(plate in plates for plates in self.bench.lying.values()):
            self.carry(plate)

    @precondition(lambda self: self._waiting())
    @rule(data=st.data())
    def carry_later(self, data: st.DataObject) -> None:
        """What was released earlier, maybe shifts ago, is carried at last."""
        plate = data.draw(st.sampled_from(self._waiting()))
        if any(plate in plates for plates in self.bench.lying.values()):
            self.carry(plate)

    def _waiting(self) -> list[str]:
        return sorted(plate for plate in self.released if self.bench.said_of.get(plate) == "BIN-3")

    def carry(self, plate: str) -> None:
        self.bench.carry(plate, self.bench.items[plate], self.released[plate], "restock")

    @precondition(lambda self: self.bench.said_of)
    @rule(data=st.data(), letter=st.sampled_from("AD"))
    def regrade(self, data: st.DataObject, letter: str) -> None:
        """What lies in a bin has another grade, maybe shifts later; it stays where it is."""
        plate = data.draw(st.sampled_from(sorted(self.bench.said_of)))
        way = BINS[self.bench.said_of[plate]]
        graded, routed = f.Graded("I#2", letter, letter, letter, "g/1"), f.Routed("I#2", way, "r/1")
        self.bench.say(f.Regraded(self.bench.items[plate], "P1", 2, graded, routed, way, "B", way))

    @precondition(lambda self: self.old_strange)
    @rule(data=st.data())
    def relink(self, data: st.DataObject) -> None:
        """A unit of no order, of an earlier shift, is found to be of one."""
        item = data.draw(st.sampled_from(sorted(self.old_strange)))
        self.old_strange.remove(item)
        self.bench.say(f.ItemRelinked(item, "R", "1"))

    @rule(
        data=st.data(),
        delivered=st.integers(0, 3),
        times=st.integers(1, 2),
        second=st.booleans(),
        is_hidden=st.booleans(),
    )
    def close(self, data: st.DataObject, delivered: int, times: int, second: bool, is_hidden: bool) -> None:
        bench = self.bench
        left = set(data.draw(st.sets(st.sampled_from(sorted(bench.ways)), max_size=1))) if bench.ways else set()
        counted = set(bench.ways) - left
        bench.say(s.DeliveryCounted(bench.shift, "ups", self.arrived + delivered))
        bench.say(s.CountBegan(bench.shift))
        for bin in sorted(counted):
            bench.count(bin, times)
        bench.say(s.CountEnded(bench.shift))
        seen = self._check(counted, delivered)
        if is_hidden:
            bench.hide(counted, times + 1, seen)
            assert {each.kind for each in findings(self.connection, STATION, bench.shift)} <= {"uncounted"}
        self._check_noted(seen if is_hidden else None)
        self._sign(data, second)
        bench.open_shift()
        self._begin()

    def _sign(self, data: st.DataObject, second: bool) -> None:
        """What is missing is written off, or not; what was found again is expected again; nothing told changes."""
        bench, shift = self.bench, BenchShift(STATION, self.bench.shift)
        before = findings(self.connection, *shift), reconcile(self.connection, [shift])
        missing = sorted(each.plate for each in lost(self.connection, *shift))
        for plate in data.draw(st.lists(st.sampled_from(missing), unique=True)) if missing else ():
            bench.write_off(plate)
        for found in found_again(self.connection, *shift):
            bench.find_again(found)
        assert (findings(self.connection, *shift), reconcile(self.connection, [shift])) == before
        bench.say(s.ShiftSigned(bench.shift, "open", "", needs_second=second))
        if second:
            self.half_signed.append(bench.shift)
        else:
            bench.say(s.ShiftLocked(bench.shift))
        self.signed[bench.shift] = self._signed(bench.shift)

    def _signed(self, shift: str) -> Signed:
        """Return what the report of a shift says."""
        one = BenchShift(STATION, shift)
        counted = figures(self.connection, one, "2026-01-01T01:00:00.000000Z")
        return reconcile(self.connection, [one]), noted(self.connection, one), findings(self.connection, *one), counted

    def note(self, truth: set[Any], named: set[Any]) -> None:
        """Be told what a close had to name, and what it named."""

    def _check_noted(self, seen: set[Finding] | None) -> None:
        """Each bin that left is named, and what a count had shown before it was counted away."""
        bench = self.bench
        named = noted(self.connection, BenchShift(STATION, bench.shift))
        left = sorted((each.bin, each.about, each.by, each.units) for each in named if each.kind == "left")
        again = [(each.about, each.plate, each.bin) for each in named if each.kind == "counted_again"]
        told = [(each.kind, each.plate, each.bin or each.found) for each in seen or ()]
        told = told or ([("", "", "")] if seen is not None else [])
        self.note({*bench.left, *told}, {*left, *again})
        assert left == sorted(bench.left)
        assert sorted(again) == sorted(told)
        bench.left = []

    def _check(self, counted: set[str], delivered: int) -> set[Finding]:
        bench = self.bench
        unplaced = {self.item[1]} if self.item else set()
        found = findings(self.connection, STATION, bench.shift)
        truth = bench.truth(counted, unplaced, self.gone)
        late_truth, told_late = set(self.late.values()), set(late(self.connection, BenchShift(STATION, bench.shift)))
        self.note({*truth, *late_truth}, {*found, *told_late})
        assert set(found) == truth
        assert told_late == late_truth
        assert len(found) == len(set(found))
        off = {(line.rule, line.client, line.way): line.difference for line in reconcile_of(self) if line.difference}
        fine = {key: units for key, units in off.items() if key[0] != 4}
        expected = {(1, "", "ups"): -delivered} if delivered else {}
        expected |= {(3, client, ""): -units for client, units in self.declared_short.items()}
        expected |= {(5, "", ""): -len(self.plates_open)} if self.plates_open else {}
        assert fine == expected
        bins = [units for key, units in off.items() if key[0] == 4]
        lying = {bin: bench.lying.get(bin, []) for bin in counted}
        seen = Counter(plate for plates in lying.values() for plate in plates)
        short = sum(plate not in seen for plate in bench.said_of)
        assert -sum(units for units in bins if units < 0) == short, "nothing makes up for what is missing"
        at_home = sum(plate in lying.get(bin, []) for plate, bin in bench.said_of.items())
        assert sum(units for units in bins if units > 0) == seen.total() - at_home - len(seen.keys() & bench.given_up)
        return truth


def reconcile_of(machine: WholeShifts) -> tuple[Line, ...]:
    return reconcile(machine.connection, [BenchShift(STATION, machine.bench.shift)])


TestWholeShifts = WholeShifts.TestCase
TestWholeShifts.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
