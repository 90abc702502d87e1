"""Fifty loose serial numbers of fifty orders, scanned in a row at a real bench without a network."""

from pathlib import Path

import msgspec

from station.bench import Bench
from station.history import History
from station.inputs import Do
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.lookups import Lookups
from station.outcome import Tone
from station.records import Product, ReturnLine, ReturnOrder
from station.resolver.gathering import evidence_of
from station.rules import Rules
from station.stages import Stage
from station.state import State
from sync.central import sample
from tests.station.shifts.closed import HOLD, RECEIVER, STATION, Floor

MANY = 50


def order(n: int) -> Record:
    """An order of one unit, all of the same article, each with the serial number that was shipped."""
    product = Product("DRILL", "Cordless drill", "unheard_of", "acme", serialised=True)
    line = ReturnLine("1", product, serials=(f"SN{n:08}",))
    told = ReturnOrder(f"RMA-{n}", "acme", f"ORDER-{n}", (line,))
    return Record(n, "order", told.rma, msgspec.Raw(msgspec.json.encode(told)))


def test_fifty_loose_serial_numbers_find_their_orders_and_each_says_why(tmp_path: Path, rules: Rules) -> None:
    people = [each for each in sample.records() if each.kind in ("operator", "bin")]
    records = [order(n) for n in range(1, MANY * 4)]
    records += [
        Record(len(records) + at, each.kind, each.key, msgspec.Raw(each.body)) for at, each in enumerate(people, 1)
    ]
    with Journal.open(tmp_path / "station.sqlite", STATION) as journal:
        copy = LocalCopy.open(tmp_path / "expected.sqlite")
        copy.apply(1, len(records), records)
        known, history = Lookups(rules, copy, History(journal)), History(journal)
        floor = Floor(Bench(journal, known, State(STATION, "Bench 1")), history)
        floor.sign_in(RECEIVER)
        floor.scan("1ZFE71W50297631194")
        floor.choose("1")
        floor.do(Do.SKIP)
        floor.choose("1")
        found = []
        for n in range(1, MANY + 1):
            floor.scan(f"SN{n:08}")
            item = floor.bench.state.item
            assert item is not None and item.serial is not None
            found.append((item.serial.serial, item.identified.match, item.identified.rma))
            floor.do(Do.CONFIRM)
            floor.scan(floor.bench.state.item.plate)
            assert floor.scan(HOLD).notice.tone is Tone.ACCEPTED
        assert found == [(f"SN{n:08}", "matched", f"RMA-{n}") for n in range(1, MANY + 1)]
        ranked = known.likely_orders(evidence_of(floor.bench.state.parcel))
        told = {each.rma: {reason.what for reason in each.reasons if reason.kind == "serial"} for each in ranked}
        assert told | {f"RMA-{n}": {f"SN{n:08}"} for n in range(1, MANY + 1)} == told, "each score says why"
        assert all(each.points == sum(reason.points for reason in each.reasons) for each in ranked)
        floor.do(Do.FINISH)
        assert floor.stage == Stage.IDLE
        copy.close()
