"""Projections: rows follow the facts, undo leaves no trace of what was taken back, rebuilt equals live."""

from pathlib import Path
from typing import Any

from grading.reasons import Reason
from station.bins.facts import BinOpened
from station.facts import Undone
from station.inspecting.facts import Answered, PhotoSkipped, PhotoTaken
from station.journal import Journal
from station.projections import rows as projected_rows
from station.receiving.facts import (
    ExceptionRaised,
    ItemIdentified,
    LineMissing,
    ParcelArrived,
    ParcelFinished,
    ParcelWeighed,
    SerialChecked,
)
from station.routing.facts import (
    Graded,
    Placed,
    PlateAllotted,
    PlateConfirmed,
    PlatePrinted,
    PlateVoided,
    Routed,
    RouteOverridden,
)
from station.shifts.facts import ShiftOpened


def projected(journal: Journal) -> dict[str, list[dict[str, Any]]]:
    with journal.reading() as connection:
        return projected_rows(connection)


def put(journal: Journal, *facts: Any) -> str:
    return journal.append(facts, operator="B1", shift="S1-1").txn


def test_a_whole_parcel_becomes_rows(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        put(journal, ShiftOpened("S1-1", "bench 1"))
        put(journal, ParcelArrived("P1", "1Z1", "ups", "return", "one", ("RMA1", "RMA2"), "acme"))
        put(journal, ParcelWeighed("P1", 900_000, in_band=False))
        put(journal, ExceptionRaised("E1", "weight", "supervisor", "P1"))
        put(
            journal,
            ItemIdentified("P1", "I1", "4006381333931", "matched", "Shoe", "footwear", "acme", "SHOE"),
        )
        put(journal, SerialChecked("I1", "SN1", "same"))
        put(journal, PhotoTaken("I1", "front", "ab" * 32, 1234))
        put(journal, PhotoSkipped("I1", "back", "glued on"))
        put(
            journal,
            Answered("I1", "worn", "no", "footwear/1"),
            Graded("I1", "A", "A", "A", "g/1", (Reason("ok", "all well"),)),
            Routed("I1", "restock", "r/1", values=(("restock", 500), ("resale", 300))),
        )
        put(journal, RouteOverridden("I1", "restock", "resale", "smell", "B1", "B9"))
        put(journal, PlateAllotted("I1", "S1-000001"))
        put(journal, PlatePrinted("I1", "S1-000001"))
        put(journal, PlateConfirmed("I1", "S1-000001"))
        put(journal, BinOpened("BIN-1", "resale"))
        put(journal, Placed("I1", "S1-000001", "BIN-1"))
        put(journal, LineMissing("P1", "RMA2", "1", 2), ParcelFinished("P1", 1, 2))
        rows = projected(journal)
    (parcel,), (item,), (plate,) = rows["parcel"], rows["item"], rows["plate"]
    assert parcel | {"weight_mg": 900_000, "in_band": 0, "items": 1, "missing": 2} == parcel
    assert parcel["orders"] == '["RMA1","RMA2"]'
    assert (
        item
        | {
            "serial": "SN1",
            "letter": "A",
            "routed": "restock",
            "disposition": "resale",
            "authorised_by": "B9",
            "plate": "S1-000001",
            "bin": "BIN-1",
            "route_values": '[["restock",500],["resale",300]]',
            "operator": "B1",
        }
        == item
    )
    assert item["confirmed_at"] and item["placed_at"] and parcel["finished_at"]
    assert (plate["copies_asked"], plate["copies_printed"], plate["item"]) == (1, 1, "I1")
    assert {photo["shot"]: photo["sha256"] for photo in rows["photo"]} == {"front": "ab" * 32, "back": ""}
    assert [row["quantity"] for row in rows["missing_line"]] == [2]
    assert [row["owner"] for row in rows["exception"]] == ["supervisor"]
    assert [row["bench"] for row in rows["shift"]] == ["bench 1"]


def test_a_route_computed_after_a_persons_choice_does_not_change_it(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        put(journal, ItemIdentified("P1", "I1", "x", "matched", "Shoe", "footwear"))
        put(journal, RouteOverridden("I1", "restock", "resale", "smell", "B1"))
        put(journal, Routed("I1", "recycle", "r/1"))
        (item,) = projected(journal)["item"]
    assert (item["routed"], item["disposition"]) == ("recycle", "resale")


def test_undo_takes_back_the_story_but_not_the_things(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        put(journal, ParcelArrived("P1", "1Z1", "ups", "return", "one"))
        put(journal, ItemIdentified("P1", "I1", "x", "matched", "Shoe", "footwear"))
        photo = put(journal, PhotoTaken("I1", "front", "ab" * 32, 1), ExceptionRaised("E1", "k", "grader"))
        plate = put(journal, PlateAllotted("I1", "N1"))
        printed = put(journal, PlatePrinted("I1", "N1"), BinOpened("BIN-1", "resale"))
        put(journal, Undone((plate, printed), "label"), PlateVoided("N1", "undone"))
        rows = projected(journal)
        assert rows["item"][0]["plate"] == ""
        assert [(row["plate"], row["item"], row["copies_printed"]) for row in rows["plate"]] == [("N1", "I1", 1)]
        assert rows["plate"][0]["void_why"] == "undone"
        assert [row["bin"] for row in rows["bin"]] == ["BIN-1"]
        assert len(rows["photo"]) == len(rows["exception"]) == 1
        put(journal, Undone((photo,), "photo"))
        rows = projected(journal)
        assert rows["photo"] == rows["exception"] == []
        assert len(rows["item"]) == len(rows["parcel"]) == 1


def test_a_late_word_about_an_item_that_was_undone_changes_no_item(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        put(journal, ParcelArrived("P1", "1Z1", "ups", "return", "one"))
        item = put(journal, ItemIdentified("P1", "I1", "x", "matched", "Shoe", "footwear"))
        put(journal, Undone((item,), "item scan"))
        put(journal, PlatePrinted("I1", "N1"), SerialChecked("I1", "SN", "same"))
        assert projected(journal)["item"] == []


def test_a_nul_character_is_kept_in_the_journal_and_replaced_in_the_rows(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        put(journal, ParcelArrived("P1", "1Z\0'; DROP TABLE parcel", "", "unknown", "none"))
        assert projected(journal)["parcel"][0]["code"] == "1Z\ufffd'; DROP TABLE parcel"
        assert journal.entries(0, 1)[0].fact().code == "1Z\0'; DROP TABLE parcel"
