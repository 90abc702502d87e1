"""What came before is not received a second time; what was undone did not come."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from station import facts as f
from station.history import History
from station.inputs import Do
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.lookups import Lookups
from station.outcome import Tone
from station.receiving.parcel import open_lines
from station.records import Receipt
from station.rules import Rules
from station.stages import Stage
from station.state import State
from station.steps.arrive import declared
from sync.central import sample as sample_records

HEADPHONES = "1ZE2N61W0306291461"
EARBUDS = "1Z0F7BY90129248410"
EARBUD_SERIALS = ("WR380342252", "WR304642725", "WR391395083")


@pytest.fixture
def journal(empty_folder: Path) -> Iterator[Journal]:
    with Journal.open(empty_folder / "station.sqlite", "A01") as journal:
        yield journal


@pytest.fixture
def copy(empty_folder: Path) -> Iterator[LocalCopy]:
    copy = LocalCopy.open(empty_folder / "expected.sqlite")
    records = [
        Record(seq, each.kind, each.key, msgspec.Raw(each.body))
        for seq, each in enumerate(sample_records.records(), start=1)
    ]
    copy.apply(1, len(records), records)
    yield copy
    copy.close()


@pytest.fixture
def known(journal: Journal, copy: LocalCopy, rules: Rules) -> Lookups:
    return Lookups(rules, copy, History(journal))


@pytest.fixture
def bench(walk_from: Callable, known: Lookups):
    walk = walk_from(State("A01", "Bench 1", parcels=1, items=3))
    walk.known = known
    return walk.sign_in()


def put(journal: Journal, *facts: f.Recorded) -> str:
    return journal.append(facts, operator="BDG-1001", shift="S-A01-1").txn


def came(journal: Journal, code: str, rma: str, *serials: str) -> None:
    """Record that these units of an order's first line came in a parcel that is finished."""
    put(journal, f.ParcelArrived("P-A01-1", code, "UPS", "return", "one", (rma,)))
    for number, serial in enumerate(serials, start=1):
        item = f"I-A01-{number}"
        put(journal, f.ItemIdentified("P-A01-1", item, "x", "matched", "x", "electronics", rma=rma, line="1"))
        put(journal, f.SerialChecked(item, serial, "same"))
    put(journal, f.ParcelFinished("P-A01-1", len(serials), 0))


@pytest.mark.parametrize("code", [HEADPHONES, "RMA-1044"])
def test_an_order_that_came_whole_is_not_matched_again(bench, journal: Journal, code: str) -> None:
    came(journal, HEADPHONES, "RMA-1044", "H2224425130")
    bench.scan(code)
    if bench.stage is Stage.AGAIN:
        bench.do(Do.CHOOSE, "again")
    assert bench.state.parcel.arrived.match == "again"
    assert bench.last.notice.tone is Tone.ATTENTION
    assert [fact.kind for fact in bench.facts if isinstance(fact, f.ExceptionRaised)] == ["double_receipt"]
    bench.weigh(492_000).scan("9506000001074").found_safe().scan("H2224425130").examine()
    item = bench.state.item
    assert (item.identified.match, item.identified.rma, item.disposition) == ("undeclared", "", "hold")


def test_the_rest_of_an_order_comes_in_a_second_parcel(bench, journal: Journal, known: Lookups) -> None:
    came(journal, EARBUDS, "RMA-1082", *EARBUD_SERIALS[:2])
    assert [(line.quantity, line.serials) for line in declared(known.orders("RMA-1082"), known.received)] == [
        (1, EARBUD_SERIALS[2:])
    ]
    bench.scan("RMA-1082").weigh(160_000)
    assert bench.state.parcel.arrived.match == "one"
    bench.scan("9506000001142").found_safe().scan(EARBUD_SERIALS[0])
    assert [fact.kind for fact in bench.facts if isinstance(fact, f.ExceptionRaised)] == ["serial_returned"]
    assert open_lines(bench.state.parcel) == ()


def test_a_photo_of_another_item_raises_an_exception_when_kept(bench, journal: Journal) -> None:
    came(journal, HEADPHONES, "RMA-1044", "H2224425130")
    bench.arrive("tee").item("tee").photo(repeat_of="I-A01-1")
    assert bench.stage is Stage.DOUBT
    bench.do(Do.CHOOSE, "keep")
    assert [fact.kind for fact in bench.facts if isinstance(fact, f.ExceptionRaised)] == ["photo_repeat"]


def test_a_photo_of_an_undone_item_is_no_repeat(bench) -> None:
    bench.arrive("tee").item("tee").photo(repeat_of="I-A01-1")
    assert bench.stage is Stage.INSPECT
    assert isinstance(bench.facts[-1], f.PhotoTaken)
    assert bench.facts[-1].verdict == "good"


def test_what_was_undone_did_not_come(journal: Journal, known: Lookups) -> None:
    put(journal, f.ParcelArrived("P-A01-1", EARBUDS, "UPS", "return", "one", ("RMA-1082",)))
    txn = put(
        journal, f.ItemIdentified("P-A01-1", "I-A01-1", "x", "matched", "x", "electronics", rma="RMA-1082", line="1")
    )
    assert known.item_stands("I-A01-1")
    put(journal, f.Undone((txn,), "item scan"))
    assert not known.item_stands("I-A01-1")
    assert [line.quantity for line in declared(known.orders("RMA-1082"), known.received)] == [3]


def test_centrals_echo_of_an_undone_arrival_is_no_receipt(journal: Journal, copy: LocalCopy, known: Lookups) -> None:
    arrived = put(journal, f.ParcelArrived("P-A01-1", HEADPHONES, "UPS", "return", "one", ("RMA-1044",)))
    echo = Receipt(HEADPHONES, "P-A01-1", "A01", "BDG-1001", "2026-01-02T00:00:00Z")
    told = copy.cursor() + 1
    copy.apply(told, told, [Record(told, "receipt", "echo", msgspec.Raw(msgspec.json.encode(echo)))])
    put(journal, f.Undone((arrived,), "parcel scan"))
    assert known.receipt(HEADPHONES) is None
    other = Receipt(HEADPHONES, "P-B02-9", "B02", "BDG-1002", "2026-01-03T00:00:00Z")
    copy.apply(told + 1, told + 1, [Record(told + 1, "receipt", "other", msgspec.Raw(msgspec.json.encode(other)))])
    assert known.receipt(HEADPHONES) == other
