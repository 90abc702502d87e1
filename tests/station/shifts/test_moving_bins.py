"""A bin leaves with what lies in it then: what left in an earlier shift stays in the figures of that shift."""

from station.database import open_memory
from station.shifts.counting import BenchShift, behind, reconcile
from tests.station.shifts.whole import STATION, Invented

BIN = "BIN-1"


def filled(bench: Invented, units: int) -> list[str]:
    """Receive a parcel's units into the bin; return their names."""
    parcel, items = bench.arrive(units, "Northwind"), []
    for _ in range(units):
        item, plate = bench.take_out(parcel, "matched", "Northwind")
        bench.place(item, plate, BIN, "restock")
        items.append(item)
    return items


def moved_away(bench: Invented, shift: str) -> list[str]:
    """Return the items that a shift's report says have left."""
    named = BenchShift(STATION, shift)
    parts = [part for line in reconcile(bench.connection, [named]) for part in line.parts if part.name == "moved away"]
    return [item for part in parts for item, _ in behind(bench.connection, named, part)]


def test_a_bin_that_leaves_in_two_shifts_takes_each_time_only_what_lies_in_it() -> None:
    with open_memory().connect() as connection, connection.begin():
        bench = Invented(connection)
        first, first_shift = filled(bench, 2), bench.shift
        bench.move(BIN)
        bench.open_shift()
        second, second_shift = filled(bench, 1), bench.shift
        assert moved_away(bench, second_shift) == []
        bench.move(BIN)
        assert moved_away(bench, first_shift) == first
        assert moved_away(bench, second_shift) == second
        for shift in (first_shift, second_shift):
            lines = reconcile(connection, [BenchShift(STATION, shift)])
            assert [line.difference for line in lines if line.rule == 4] == [0]
