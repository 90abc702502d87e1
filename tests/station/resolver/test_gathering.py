"""Finding the orders of an unknown parcel in the copy, and loose serial numbers that find theirs by themselves."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from station.__main__ import main
from station.facts import Undone
from station.journal import Journal
from station.known import Received
from station.local_copy import LocalCopy, Record
from station.receiving.facts import ItemIdentified, ParcelArrived, SerialChecked
from station.record_codes import tails_of
from station.records import Product, ReturnLine, ReturnOrder
from station.resolver.gathering import evidence_of, likely
from station.resolver.ranking import Evidence, Ranked

UNKNOWN = "1ZFE71W50297631194"


def nothing(_rma: str) -> tuple[Received, ...]:
    return ()


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[..., LocalCopy]:
    def made(*orders: ReturnOrder) -> LocalCopy:
        copy = LocalCopy.open(tmp_path / "expected.sqlite")
        records = [
            Record(at, "order", each.rma, msgspec.Raw(msgspec.json.encode(each))) for at, each in enumerate(orders, 1)
        ]
        copy.apply(1, len(records), records)
        return copy

    return made


def order(number: int, sku: str = "SHOE", serial: str = "", tracking: str = "", zip_: str = "") -> ReturnOrder:
    line = ReturnLine("1", Product(sku, sku, "home", "acme"), serials=(serial,) if serial else ())
    return ReturnOrder(
        f"RMA-{number}", "acme", f"#{number}", (line,), trackings=(tracking,) if tracking else (), zip=zip_
    )


def test_an_order_is_found_by_any_evidence_and_only_by_that(copy_of: Callable) -> None:
    copy = copy_of(
        order(1, "SHOE", "SN1", "1Z999AA10123456784", "90210"), order(2, "LAMP", "SN2", "1Z888BB20765432101", "10115")
    )
    for evidence in (
        Evidence(("1Z999AA10123456734",)),
        Evidence(("1Z999AA10123446784",)),
        Evidence(("RMA-1",)),
        Evidence(serials=("SN1",)),
        Evidence(articles=(("SHOE", "x"),)),
        Evidence(zips=("90210",)),
    ):
        assert [each.rma for each in likely(copy, nothing, evidence)] == ["RMA-1"]
    for nobody in (Evidence(), Evidence(("1Z000AA10000000000",), ("SN9",), (("SOCK",),), ("1",), 500_000, "acme")):
        assert likely(copy, nothing, nobody) == ()
    copy.close()


def test_what_came_whole_before_is_no_candidate_and_what_lies_here_is(copy_of: Callable) -> None:
    copy = copy_of(order(1, serial="SN1"))

    def came(_rma: str) -> tuple[Received, ...]:
        return (Received("1", "SN1"),)

    assert likely(copy, came, Evidence(serials=("SN1",))) == ()
    (found,) = likely(copy, came, Evidence(serials=("SN1",), matched=(("RMA-1", "1", "SN1"),)))
    assert found.rma == "RMA-1"
    copy.close()


def test_many_orders_alike_are_cut_the_same_way_each_time(copy_of: Callable) -> None:
    copy = copy_of(*(order(number) for number in range(250)), order(999, "SHOE", "SN1"))
    told = Evidence(serials=("SN1",), articles=(("SHOE",),))
    ranked = likely(copy, nothing, told)
    assert ranked == likely(copy, nothing, told) and len(ranked) == 100
    assert ranked[0].rma == "RMA-999"
    copy.close()


def test_the_ends_of_a_number_are_found_whatever_one_sign_of_it_became() -> None:
    number = "1Z999AA10123456784"
    for at in range(len(number)):
        wrong = number[:at] + "X" + number[at + 1 :]
        assert set(tails_of(wrong)) & set(tails_of(number))
    assert tails_of("12345678901") == ()


def test_the_bench_says_which_order_an_unknown_parcel_is_likely_of(site_known: object, walk: object) -> None:
    walk.arrive("unknown-abroad")
    before: tuple[Ranked, ...] = site_known.likely_orders(evidence_of(walk.state.parcel))
    walk.scan("H2224425130")
    after = site_known.likely_orders(evidence_of(walk.state.parcel))
    assert after[0].rma == "RMA-1044" and after[0].points > max((each.points for each in before), default=0)


def test_the_command_says_what_speaks_for_which_order(
    copy_of: Callable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Journal.open(tmp_path / "station.sqlite", "S01") as journal:
        arrived = ParcelArrived("P1", UNKNOWN, "ups", "unknown", "none")
        named = ItemIdentified("P1", "I1", "x", "undeclared", "Shoe", "home", "acme", "SHOE")
        # The lamp has a number that a shoe of another order was shipped with: it speaks for none.
        other = ItemIdentified("P1", "I2", "y", "undeclared", "Lamp", "home", "acme", "LAMP")
        taken = journal.append([SerialChecked("I1", "SN2", "not_known")], operator="B", shift="").txn
        loose = ([other], [SerialChecked("I2", "SN3", "not_known")])
        again = ([SerialChecked("I1", "SN1", "not_known")], [Undone((taken,), "serial")])
        for facts in ([arrived, named], *again, *loose):
            journal.append(facts, operator="B", shift="")
    copy_of(order(1, "SHOE", "SN1", zip_="90210"), order(2, "SHOE", "SN2"), order(3, "SOCK", "SN3")).close()
    assert main(["resolve", str(tmp_path), UNKNOWN, "--zip", "90210"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Likely this one:") and "RMA-1" in told.splitlines()[1]
    assert "+60 serial number SN1 was shipped with it" in told and "+15 it comes from 90210" in told
    assert main(["resolve", str(tmp_path), "P1", "--form", "json"]) == 0
    assert [each["rma"] for each in json.loads(capsys.readouterr().out)["orders"]] == ["RMA-1", "RMA-2"]
    assert main(["resolve", str(tmp_path), "1Z-NOBODY"]) == 1
