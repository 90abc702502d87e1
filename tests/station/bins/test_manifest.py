"""The manifest of a bin: what lies in it, what lay in it when it left, and nothing that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.__main__ import main
from station.bins.facts import BinClosed, BinOpened
from station.bins.manifest import Lying, Manifest, as_csv, as_text, manifest
from station.journal import Journal
from station.receiving.facts import ItemIdentified, ParcelArrived
from station.routing.facts import Placed, PlateAllotted, Routed
from station.shifts.facts import BinMoved, CountBegan, ShiftOpened

NASTY = "=1+1|cmd\x1b\u202e"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "station.sqlite", "S01") as journal:
        yield journal


def put(journal: Journal, *facts: object) -> None:
    journal.append(facts, operator="B1", shift="S-S01-1")


def place(journal: Journal, number: int, way: str = "restock", fill: int = 0, title: str = "Shoe") -> None:
    n = str(number)
    put(journal, ParcelArrived(f"P{n}", f"1Z{n}", "ups", "return", "one"))
    put(
        journal,
        ItemIdentified(f"P{n}", f"I{n}", "x", "matched", title, "home", "acme", "SKU"),
        Routed(f"I{n}", way, "r"),
    )
    put(journal, PlateAllotted(f"I{n}", f"N{n}"), Placed(f"I{n}", f"N{n}", "BIN-1", fill))


def plates(journal: Journal, times_ago: int = 0) -> list[str]:
    with journal.reading() as connection:
        told = manifest(connection, "S01", "BIN-1", times_ago)
    return [each.plate for each in told.items] if told is not None else ["nobody knows"]


def test_each_time_a_bin_left_has_its_own_list(journal: Journal) -> None:
    assert plates(journal) == ["nobody knows"]
    put(journal, BinOpened("BIN-1", "restock", "acme"))
    assert plates(journal) == []
    place(journal, 1)
    place(journal, 2)
    put(journal, BinClosed("BIN-1", "full", 2), BinMoved("BIN-1", 1, "Dock 4"))
    place(journal, 3, fill=1)
    assert (plates(journal), plates(journal, 1), plates(journal, 2)) == (["N3"], ["N1", "N2"], ["nobody knows"])
    with journal.reading() as connection:
        left = manifest(connection, "S01", "BIN-1", 1)
    assert left is not None and left.moved_to == "Dock 4" and left.moved_at


def test_what_does_not_belong_there_is_named(journal: Journal) -> None:
    put(journal, BinOpened("BIN-1", "restock", "acme"))
    place(journal, 1)
    place(journal, 2, "recycle")
    with journal.reading() as connection:
        told = manifest(connection, "S01", "BIN-1")
    assert told is not None and [each.plate for each in told.strangers] == ["N2"]
    assert "does not belong here: N2 (recycle)" in as_text(told)


@given(st.lists(st.text(max_size=12), min_size=9, max_size=9))
def test_no_name_is_a_formula_or_moves_what_stands_beside_it(texts: list[str]) -> None:
    told = Manifest("=B", "restock", "", 0, "", "", "", "", (Lying(*texts),))
    ((_, *head), row) = csv.reader(io.StringIO(as_csv(told)))
    assert head == list(Lying.__struct_fields__) and row[0] == "'=B"
    for each in row:
        assert not each.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert "\x1b" not in each and "\u202e" not in each


def test_nobody_is_told_while_bins_are_counted_and_the_paper_can_be_searched(
    journal: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(journal, ShiftOpened("S-S01-1", "Bench 1"), BinOpened("BIN-1", "restock", "acme"))
    place(journal, 1, title=NASTY)
    file = tmp_path / "bin.pdf"
    assert main(["bin", str(tmp_path), "BIN-1", "--form", "pdf", "--to", str(file), "--language", "es"]) == 0
    document = pypdfium2.PdfDocument(file)
    words = document[0].get_textpage().get_text_range()
    document.close()
    assert "N1" in words and "Matrícula" in words and not set(words) & set("\x1b\u202e")
    assert main(["bin", str(tmp_path), "BIN-1", "--form", "csv"]) == 0
    assert "'=1+1|cmd" in capsys.readouterr().out
    put(journal, CountBegan("S-S01-1"))
    for form in ("text", "csv", "json", "pdf"):
        assert main(["bin", str(tmp_path), "BIN-1", "--form", form]) == 1
    told = capsys.readouterr()
    assert told.out == "" and "blind" in told.err
