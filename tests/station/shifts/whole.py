"""A bench that is invented, with what went wrong in it: it records the facts, and knows what a close must find."""

import uuid
from collections import Counter

from sqlalchemy.engine import Connection

from station import facts as f
from station import projections, schema
from station.bins import facts as b
from station.entries import Entry, first_prev, sealed
from station.facts import encode, name_of, version_of
from station.plates import shift_id
from station.receiving.facts import Declared, Match
from station.records import Disposition
from station.shifts import facts as s
from station.shifts.findings import Finding
from station.verify import write_entries

STATION = "A01"
EPOCH = "e1"


class Invented:
    """Says facts as a bench would; `lying` is the truth of the bins: by bin, the plates in it at this moment."""

    def __init__(self, connection: Connection) -> None:
        schema.journal.create(connection)
        schema.PROJECTIONS.create_all(connection)
        self.connection, self._seq, self._prev = connection, 0, first_prev(EPOCH)
        self.shift, self._shifts = "", 0
        self._numbers: Counter[str] = Counter()
        self.lying: dict[str, list[str]] = {}
        self.said_of: dict[str, str] = {}
        self.items: dict[str, str] = {}
        self.given_up: set[str] = set()
        self.left: list[tuple[str, str, str, int]] = []
        self.ways: dict[str, Disposition] = {}
        self._fills: Counter[str] = Counter()
        self.open_shift()

    def say(self, *facts: f.Recorded, txn: str = "") -> str:
        """Record facts as one transaction."""
        txn, entries = txn or uuid.uuid4().hex, []
        for fact in facts:
            self._seq += 1
            at = f"2026-01-01T00:00:00.{self._seq:06d}Z"
            values = (self._seq, uuid.uuid4().hex, txn, EPOCH, at, self._seq, "boot", "B1", self.shift)
            entries.append(sealed(Entry(*values, name_of(fact), version_of(fact), encode(fact), b"", b""), self._prev))
            self._prev = entries[-1].hash
        write_entries(self.connection, STATION, entries)
        for entry in entries:
            projections.apply(self.connection, STATION, entry)
        return txn

    def next(self, kind: str) -> str:
        """Return a new name of a kind of thing."""
        self._numbers[kind] += 1
        return f"{kind}{self._numbers[kind]}"

    def open_shift(self) -> None:
        """Begin the next shift."""
        self._shifts += 1
        self.shift = shift_id(STATION, self._shifts)
        self.say(f.ShiftOpened(self.shift, "bench"))

    def arrive(self, declared: int, client: str) -> str:
        """Scan a parcel that should hold so many units."""
        parcel = self.next("P")
        line = Declared("R", "1", "SKU", "Shoe", "footwear", client, quantity=declared)
        self.say(f.ParcelArrived(parcel, f"T{parcel}", "ups", "return", "one", ("R",), client, (line,)))
        return parcel

    def take_out(self, parcel: str, match: Match, client: str) -> tuple[str, str]:
        """Name a unit and give it its plate; return both."""
        item, plate = self.next("I"), self.next("N")
        order = {"rma": "R", "line": "1"} if match == "matched" else {}
        self.say(f.ItemIdentified(parcel, item, "code", match, "Shoe", "footwear", client, **order))
        self.say(f.PlateAllotted(item, plate))
        self.items[plate] = item
        return item, plate

    def place(self, item: str, plate: str, bin: str, way: Disposition) -> None:
        """Prove the plate and put the unit into a bin."""
        self.ways[bin] = way
        self.say(f.Routed(item, way, "r/1"))
        self.say(f.PlateConfirmed(item, plate))
        self.say(f.BinOpened(bin, way), f.Placed(item, plate, bin, self._fills[bin]))
        lying = self.lying.setdefault(bin, [])
        # What was thrown into this very bin before its scan is one unit there, not two.
        lying += [plate] if plate not in lying else []
        self.said_of[plate] = bin

    def move(self, bin: str) -> None:
        """Take a bin away with all in it."""
        self._fills[bin] += 1
        self.say(s.BinMoved(bin, self._fills[bin], "dock", "B7"))
        self.left.append((bin, "dock", "B7", sum(at == bin for at in self.said_of.values())))
        self.lying[bin] = []
        self.said_of = {plate: at for plate, at in self.said_of.items() if at != bin}

    def merge(self, bin: str, into: str) -> str:
        """Put all of a bin into another one, with what is thrown in it too; return the transaction."""
        units = sum(at == bin for at in self.said_of.values())
        self.ways[into] = self.ways[bin]
        txn = self.say(b.BinMerged(bin, self._fills[bin], into, self._fills[into], units))
        poured = [plate for plate in self.lying.get(bin, []) if plate not in self.lying.setdefault(into, [])]
        self.lying[into] += poured
        self.lying[bin] = []
        self.said_of = {plate: into if at == bin else at for plate, at in self.said_of.items()}
        return txn

    def release(self, item: str, way: Disposition) -> None:
        """Send what lies on hold another way; it lies where it lay."""
        self.say(f.RouteOverridden(item, "hold", way, "released", "B9"))

    def carry(self, plate: str, item: str, bin: str, way: Disposition) -> None:
        """Carry what was released into a bin of its way."""
        was = self.said_of[plate]
        self.ways[bin] = way
        self.say(f.BinOpened(bin, way, fill=self._fills[bin]))
        self.say(b.Carried(item, plate, bin, way, was, self._fills[bin]))
        for plates in self.lying.values():
            if plate in plates:
                plates.remove(plate)
        self.lying.setdefault(bin, []).append(plate)
        self.said_of[plate] = bin

    def take_back(self, step: b.BinStep, txn: str, bin: str) -> None:
        """Take a step with a bin back."""
        self.say(b.BinStepTakenBack(step, txn, bin))

    def write_off(self, plate: str) -> None:
        """Give up a unit that the count did not find."""
        bin = self.said_of.pop(plate)
        self.say(s.ItemWrittenOff(self.shift, self.items[plate], plate, bin, "B9"))
        self.given_up.add(plate)

    def find_again(self, found: s.ItemFoundAgain) -> None:
        """Expect a unit again that had been given up, where the count found it."""
        self.say(found)
        self.given_up.discard(found.plate)
        self.said_of[found.plate] = found.bin

    def count(self, bin: str, times: int = 1) -> None:
        """Count what really lies in a bin, so often: only the last time holds; before, something else was scanned."""
        for n in range(1, times + 1):
            plates = self.lying.get(bin, []) if n == times else [self.next("GHOST")]
            self.say(s.BinCountBegan(self.shift, bin, n, self.ways[bin]))
            for plate in plates:
                self.say(s.PlateCounted(self.shift, bin, n, plate))
            self.say(s.BinCounted(self.shift, bin, n, len(plates)))

    def hide(self, bins: set[str], n: int, seen: set[Finding]) -> None:
        """Have bins counted again once the count was seen, so that each seems to hold what it should."""
        told = tuple(s.Seen(each.kind, each.plate, each.bin, each.found) for each in sorted(seen))
        self.say(s.CountedAgain(self.shift, told), s.CountBegan(self.shift))
        for bin in sorted(bins):
            plates = sorted(plate for plate, at in self.said_of.items() if at == bin)
            self.say(s.BinCountBegan(self.shift, bin, n, self.ways[bin]))
            self.say(*(s.PlateCounted(self.shift, bin, n, plate) for plate in plates))
            self.say(s.BinCounted(self.shift, bin, n, len(plates)))
        self.say(s.CountEnded(self.shift))

    def truth(self, counted: set[str], unplaced: set[str], gone: dict[str, str]) -> set[Finding]:
        """Return what the count of these bins must find, from where things lie and where they should."""
        seen = {bin: plates for bin, plates in self.lying.items() if bin in counted}
        times = Counter(plate for plates in seen.values() for plate in plates)
        found = {Finding("uncounted", "", bin, "") for bin in set(self.said_of.values()) if bin not in counted}
        for plate, bin in self.said_of.items():
            if bin in counted and not times[plate]:
                found.add(Finding("missing", plate, bin, ""))
        for bin, plates in seen.items():
            for plate in plates:
                if times[plate] > 1:
                    found.add(Finding("double", plate, "", bin))
                elif plate in self.given_up:
                    found.add(Finding("found_again", plate, "", bin))
                elif plate in unplaced:
                    found.add(Finding("unplaced", plate, "", bin))
                elif plate in gone:
                    found.add(Finding("gone", plate, gone[plate], bin))
                elif plate not in self.said_of:
                    found.add(Finding("foreign", plate, "", bin))
                elif self.said_of[plate] != bin:
                    found.add(Finding("misplaced", plate, self.said_of[plate], bin))
        return found
