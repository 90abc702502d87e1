"""A real bench with an earlier shift's goods in its bins, to be counted and closed input by input."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from devices.readings import Scan
from station import facts as f
from station.bench import Bench, Shown
from station.history import History
from station.inputs import TYPED, Command, Do
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.lookups import Lookups
from station.plates import make
from station.receiving.facts import Declared
from station.rules import Rules
from station.state import State
from sync.central import sample as sample_records

STATION = "A01"
RESALE, HOLD = "BIN-RESALE-01", "BIN-HOLD-01"
SUPERVISOR, SECOND, RECEIVER = ("BDG-9001", "9999"), ("BDG-9002", "8642"), ("BDG-1001", "1234")
PLATES = tuple(make(STATION, number) for number in range(1, 6))


class Floor:
    """A bench and the hands at it."""

    def __init__(self, bench: Bench, history: History) -> None:
        self.bench, self.history = bench, history

    def scan(self, text: str, device: str = "scanner") -> Shown:
        return self.bench.handle(Scan(device, text, "", 0.0))

    def do(self, do: Do, value: str = "") -> Shown:
        return self.bench.handle(Command(do, value))

    def choose(self, *values: str) -> None:
        for value in values:
            self.do(Do.CHOOSE, value)

    def close(self) -> Shown:
        """Begin the count as the bench offers it."""
        self.do(Do.CLOSE_SHIFT)
        return self.do(Do.CHOOSE, "count")

    def sign_in(self, person: tuple[str, str]) -> Shown:
        self.scan(person[0])
        return self.scan(person[1], TYPED)

    def count(self, bin_: str, *plates: str) -> Shown:
        """Scan a bin, its plates, and its label again."""
        for code in (bin_, *plates):
            self.scan(code)
        return self.scan(bin_)

    @property
    def stage(self) -> str:
        return self.bench.prompt.stage


@contextmanager
def opened(folder: Path, rules: Rules) -> Iterator[Floor]:
    """A bench of the sample site as it stands in a folder."""
    with Journal.open(folder / "station.sqlite", STATION) as journal:
        copy = LocalCopy.open(folder / "expected.sqlite")
        records = [
            Record(seq, each.kind, each.key, msgspec.Raw(each.body))
            for seq, each in enumerate(sample_records.records(), start=1)
        ]
        if copy.operator(SUPERVISOR[0]) is None:
            copy.apply(1, len(records), records)
        history = History(journal)
        yield Floor(Bench(journal, Lookups(rules, copy, history), State(STATION, "Bench 1")), history)
        copy.close()


def work(journal: Journal) -> None:
    """Receive one parcel with five declared units: three lie in resale, one on hold, and one was confirmed missing."""
    shift = "S-A01-1"

    def say(*facts: f.Recorded) -> None:
        journal.append(facts, operator=RECEIVER[0], shift=shift)

    line = Declared("R-1", "1", "SKU", "Shoe", "footwear", "Northwind", quantity=5)
    say(f.ShiftOpened(shift, "Bench 1"), f.SignedIn(RECEIVER[0], "Mia", "receiver"))
    say(f.ParcelArrived("P1", "1Z1", "ups", "return", "one", ("R-1",), "Northwind", (line,)))
    say(f.BinOpened(RESALE, "resale"), f.BinOpened(HOLD, "hold"))
    for number, plate in enumerate(PLATES[:4]):
        item, way = f"I{number}", "hold" if number == 3 else "resale"
        say(f.ItemIdentified("P1", item, "code", "matched", "Shoe", "footwear", "Northwind", rma="R-1", line="1"))
        say(f.Routed(item, way, "r/1"), f.PlateAllotted(item, plate))
        say(f.PlateConfirmed(item, plate))
        say(f.Placed(item, plate, HOLD if number == 3 else RESALE))
    say(f.LineMissing("P1", "R-1", "1", 1))
    say(f.ParcelFinished("P1", 4, 1), f.SignedOut(RECEIVER[0]))
