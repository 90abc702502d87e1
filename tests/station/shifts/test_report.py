"""The report of a shift: the README's example is what the program says, and hostile names do nothing."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import facts as f
from station.__main__ import main
from station.inputs import Do
from station.journal import Journal
from station.rules import Rules
from station.shifts import facts as s
from station.shifts.findings import Finding
from station.shifts.report import Report, ReportLine, ReportReason, as_csv, as_text
from tests.station.printed.test_shift_pdf import words_of
from tests.station.shifts.closed import HOLD, PLATES, RECEIVER, RESALE, STATION, SUPERVISOR, opened, work

README = Path(__file__).parents[3] / "README.md"


@pytest.fixture
def reviewed(tmp_path: Path, rules: Rules) -> Iterator[Path]:
    """The shift of README's example, counted, before anything is explained."""
    with Journal.open(tmp_path / "station.sqlite", STATION) as journal:
        work(journal)
        delivered = s.DeliveryCounted("S-A01-1", "ups", 2)
        journal.append([delivered], operator=RECEIVER[0], shift="S-A01-1")
    with opened(tmp_path, rules) as floor:
        floor.sign_in(SUPERVISOR)
        floor.close()
        floor.count(RESALE, PLATES[0], "NOT-OURS")
        floor.count(HOLD, PLATES[3], PLATES[1])
        floor.do(Do.FINISH)
    yield tmp_path


def test_the_example_in_the_readme_is_what_the_program_says(reviewed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shift", str(reviewed)]) == 0
    told = capsys.readouterr().out.split("\n", 2)[2].partition("\nParcels finished 1, items placed 4;")[0]
    example = README.read_text().split("<!-- the example shift -->\n```text\n")[1].split("```")[0]
    assert told == example


def test_the_report_tells_what_stands_behind_each_figure(reviewed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Journal.open(reviewed / "station.sqlite", STATION) as journal:
        taken = [f.PhotoTaken("I0", shot, sha256 * 32, 9) for shot, sha256 in (("front", "ab"), ("sole", "cd"))]
        journal.append(taken, operator=RECEIVER[0], shift="S-A01-1")
    assert main(["shift", str(reviewed), "S-A01-1", "--form", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    lines = {(each["rule"], each["client"], each["way"]): each for each in told["lines"]}
    found = lines[4, "Northwind", "resale"]
    assert (found["expected"], found["actual"], found["difference"]) == (3, 2, -1)
    behind = {part["name"]: [each["id"] for each in part["behind"]] for part in found["parts"]}
    assert behind == {"found": ["I0", "I1", "I2"], "counted in bins": [*PLATES[:2]]}
    photos = [part["behind"] for part in lines[6, "Northwind", ""]["parts"]]
    assert photos == [[{"id": "I0", "units": 2}]] * 2, "each item once, with its photos"
    for line in told["lines"]:
        for part in line["parts"]:
            if line["rule"] != 9:
                assert sum(each["units"] for each in part["behind"]) == part["units"], part["name"]
    assert main(["shift", str(reviewed), "--form", "csv"]) == 0
    head, shift, _, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    whose = dict(zip(head, shift, strict=True))
    assert whose == {name: told[name] for name in whose} and {"shift", "bench", "verdict", "signed_by"} <= set(whose)
    parts = [
        [str(each["rule"]), each["client"], each["way"], part["side"], part["name"], str(part["units"])]
        for each in told["lines"]
        for part in each["parts"]
        if each["rule"] != 9
    ]
    assert parts and not [each for each in parts if each not in rows], "a table has the parts of each line too"
    assert main(["shift", str(reviewed), "--behind"]) == 0
    assert f"       {PLATES[0]} 1" in capsys.readouterr().out


def test_a_shift_that_never_was(reviewed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shift", str(reviewed), "S-A01-9"]) == 1
    assert capsys.readouterr().err == "There is no shift S-A01-9.\n"


def test_the_report_is_blind_as_well(tmp_path: Path, rules: Rules, capsys: pytest.CaptureFixture[str]) -> None:
    with Journal.open(tmp_path / "station.sqlite", STATION) as journal:
        work(journal)
    with opened(tmp_path, rules) as floor:
        assert main(["shift", str(tmp_path), "--form", "json"]) == 0
        at_work = json.loads(capsys.readouterr().out)
        assert 4 not in {each["rule"] for each in at_work["lines"]} and at_work["lines"]
        floor.sign_in(SUPERVISOR)
        floor.close()
        assert main(["shift", str(tmp_path), "--form", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["lines"] == []


def test_defects_are_counted_by_category_zone_and_kind_each_once_a_unit(
    reviewed: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    worn, stained = ("sole", "wear"), ("upper", "stain")
    graded = [
        f.Graded("I0", "B", "B", "A", "r/1", defects=(worn,)),
        *(f.DefectMarked("I0", n, "ab" * 32, 1, 1, 1, 1, *found, 2) for n, found in enumerate((stained, worn), 1)),
        f.Graded("I1", "B", "B", "A", "r/1", defects=(worn,)),
    ]
    with Journal.open(reviewed / "station.sqlite", STATION) as journal:
        journal.append(graded, operator=RECEIVER[0], shift="S-A01-1")

    def said(*more: str) -> str:
        assert main(["shift", str(reviewed), *more]) == 0
        out = capsysbinary.readouterr().out
        return words_of(out) if "pdf" in more else out.decode()

    names = ("category", "zone", "kind", "units")
    counts = (("footwear", "sole", "wear", 2), ("footwear", "upper", "stain", 1))
    told = json.loads(said("--form", "json"))["figures"]["defects"]
    assert told == [dict(zip(names, each, strict=True)) for each in counts]
    assert "defects by kind: footwear, sole, wear 2; footwear, upper, stain 1\n" in said()
    assert "footwear,sole,wear,2\r\nfootwear,upper,stain,1\r\n" in said("--form", "csv")
    assert "Shoes sole wear 2" in " ".join(said("--form", "pdf").split())


HOSTILE = st.text(st.characters(exclude_categories=()), max_size=20) | st.sampled_from(
    [
        "=1+1",
        "+cmd|x!A0",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\u202eevil",
        "\x1b[31m",
        "  =1",
        "＝1",
        "شركة الشمال",
        "a\nb",
    ]
)


@given(HOSTILE, HOSTILE)
def test_hostile_names_do_nothing_in_a_table_or_a_terminal(client: str, plate: str) -> None:
    line = ReportLine(4, "Units found", client, client, 1, 0, -1, -1, (), (ReportReason(client, -1, "B"),))
    nothing = ("",) * 9
    told = Report("A01", plate, client, *nothing, (line,), (Finding("foreign", plate, client, client),))
    for row in csv.reader(io.StringIO(as_csv(told))):
        for cell in row:
            is_figure = cell.lstrip("+-").isdecimal() and row[0].isdecimal()
            assert is_figure or not cell.lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "＝")), cell
            assert not {"\x1b", "\u202e", "\n", "\r", "\0"} & set(cell)
    text = as_text(told)
    assert not {"\x1b", "\u202e", "\r", "\0", "\u2028"} & set(text)
    assert text.count("\n") == 6, "one line for each thing, whatever it is called"


def test_names_in_any_script_stay_readable() -> None:
    line = ReportLine(4, "Units found", "شركة الشمال", "resale", 1, 1, 0, 0, (), ())
    told = Report("A01", "S", "B", *("",) * 9, (line,), ())
    assert "شركة الشمال" in as_text(told) and "شركة الشمال" in as_csv(told)
