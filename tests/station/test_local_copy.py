"""The local copy of central's records: found by any code, changed page by page, never half."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.local_copy import FeedGap, LocalCopy, Record, Refusal
from station.records import Bin, Operator, Product, Receipt, ReturnLine, ReturnOrder

SHOE = Product("SHOE-42", "Shoe", "footwear", "acme", gtin="4006381333931", weight_mg=800_000)
ORDER = ReturnOrder(
    "RMA-1", "acme", "W-77", (ReturnLine("1", SHOE, serials=("SN1",)),), trackings=("1Z999AA10123456784",)
)


def record(seq: int, kind: str, key: str, value: object) -> Record:
    return Record(seq, kind, key, msgspec.Raw(msgspec.json.encode(value)))


@pytest.fixture
def copy(tmp_path: Path):
    copy = LocalCopy.open(tmp_path / "expected.sqlite")
    yield copy
    copy.close()


def test_every_code_of_an_order_finds_it(copy: LocalCopy) -> None:
    copy.apply(1, 1, [record(1, "order", "RMA-1", ORDER)])
    for code in ("RMA-1", "rma-1", "W-77", "1Z999AA10123456784", "1Z 999 AA1 0123 4567 84"):
        assert copy.orders(code) == (ORDER,)
    assert copy.orders_with_serial("SN1") == (ORDER,)
    assert copy.orders("SN1") == copy.orders("") == copy.orders("x" * 5000) == ()


@pytest.mark.parametrize("rma", ["RMA-1", "rma-1", "rma 1", "Rückgabe-1"])
def test_an_order_is_found_once_by_its_rma_however_that_is_written(copy: LocalCopy, rma: str) -> None:
    order = msgspec.structs.replace(ORDER, rma=rma)
    copy.apply(1, 1, [record(1, "order", rma, order)])
    assert copy.orders(rma) == copy.orders(rma.upper()) == copy.orders(f" {rma.lower()} ") == (order,)


def test_one_parcel_may_be_announced_by_several_orders(copy: LocalCopy) -> None:
    second = msgspec.structs.replace(ORDER, rma="RMA-2")
    copy.apply(1, 2, [record(2, "order", "RMA-2", second), record(1, "order", "RMA-1", ORDER)])
    assert copy.orders("1Z999AA10123456784") == (ORDER, second)


def test_a_changed_record_is_no_longer_found_by_its_old_codes(copy: LocalCopy) -> None:
    copy.apply(1, 1, [record(1, "order", "RMA-1", ORDER)])
    changed = msgspec.structs.replace(ORDER, trackings=("NEW",))
    copy.apply(2, 3, [record(2, "order", "RMA-1", ORDER), record(3, "order", "RMA-1", changed)])
    assert copy.orders("1Z999AA10123456784") == ()
    assert copy.orders("NEW") == copy.orders("RMA-1") == (changed,)


def test_a_page_of_many_changes_forgets_every_old_code(copy: LocalCopy) -> None:
    parcels = [(f"OLD{n}", *(f"OLD{n}-{part}" for part in range(6))) for n in range(1_100)]
    many = [msgspec.structs.replace(ORDER, rma=f"RMA-{n}", trackings=each) for n, each in enumerate(parcels)]
    copy.apply(1, 1_100, [record(n, "order", each.rma, each) for n, each in enumerate(many, 1)])
    assert [order for codes in parcels for code in codes for order in copy.orders(code)] == [
        order for order in many for _ in range(7)
    ]
    changed = [msgspec.structs.replace(each, trackings=(f"NEW{n}",)) for n, each in enumerate(many)]
    fresh, gone = msgspec.structs.replace(ORDER, rma="NEW", trackings=("FRESH",)), record(2_202, "order", "RMA-7", None)
    told = [record(n, "order", each.rma, each) for n, each in enumerate(changed, 1_101)]
    copy.apply(1_101, 2_202, [*told, record(2_201, "order", "NEW", fresh), gone])
    assert copy.orders("FRESH") == (fresh,)
    assert [code for n in range(1_100) for code in copy.orders(f"OLD{n}")] == []
    changed[7:8] = []
    assert [order for n in range(1_100) for order in copy.orders(f"NEW{n}")] == changed
    assert copy.orders("NEW7") == ()


def test_a_withdrawn_record_is_found_no_more(copy: LocalCopy) -> None:
    copy.apply(1, 1, [record(1, "order", "RMA-1", ORDER)])
    copy.apply(2, 3, [record(2, "order", "RMA-1", None), record(3, "order", "never", None)])
    assert copy.orders("RMA-1") == copy.orders("1Z999AA10123456784") == ()
    copy.apply(4, 4, [record(4, "order", "RMA-1", ORDER)])
    assert copy.orders("RMA-1") == (ORDER,)


def test_products_people_bins_and_receipts_are_found(copy: LocalCopy) -> None:
    ann = Operator("B1", "Ann", "grader", "$argon2id$x")
    late = Receipt("1Z1", "P9", "bench 2", "B2", "2026-01-02T00:00:00Z")
    early = Receipt("1Z1", "P1", "bench 1", "B1", "2026-01-01T00:00:00Z")
    copy.apply(
        1,
        5,
        [
            record(1, "product", "acme/SHOE-42", SHOE),
            record(2, "operator", "B1", ann),
            record(3, "bin", "BIN-1", Bin("BIN-1", "restock")),
            record(4, "receipt", "P9", late),
            record(5, "receipt", "P1", early),
        ],
    )
    assert copy.product("shoe-42") == copy.product("4006381333931") == copy.product("04006381333931") == SHOE
    assert copy.operator("B1") == ann
    assert copy.bin("BIN-1") == Bin("BIN-1", "restock")
    assert copy.receipts("1Z1")[0] == early
    assert copy.product("?") is copy.operator("?") is copy.bin("?") is None
    assert copy.receipts("?") == ()


def test_a_page_out_of_turn_or_unreadable_is_taken_not_at_all(copy: LocalCopy) -> None:
    copy.apply(1, 2, [record(2, "order", "RMA-1", ORDER)])
    with pytest.raises(FeedGap):
        copy.apply(4, 4, [record(4, "order", "RMA-9", ORDER)])
    with pytest.raises(FeedGap):
        copy.apply(2, 3, [])
    with pytest.raises(msgspec.MsgspecError):
        copy.apply(3, 4, [record(3, "bin", "B", Bin("B", "hold")), record(4, "order", "X", {"rma": 1})])
    assert copy.cursor() == 2
    assert copy.bin("B") is None
    copy.apply(3, 3, [record(3, "weather", "today", {"sun": True})])
    assert copy.cursor() == 3


def test_a_record_of_a_newer_program_is_kept_and_stops_no_feed(copy: LocalCopy, expect_log: Any) -> None:
    expect_log("is kept and not shown, for it is of a newer program")
    rental = {"rma": "RMA-7", "client": "C", "order": "O7", "lines": [], "kind": "rental"}
    copy.apply(
        1,
        3,
        [
            record(1, "order", "RMA-7", rental),
            record(2, "bin", "BIN-2", {"code": "BIN-2", "disposition": "museum"}),
            record(3, "bin", "BIN-1", Bin("BIN-1", "restock")),
        ],
    )
    assert (copy.cursor(), copy.orders("RMA-7"), copy.bin("BIN-2")) == (3, (), None)
    assert copy.bins() == (Bin("BIN-1", "restock"),)
    assert msgspec.json.decode(copy.kept("order", "RMA-7") or b"") == rental
    copy.apply(4, 4, [record(4, "order", "RMA-7", rental | {"kind": "return"})])
    assert [order.rma for order in copy.orders("RMA-7")] == ["RMA-7"]


def test_what_central_confirmed_and_refused_is_remembered(tmp_path: Path) -> None:
    copy = LocalCopy.open(tmp_path / "expected.sqlite")
    assert copy.acked("e1") == 0
    copy.set_acked("e1", 7, [Refusal("e1", 5, "quarantined", "bad_body")])
    copy.set_acked("e2", 1)
    copy.close()
    copy = LocalCopy.open(tmp_path / "expected.sqlite")
    assert (copy.acked("e1"), copy.acked("e2"), copy.renewed) == (7, 1, "")
    assert copy.refused() == (Refusal("e1", 5, "quarantined", "bad_body"),)
    copy.close()


def test_the_bench_sees_what_the_courier_wrote_and_is_never_kept_waiting(tmp_path: Path) -> None:
    bench, courier = (LocalCopy.open(tmp_path / "expected.sqlite") for _ in range(2))
    with courier.writing():
        assert bench.orders("RMA-1") == ()
    courier.apply(1, 1, [record(1, "order", "RMA-1", ORDER)])
    assert bench.orders("RMA-1") == (ORDER,)
    bench.close()
    courier.close()


@pytest.mark.parametrize("harm", ["garbage", "tables", "another table"])
def test_an_unusable_copy_is_set_aside_and_begun_anew(tmp_path: Path, harm: str, expect_log: Any) -> None:
    path = tmp_path / "expected.sqlite"
    copy = LocalCopy.open(path)
    copy.apply(1, 1, [record(1, "order", "RMA-1", ORDER)])
    if harm == "another table":
        expect_log("cannot be carried over")
        with copy.writing() as connection:
            connection.exec_driver_sql("PRAGMA user_version = 99")
            connection.exec_driver_sql("DROP TABLE acked")
    if harm == "tables":
        with copy.writing() as connection:
            connection.exec_driver_sql("DROP TABLE feed")
    copy.close()
    if harm == "garbage":
        path.write_bytes(b"no database at all" * 999)
    copy = LocalCopy.open(path)
    assert copy.renewed == ("version" if harm == "another table" else "damaged")
    assert (copy.cursor(), copy.orders("RMA-1")) == (0, ())
    copy.close()
    assert len(list(tmp_path.glob("expected.*.sqlite"))) == 1


# The tables of version 5: each code with the kind and the key of its record.
VERSION_5 = (
    "DROP TABLE code",
    "CREATE TABLE code (sort TEXT NOT NULL, code TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,"
    " PRIMARY KEY (sort, code, kind, key)) WITHOUT ROWID",
    "DROP TABLE run",
    "CREATE TABLE of_5 (kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (kind, key))",
    "INSERT INTO of_5 SELECT kind, key, body FROM record",
    "DROP TABLE record",
    "ALTER TABLE of_5 RENAME TO record",
    "PRAGMA user_version = 5",
)


@pytest.mark.parametrize("other", [VERSION_5, ("PRAGMA user_version = 99",)])
def test_the_copy_of_another_version_is_carried_over_with_no_network(tmp_path: Path, other: tuple[str, ...]) -> None:
    path = tmp_path / "expected.sqlite"
    copy = LocalCopy.open(path)
    operator = Operator("BDG-1", "Ayla", "receiver", "$argon2id$")
    copy.apply(1, 2, [record(1, "order", "RMA-1", ORDER), record(2, "operator", "BDG-1", operator)], end=7)
    copy.set_acked("e", 4, (Refusal("e", 3, "quarantined", "unreadable"),))
    with copy.writing() as connection:
        for statement in other:
            connection.exec_driver_sql(statement)
    copy.close()
    copy = LocalCopy.open(path)
    assert (copy.renewed, copy.cursor(), copy.end()) == ("version", 2, 7)
    assert copy.orders("1Z999AA10123456784") == copy.orders_with_serial("SN1") == (ORDER,)
    assert (copy.operator("BDG-1"), copy.acked("e"), len(copy.refused())) == (operator, 4, 1)
    copy.apply(3, 3, [record(3, "order", "RMA-1", None)])
    assert copy.orders("RMA-1") == ()
    copy.close()
    copy = LocalCopy.open(path)
    assert copy.renewed == ""
    copy.close()
