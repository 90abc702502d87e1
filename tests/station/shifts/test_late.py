"""What belongs to a shift that is over, and is said in a later one: its report names it, and nothing signed changes."""

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pypdfium2
import pytest

from grading.rubric import Rubric
from station import facts as f
from station.__main__ import main
from station.inputs import Do
from station.journal import Journal
from station.rules import Rules
from station.shifts import facts as s
from station.shifts.late import Late
from tests.station.calibration import looked
from tests.station.shifts.closed import PLATES, RECEIVER, RESALE, STATION, SUPERVISOR, Floor, opened

FIRST, NEXT = "S-A01-1", "S-A01-2"
DIFFERS = "E-A01-000001"


@pytest.fixture
def folder(tmp_path: Path, rules: Rules) -> Path:
    rubric: Rubric | None = rules.rubric("apparel", "Northwind")
    assert rubric is not None
    looked.work(tmp_path, rubric)
    with Journal.open(tmp_path / "station.sqlite", STATION) as journal:
        raised = f.ExceptionRaised(DIFFERS, "item_weight", "supervisor", "P1", "I0")
        journal.append((raised,), operator=RECEIVER[0], shift=FIRST)
    return tmp_path


@pytest.fixture
def floor(folder: Path, rules: Rules) -> Iterator[Floor]:
    with opened(folder, rules) as made:
        made.sign_in(SUPERVISOR)
        made.close()
        made.count(RESALE, *PLATES[:2])
        made.do(Do.FINISH)
        made.do(Do.CONFIRM)
        made.sign_in(SUPERVISOR)
        made.sign_in(SUPERVISOR)
        assert made.bench.state.shift == NEXT, (made.stage, made.bench.prompt)
        yield made


def say(floor: Floor, *facts: f.Recorded) -> None:
    """Say something in the running shift that no question of the bench asks for any more."""
    floor.bench.journal.append(facts, operator=SUPERVISOR[0], shift=NEXT)


def test_nothing_of_a_shift_that_is_over_is_taken_back(floor: Floor) -> None:
    assert floor.do(Do.UNDO).facts == ()
    assert floor.history.late(NEXT) == ()


