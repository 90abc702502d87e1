"""Search: any code finds the parcels, items, bins and hours it stands for, with story and photos, and nothing else."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import event

from station.__main__ import main
from station.bins.facts import BinCheckBegan, BinOpened
from station.codes import Candidate
from station.facts import Undone
from station.history import History
from station.inspecting.facts import BoxPhotographed, PhotoTaken
from station.journal import Journal
from station.local_copy import COPY_FILE, LocalCopy, Record
from station.receiving.facts import (
    BoxFoundEmpty,
    ItemIdentified,
    LineMissing,
    ParcelArrived,
    ParcelFinished,
    SerialChecked,
)
from station.records import Product, ReturnLine, ReturnOrder, Ruled
from station.routing.facts import Placed, PlateAllotted, PlateVoided, Routed
from station.search.finding import LISTED, STORY_PARCELS, Place, find
from station.search.found import Found, Hit
from station.search.sought import Sought, forms_of, gtin_forms
from station.search.telling import as_text
from station.shifts.facts import BinMoved, CountBegan, CountEnded, ShiftOpened

GTIN = "09506000001074"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        yield journal


def put(journal: Journal, *facts: Any, by: str = "B1") -> str:
    return journal.append(facts, operator=by, shift="S1-1").txn


def parcel(journal: Journal, number: int, by: str = "B1") -> None:
    """Receive a parcel with one item and put it into BIN-1."""
    n = str(number)
    arrived = ParcelArrived(f"P{n}", f"1Z{n}", "ups", "return", "one", (f"RMA{n}",), "acme")
    named = ItemIdentified(
        f"P{n}", f"I{n}", GTIN, "matched", f"Shoe {n}", "footwear", sku="SHOE", gtin=GTIN, rma=f"RMA{n}"
    )
    put(journal, arrived, named, by=by)
    put(journal, SerialChecked(f"I{n}", f"SN{n}", "same"), PhotoTaken(f"I{n}", "front", n * 8, 1), by=by)
    put(journal, Routed(f"I{n}", "restock", "r/1"), PlateAllotted(f"I{n}", f"N{n}"), by=by)
    put(journal, Placed(f"I{n}", f"N{n}", "BIN-1"), ParcelFinished(f"P{n}", 1, 0), by=by)


@pytest.fixture
def seek(journal: Journal) -> Callable[..., Found]:
    def as_it_is(_text: str, _aim: str) -> tuple[Candidate, ...]:
        return ()

    return lambda code, **more: History(journal).seek(code, **{"recognise": as_it_is, **more})


def codes(found: Found) -> list[str]:
    return [hit.code for hit in found.hits]


def test_an_empty_parcel_shows_the_photo_of_its_open_box(journal: Journal, seek: Callable) -> None:
    empty = (BoxFoundEmpty("P1"), BoxPhotographed("P1", "c" * 8, 9))
    journal.append((ParcelArrived("P1", "1Z1", "ups", "return", "none"), *empty), operator="BDG-1", shift="S-A01-1")
    assert [(each.item, each.shot, each.sha256) for each in seek("1Z1").pictures] == [("P1", "open_box", "c" * 8)]


@pytest.mark.parametrize("code", ["1Z1", "1z1", " 1Z1\n", "P1", "N1", "I1", "RMA1", "SN1"])
def test_any_code_tells_the_story_and_shows_the_photos(journal: Journal, seek: Callable, code: str) -> None:
    parcel(journal, 2)
    parcel(journal, 1)
    found = seek(code)
    assert [line.entry.type for line in found.story] == [
        "ParcelArrived",
        "ItemIdentified",
        "SerialChecked",
        "PhotoTaken",
        "Routed",
        "PlateAllotted",
        "Placed",
        "ParcelFinished",
    ]
    assert found.story[0].fact.parcel == "P1"
    assert not any(line.undone for line in found.story)
    assert [(each.item, each.shot, each.sha256) for each in found.pictures] == [("I1", "front", "1" * 8)]
    assert found.hits[-1] == Hit(
        "item", "N1", "Shoe 1", "", "restock", "BIN-1", found.hits[-1].at, "B1", 1, is_done=True
    )
    of_a_parcel = code.strip().upper() in ("1Z1", "P1")
    assert [hit.title for hit in found.hits] == (["1Z1", "Shoe 1"] if of_a_parcel else ["Shoe 1"])


def test_what_one_hit_names_finds_it_alone(journal: Journal, seek: Callable) -> None:
    for number in (1, 2, 3):
        parcel(journal, number)
    for hit in seek("SHOE").hits:
        (again,) = seek(hit.code).hits
        assert again == hit
    (head,) = seek("1Z2").hits[:1]
    assert seek(head.code).hits[0] == head


def test_a_story_keeps_what_was_undone_and_leaves_other_items_out(journal: Journal, seek: Callable) -> None:
    put(journal, ParcelArrived("P1", "1Z1", "ups", "return", "several", ("RMA%", "RMA_1", 'A"\\B')))
    put(journal, ItemIdentified("P1", "I1", "x", "matched", "Shoe", "footwear"))
    taken = put(journal, PhotoTaken("I1", "front", "ab" * 32, 1, fingerprint="f1"))
    put(journal, Undone((taken,), "photo"))
    put(journal, ItemIdentified("P1", "I2", "x", "matched", "Sock", "apparel"))
    assert [(line.entry.type, line.undone) for line in seek("I1").story] == [
        ("ParcelArrived", False),
        ("ItemIdentified", False),
        ("PhotoTaken", True),
    ]
    assert [len(seek(code).story) for code in ("1Z1", "RMA%", "RMA_1", 'A"\\B')] == [4, 4, 4, 4]
    for code in ("RMA", "RMAX1", "", "  ", "%", "x' OR 1=1 --", "\0", "\ud800"):
        assert seek(code).is_nothing


def test_an_order_of_which_nothing_came_is_found_by_what_is_missing(journal: Journal, seek: Callable) -> None:
    put(journal, ParcelArrived("P1", "1Z1", "ups", "return", "one", ("RMA1",)), LineMissing("P1", "RMA9", "1", 1))
    assert codes(seek("RMA9")) == ["P1"]


def test_a_plate_that_was_voided_still_finds_its_item(journal: Journal, seek: Callable) -> None:
    parcel(journal, 1)
    put(journal, PlateVoided("N1", "torn"), PlateAllotted("I1", "N2"))
    assert codes(seek("N1")) == codes(seek("N2")) == ["N2"]


def test_an_article_lists_its_latest_items(journal: Journal, seek: Callable) -> None:
    for number in range(LISTED + 2):
        parcel(journal, number)
    by_sku, by_gtin = seek("SHOE"), seek(GTIN)
    assert codes(by_sku) == codes(by_gtin) == [f"N{number}" for number in range(LISTED + 1, 1, -1)]
    assert by_sku.has_more and by_gtin.has_more and not by_sku.story
    shorter = seek("9506000001074", recognise=lambda text, _: (Candidate("gtin", GTIN, gtin=GTIN),))
    assert codes(shorter) == codes(by_sku)


def test_a_bin_lists_what_lies_in_it_and_not_what_left(journal: Journal, seek: Callable) -> None:
    put(journal, BinOpened("BIN-1", "restock", "acme"))
    parcel(journal, 1)
    parcel(journal, 2)
    found = seek("BIN-1")
    assert codes(found) == ["BIN-1", "N2", "N1"]
    assert (found.hits[0].way, found.hits[0].client, found.hits[0].units) == ("restock", "acme", 2)
    put(journal, BinMoved("BIN-1", 1, "dock"))
    assert codes(seek("BIN-1")) == ["BIN-1"]
    assert [hit.bin for hit in seek("N1").hits] == [""]


def test_what_lies_in_a_bin_is_not_told_while_it_is_counted_blind(journal: Journal, seek: Callable) -> None:
    put(journal, ShiftOpened("S-S01-1", "Bench 1"), BinOpened("BIN-1", "restock", "acme"))
    parcel(journal, 1)
    put(journal, CountBegan("S-S01-1"))
    (head,) = seek("BIN-1").hits
    assert (head.code, head.units) == ("BIN-1", 0)
    found = seek("N1")
    assert [hit.bin for hit in found.hits] == [""]
    assert found.story and not any(getattr(line.fact, "bin", "") for line in found.story)
    put(journal, CountEnded("S-S01-1"))
    assert codes(seek("BIN-1")) == ["BIN-1", "N1"]
    assert [hit.bin for hit in seek("N1").hits] == ["BIN-1"]
    put(journal, BinCheckBegan("BIN-1", 1))
    assert [hit.bin for hit in seek("N1").hits] == [""]


def test_a_badge_finds_the_hours_of_its_work(journal: Journal, seek: Callable) -> None:
    parcel(journal, 1)
    parcel(journal, 2, by="B2")
    (hour,) = seek("B1").hits
    assert (hour.kind, hour.units, hour.parcels) == ("hour", 1, 1)
    opened = seek(hour.code)
    assert opened.hits[0] == hour
    assert codes(opened)[1:] in (["P1", "N1"], ["N1", "P1"])
    assert seek("B1@2001-01-01T00").is_nothing
    assert seek("B1", badges={"B1"}).hits == (hour,)
    for withheld in ("B2", seek("B2").hits[0].code):
        assert seek(withheld, badges={"B1"}).is_withheld
        assert not seek(withheld, badges={"B1"}).hits


def test_a_customer_with_many_parcels_is_listed_and_not_told(journal: Journal, seek: Callable) -> None:
    for number in range(STORY_PARCELS + 1):
        put(journal, ParcelArrived(f"P{number}", "1Z-AGAIN", "ups", "return", "again"))
    assert len(seek("1Z-AGAIN").hits) == STORY_PARCELS + 1
    assert not seek("1Z-AGAIN").story


def test_what_central_told_is_said_beside_what_came(journal: Journal, seek: Callable, tmp_path: Path) -> None:
    product = Product("SHOE", "Shoe", "footwear", "acme", GTIN)
    order = ReturnOrder("RMA1", "acme", "#48", (ReturnLine("1", product, serials=("SN7",)),), trackings=("1Z5",))
    copy = LocalCopy.open(tmp_path / COPY_FILE)
    records = [("order", "RMA1", order), ("product", "SHOE|acme", product)]
    copy.apply(
        1,
        2,
        [
            Record(at, kind, key, msgspec.Raw(msgspec.json.encode(body)))
            for at, (kind, key, body) in enumerate(records, 1)
        ],
    )
    copy.close()
    for code in ("RMA1", "#48", "1Z5", "SN7"):
        assert [each.rma for each in seek(code).expected] == ["RMA1"]
        assert not seek(code).hits
    assert seek(GTIN).goods == "Shoe"
    parcel(journal, 1)
    # An order number is on no fact of a bench; central says which return order it stands for.
    assert codes(seek("#48")) == ["N1"]
    (tmp_path / COPY_FILE).write_bytes(b"no database at all" * 1000)
    assert codes(seek("RMA1")) == ["N1"]


RULED = {
    "resolution|RMA1|1": Ruled("resolution", "RMA1", "1", "refund", 1500, "Ana (desk)", "worn", "2026-04-18T09:00:00Z"),
    "merge_suggestion||1Z1": Ruled("merge_suggestion", "", "1Z1", "apart", 0, "Ana", "two", "2026-04-18T08:00:00Z"),
    "merge_suggestion||1Z11": Ruled("merge_suggestion", "", "1Z11", "together", 0, "Ana", "x", "2026-04-18T08:00:00Z"),
    "resolution|RMA11|1": Ruled("resolution", "RMA11", "1", "nothing", 0, "Ana", "x", "2026-04-18T07:00:00Z"),
}


def decided(folder: Path, **more: bytes) -> None:
    """Central tells of these decisions, and of `more` in the words of another program."""
    bodies = {key: msgspec.json.encode(each) for key, each in RULED.items()} | more
    with closing(LocalCopy.open(folder / COPY_FILE)) as copy:
        records = [Record(seq, "ruling", key, msgspec.Raw(body)) for seq, (key, body) in enumerate(bodies.items(), 1)]
        copy.apply(1, len(records), records)


@pytest.mark.parametrize("code", ["1Z1", "P1", "N1", "RMA1", "SN1"])
def test_what_a_supervisor_decided_at_central_stands_beside_what_came(
    journal: Journal, seek: Callable, tmp_path: Path, code: str
) -> None:
    parcel(journal, 1)
    decided(tmp_path, **{"duplicate_receipt|RMA1|1": b'{"kind":"duplicate_receipt"}'})
    found = seek(code)
    assert [(each.line, each.then) for each in found.rulings] == [("1Z1", "apart"), ("1", "refund")]
    assert "2026-04-18T09:00:00Z Ana (desk) on RMA1 line 1: refund. worn" in as_text(found)


def test_what_was_decided_is_told_where_nothing_of_it_came_here(seek: Callable, tmp_path: Path) -> None:
    decided(tmp_path)
    assert [each.then for each in seek("RMA11").rulings] == ["nothing"]
    assert not seek("RMA11").is_nothing
    assert seek("RMA2").is_nothing


def test_a_code_is_looked_for_in_the_form_it_is_kept_in() -> None:
    assert gtin_forms("09506000001074") == ("09506000001074", "9506000001074")
    assert gtin_forms("00000040170725") == ("00000040170725", "0000040170725", "000040170725", "40170725")
    told = forms_of(" 1z 5 ", (Candidate("tracking", "1Z5"), Candidate("gtin", "1", gtin="01", serial="S")))
    assert told == Sought("1z 5", ("1z 5", " 1z 5 ", "1Z 5", "1Z5", "1", "S"), ("01",))
    assert forms_of("B1@2026-01-01T07", ()) == Sought("B1@2026-01-01T07", ("B1",), hour="2026-01-01T07")
    for no_hour in ("B1@2026-02-30T07", "B1@2026-01-01T25", "B1@9999-12-31T23", "@", "a@b"):
        assert forms_of(no_hour, ()).codes[0] == no_hour


def test_the_command_asks_for_a_code_where_it_is_given_none(
    journal: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [main(["find", str(tmp_path), code]) for code in ("", " \n", "1Z-NOBODY")] == [2, 2, 1]
    told = capsys.readouterr()
    assert (
        told.err.splitlines() == ["There is no code. Name what you look for: a plate, a tracking number, an RMA."] * 2
    )
    assert told.out.startswith("Nobody here knows 1Z-NOBODY.")


def test_no_search_reads_a_whole_table(journal: Journal, seek: Callable) -> None:
    for number in (1, 2):
        parcel(journal, number)
    with journal.reading() as connection:
        asked: list[tuple[str, Any]] = []
        event.listen(connection, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
        place = Place(connection, journal.path.parent, "S1")
        for code in ("1Z1", "RMA1", "N1", "SN1", "BIN-1", "B1", GTIN, "SHOE", "nothing", seek("B1").hits[0].code):
            find(place, forms_of(code, ()))
        assert len(asked) > 50
        for query, values in dict(asked).items():
            plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)]
            # Nothing may be found by the station alone, for all rows of a bench are of one station; its shifts are few.
            few = ("SCAN CONSTANT ROW", "SEARCH shift USING PRIMARY KEY (station=?)")
            whole = [
                step for step in plan if step not in few and (step.startswith("SCAN ") or step.endswith("(station=?)"))
            ]
            assert not whole, (query, plan)
            # The latest of very many come from the index in order; a parcel's few items may be sorted.
            many = "LIMIT" in query and "UNION" not in query
            assert not (many and any("ORDER BY" in step for step in plan)), (query, plan)
