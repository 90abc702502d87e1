"""A station's rows made anew: what an earlier program wrote wrong becomes what the facts say, on both databases."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import uuid_utils
from sqlalchemy import text

from station.receiving.facts import ItemIdentified, ParcelArrived
from station.routing.facts import PlateAllotted, PlateConfirmed, PlatePrinted
from sync.central import anew
from sync.central.__main__ import main
from sync.central.intake import take_in
from sync.central.store import Store
from tests.sync.conftest import NOW

# As in tables that had been made by revisions: what a plate's columns held was one column off.
ONE_OFF = text("UPDATE plate SET allotted_at = confirmed_at, confirmed_at = allotted_at WHERE station = :station")


def told(store: Store, book: Any) -> str:
    """A station that gave two items plates, one of which was scanned."""
    station = f"S{uuid_utils.uuid7().hex[-10:]}"
    book.add(ParcelArrived("P-1", "T1", "ups", "return", "none"))
    for n in (1, 2):
        book.add(ItemIdentified("P-1", f"I-{n}", "C", "matched", "Thing", "home"))
        book.add(PlateAllotted(f"I-{n}", f"N-{n}"), PlatePrinted(f"I-{n}", f"N-{n}"))
    book.add(PlateConfirmed("I-1", "N-1"))
    take_in(store, station, "leeds", book.push(), NOW)
    return station


def plates(store: Store, station: str) -> list[dict[str, Any]]:
    with store.reading() as connection:
        query = text("SELECT * FROM plate WHERE station = :station ORDER BY plate")
        return [dict(row) for row in connection.execute(query, {"station": station}).mappings()]


def test_wrong_rows_are_made_right_and_counted(shared_store: Store, new_book: Callable[[], Any]) -> None:
    station, beside = told(shared_store, new_book()), told(shared_store, new_book())
    right, theirs = plates(shared_store, station), plates(shared_store, beside)
    assert anew.rebuild(shared_store, station) == {}
    with shared_store.writing() as connection:
        connection.execute(ONE_OFF, {"station": station})
        connection.execute(text("DELETE FROM item WHERE station = :station AND item = 'I-2'"), {"station": station})
    assert plates(shared_store, station) != right
    assert anew.rebuild(shared_store, station, is_rehearsal=True) == {"item": 1, "plate": 2}
    assert plates(shared_store, station) != right
    assert anew.rebuild(shared_store, station) == {"item": 1, "plate": 2}
    assert plates(shared_store, station) == right
    assert plates(shared_store, beside) == theirs
    assert anew.rebuild(shared_store, station) == {}


def test_a_station_of_which_not_all_can_be_applied_is_left_as_it_was(
    shared_store: Store, new_book: Callable[[], Any]
) -> None:
    station = told(shared_store, new_book())
    right = plates(shared_store, station)
    with shared_store.writing() as connection:
        damaged = text("UPDATE journal SET body = :body WHERE station = :station AND seq = 1")
        connection.execute(damaged, {"body": b"{", "station": station})
    with pytest.raises(ValueError, match="truncated"):
        anew.rebuild(shared_store, station)
    assert plates(shared_store, station) == right


def test_the_command_says_what_was_otherwise(
    tmp_path: Path, new_book: Callable[[], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Store(f"sqlite:///{tmp_path / 'central.sqlite'}")) as store:
        station = told(store, new_book())
        with store.writing() as connection:
            connection.execute(ONE_OFF, {"station": station})
    asked = ["rebuild", "--data", str(tmp_path)]
    assert main([*asked, "--check"]) == 0
    assert main(asked) == 0
    assert main([*asked, "--station", station]) == 0
    assert main([*asked, "--station", "S-none"]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"{station}: rows that are otherwise: 2 of plate",
        f"{station}: rows that were otherwise: 2 of plate",
        f"{station}: all rows are what the facts say",
    ]
    assert "no station S-none" in said.err