def test_decisions_looks_and_voids_that_come_late_are_named_and_what_was_signed_stays(
    floor: Floor, folder: Path, rules: Rules, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    signed = floor.history.shift_lines(FIRST)
    floor.do(Do.DECIDE)
    floor.choose(DIFFERS, "accept", "client")
    floor.do(Do.DECIDE)
    floor.do(Do.UNDO)
    floor.choose("1")
    looked.ask(floor)
    floor.scan(PLATES[0])
    rubric = rules.rubric("apparel", "Northwind")
    assert rubric is not None
    looked.look(floor, rubric)
    say(floor, f.PlateVoided(PLATES[1], "torn"))
    named = (
        Late(FIRST, "decision", PLATES[0], about="accept"),
        Late(FIRST, "second_look", PLATES[0]),
        Late(FIRST, "taken_back", PLATES[0], about="accept"),
        Late(FIRST, "void", PLATES[1], about="torn"),
    )
    assert floor.history.late(NEXT) == named
    assert floor.history.late(FIRST) == ()
    kept = [line for line in floor.history.shift_lines(FIRST) if line.rule != 9]
    assert kept == [line for line in signed if line.rule != 9], "what was signed stays as it was"
    for form, read in (("json", _of_json), ("csv", _of_csv), ("text", _of_text), ("pdf", _of_pdf)):
        assert main(["shift", str(folder), NEXT, "--form", form]) == 0
        said = capsysbinary.readouterr().out
        assert read(said) == [(FIRST, *each) for each in _WORDS[form]], form
        told = " ".join(_words_of(said).split()) if form == "pdf" else said.decode()
        assert _DECIDED[form] in told, "and by whom it was decided, and why"
        assert not re.search(_LIVE[form], _words_of(said) if form == "pdf" else said.decode()), "not signed yet"
    for form, words in _CARRIED.items():
        assert main(["shift", str(folder), FIRST, "--form", form]) == 0
        said = capsysbinary.readouterr().out
        told = _words_of(said) if form == "pdf" else said.decode()
        assert all(each in told for each in words), form
        assert len(re.findall(_LIVE[form], told)) == 1, f"{form}: only the facts are not as they were signed"


def test_what_a_sheet_said_before_it_was_typed_in_again_is_named_with_who_said_it(
    floor: Floor, folder: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    say(floor, s.DeliveryCounted(FIRST, "ups", 7))
    say(floor, s.DeliveryCounted(NEXT, "dhl", 4), s.DeliveryCounted(NEXT, "ups", 3, 1))
    floor.bench.journal.append([s.DeliveryCounted(NEXT, "ups", 1)], operator=RECEIVER[0], shift=NEXT)
    say(floor, s.DeliveryCounted(NEXT, "ups", 1))
    say(floor, s.DeliveryCounted(FIRST, "ups", 6, 1, 1))
    assert main(["shift", str(folder), NEXT, "--form", "json"]) == 0
    told = json.loads(capsysbinary.readouterr().out)
    said = [{**each, "at": ""} for each in told["noted"] if each["kind"] == "sheet_changed"]
    assert [(each["plate"], each["why"], each["second"], each["about"], each["by"]) for each in said] == [
        ("ups", "3 / 1 / 0", SUPERVISOR[0], "1 / 0 / 0", RECEIVER[0]),
        ("ups", "7 / 0 / 0", SUPERVISOR[0], "6 / 1 / 1", SUPERVISOR[0]),
    ]
    line = next(each for each in told["lines"] if (each["rule"], each["way"]) == (1, "ups"))
    assert line["expected"] == 1, "the latest word counts"
    assert main(["shift", str(folder), NEXT]) == 0
    was = f"sheet changed: ups: 3 / 1 / 0 by {SUPERVISOR[0]}, now 1 / 0 / 0"
    assert was in capsysbinary.readouterr().out.decode()
    assert main(["shift", str(folder), FIRST]) == 0
    assert b"sheet changed" not in capsysbinary.readouterr().out, "what was signed stays as it was"


def test_the_report_tells_how_alike_the_second_looks_of_its_shift_are(
    floor: Floor, folder: Path, rules: Rules, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    rubric = rules.rubric("apparel", "Northwind")
    assert rubric is not None
    looked.ask(floor)
    floor.scan(PLATES[0])
    looked.look(floor, rubric)
    for shift, count in ((FIRST, 0), (NEXT, 1)):
        assert main(["shift", str(folder), shift, "--form", "json"]) == 0
        letters = json.loads(capsysbinary.readouterr().out)["figures"]["looks"]["letters"]
        assert (letters["pairs"], letters["agreed"]) == (count, count)
    assert main(["shift", str(folder), NEXT, "--form", "csv"]) == 0
    assert b"all,all letters,1,1,1.0000,0.2065,1.0000,,,,too_few," in capsysbinary.readouterr().out
    assert main(["shift", str(folder), NEXT]) == 0
    assert b"second looks: 1, 1 alike, kappa - (too few looks)" in capsysbinary.readouterr().out
    assert main(["shift", str(folder), NEXT, "--form", "pdf"]) == 0
    assert "all grades 1 100% -" in _words_of(capsysbinary.readouterr().out)


_ALL = [
    ("decision", PLATES[0], "accept"),
    ("second_look", PLATES[0], ""),
    ("taken_back", PLATES[0], "accept"),
    ("void", PLATES[1], "torn"),
]
_WORDS = {
    "json": _ALL,
    "csv": _ALL,
    "text": [
        ("decision", PLATES[0]),
        ("second look", PLATES[0]),
        ("taken back", PLATES[0]),
        ("void", PLATES[1]),
    ],
    "pdf": [
        (f"decided about {PLATES[0]}: Accept as is",),
        (f"second look at {PLATES[0]}",),
        (f"taken back about {PLATES[0]}: Accept as is",),
        (f"plate {PLATES[1]} is void",),
    ],
}


_DECIDED = {
    "json": '"kind": "decided"',
    "csv": f",decided,,{PLATES[0]},accept,{SUPERVISOR[0]},0,client,",
    "text": f"decided: accept {PLATES[0]} by {SUPERVISOR[0]} at ",
    "pdf": f"decided about {PLATES[0]}: Accept as is, Client asked. By {SUPERVISOR[0]}.",
}
_LIVE = {
    "json": r'"as_of": "2\d{3}-[^"]*Z"',
    "csv": r"\r\n9,Facts,,,\d+,\d+,0,0,,2\d{3}-[^,]*Z\r\n",
    "text": r"\n     refused by central 0\n     as of 2\d{3}-\S*Z: no signature fixes this line\n",
    "pdf": r"2\d{3}-[\d-]+ [\d:]+ UTC,\s+no\s+signature\s+fixes\s+this\s+line",
}
# The exception was open when the first shift was signed, and is for ever told so.
_CARRIED = {
    "json": ('"about": "item_weight"', '"owner": "supervisor"'),
    "csv": (f"{PLATES[0]},exception,", ",supervisor,item_weight,,,,\r\n"),
    "text": (f"carried over: exception {PLATES[0]} (item weight) since ", ", owner supervisor\n"),
    "pdf": ("Item weighs other than its article", "A supervisor decides"),
}


def _of_json(said: bytes) -> list[tuple[str, ...]]:
    return [(each["shift"], each["kind"], each["name"], each.get("about", "")) for each in json.loads(said)["late"]]


def _of_csv(said: bytes) -> list[tuple[str, ...]]:
    rows = list(csv.reader(io.StringIO(said.decode())))
    head = next(number for number, row in enumerate(rows) if row[:1] == ["late"])
    return [(row[1], row[0], row[2], row[6]) for row in takewhile(bool, rows[head + 1 :])]


def _of_text(said: bytes) -> list[tuple[str, ...]]:
    lines = [line.removeprefix("late: ") for line in said.decode().splitlines() if line.startswith("late: ")]
    about = [(line.partition(" of ")[2].split()[0], line.partition(" of ")[0]) for line in lines]
    return [(shift, " ".join(said.split()[:-1]), said.split()[-1]) for shift, said in about]


def _of_pdf(said: bytes) -> list[tuple[str, ...]]:
    lines = (line.strip() for line in _words_of(said).splitlines())
    return [(FIRST, line.removeprefix(f"{FIRST}: ")) for line in lines if line.startswith(f"{FIRST}: ")]


def _words_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    words = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return words
