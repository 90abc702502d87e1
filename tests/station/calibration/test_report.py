"""The figures of second looks, from a bench's own tables and from central's, for people, machines and tables."""

import csv
import io
import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station import facts as f
from station.__main__ import main
from station.calibration.agreement import Pair
from station.calibration.facts import SecondGraded
from station.calibration.report import as_csv, as_text, calibration
from station.journal import Journal
from station.moments import now
from sync.central import tokens
from sync.central.__main__ import main as central
from sync.central.intake import take_in
from sync.central.store import Store
from sync.wire import Push

HOSTILE = '=1+1\u202e\n"x'


def looked(journal: Journal, number: int, first: str, second: str, grader: str = "BDG-1001") -> None:
    answers = (("stains", "none", "none" if first == second else "small"), ("smell", "none", "none"))
    both = SecondGraded(
        f"I{number}",
        f"LPN{number}",
        "apparel",
        "Northwind",
        "apparel@7",
        grader,
        first,
        second,
        second,
        "works",
        answers,
    )
    journal.append((both,), operator="BDG-9001", shift="S-A01-1")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        journal.append((f.ShiftOpened("S-A01-1", "Bench 1"),), operator="BDG-1001", shift="S-A01-1")
        for number in range(20):
            looked(journal, number, "A", "B" if number < 15 else "A", "BDG-1001")
            looked(journal, 100 + number, "AB"[number % 2], "AB"[number % 2], HOSTILE)
    return tmp_path


def test_people_read_how_alike_all_are_and_who_differs_which_way(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibration", str(data)]) == 0
    said = capsys.readouterr().out
    assert "Second looks since" in said and ": 40" in said
    lines = {line.split("  ")[0]: line for line in said.splitlines()}
    assert "62%" in lines["all letters"]
    assert lines["apparel: stains"] < lines["apparel: smell"] or said.index("stains") < said.index("smell")
    assert "47% to 76%" in lines["all letters"], "the share has an interval of its own"
    assert lines["apparel: smell"].endswith("  - (nearly always one answer)"), "and kappa says why it has none"
    assert "differs: milder 15 of 15" in lines["BDG-1001"]
    assert "\u202e" not in said, "hostile names are shown, not obeyed"


def test_machines_and_tables_get_all_figures(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibration", str(data), "--form", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["letters"]["pairs"], told["letters"]["agreed"]) == (40, 25)
    assert told["letters"]["low"] < told["letters"]["kappa"] < told["letters"]["high"]
    assert main(["calibration", str(data), "--form", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["what"] for row in rows} == {"all", "letter", "question", "grader", "rubric"}
    smell = next(row for row in rows if row["name"] == "apparel: smell")
    assert (smell["kappa"], smell["kappa_low"], smell["no_interval"]) == ("", "", "one_answer")
    assert (smell["share_low"], smell["share_high"]) == ("0.9124", "1.0000")
    assert not any(row["name"].startswith("=") for row in rows)


def told(*looks: tuple[str, str, str, str]) -> dict[str, tuple[str, dict[str, str]]]:
    """Each grader's and version's line for people, and row for tables, of looks: who, at what, and both letters."""
    found = calibration(tuple(Pair("I", what, "r@1", who, "S", *both) for who, what, *both in looks), "2026-11-01")
    lines = {line.split("  ")[0]: line for line in as_text(found).splitlines()}
    table = csv.DictReader(io.StringIO(as_csv(found)))
    return {row["name"]: (lines[row["name"]], row) for row in table if row["what"] in ("grader", "rubric")}


def test_who_differs_both_ways_is_said_to_and_tables_have_the_way() -> None:
    usual = [("usual", "phone", "B", "B")] * 100
    found = told(*usual, *(("both", "phone", "B", letter) for letter in "AC" * 5 + "BB" * 5))
    line, row = found["both"]
    assert line.endswith("differs: both ways, stricter 5, milder 5")
    assert (row["stricter"], row["milder"], row["way"], row["stands_out"]) == ("5", "5", "", "1")
    assert row["share"] == "0.5000" and float(row["difference_low"]) < float(row["difference"]) < 0
    line, row = told(*usual, *(("mild", "phone", "B", letter) for letter in "C" * 10 + "B" * 10))["mild"]
    assert line.endswith("differs: milder 10 of 10") and row["way"] == "milder"


def test_who_has_nobody_beside_them_is_said_to() -> None:
    looks = [("alone", "phone", "A", letter) for letter in "AB" * 15]
    assert all(line.endswith("30    50%      -  no other to compare with") for line, _ in told(*looks).values())
    line, row = told(*looks, *[(who, "apparel", "A", "A") for who in ("alone", "usual")])["alone"]
    assert line.endswith("31    52%   100%  compared: 1 of 31")
    assert (row["compared"], row["expected"], row["difference"]) == ("1", "1.0000", "0.0000")


def test_a_bench_without_second_looks_says_how_one_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Journal.open(tmp_path / "station.sqlite", "A01"):
        pass
    assert main(["calibration", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("Nobody looked at an item again since")


def test_central_tells_the_same_of_all_benches_of_a_site(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibration", str(data), "--form", "json"]) == 0
    at_bench = json.loads(capsys.readouterr().out)
    folder = data / "central"
    folder.mkdir()
    with (
        closing(Store(f"sqlite:///{folder / 'central.sqlite'}")) as store,
        Journal.open(data / "station.sqlite", "A01") as journal,
    ):
        tokens.enrol(store, "A01", "leeds", now())
        entries = tuple(journal.entries(0, 500))
        take_in(store, "A01", "leeds", Push(journal.epoch, 1, now(), entries), now())
    assert central(["calibration", "--site", "leeds", "--form", "json", "--data", str(folder)]) == 0
    at_central = json.loads(capsys.readouterr().out)
    assert at_central | {"since": ""} == at_bench | {"since": ""}
    assert at_central["since"] <= datetime.now(UTC).isoformat()
