"""Two graded items of apparel in a bin, by two people, and the answers a second look gives."""

from pathlib import Path

from grading.grade import grade
from grading.rubric import Rubric, next_question
from station import facts as f
from station.calibration.due import Rate
from station.inputs import Do
from station.journal import Journal
from station.receiving.facts import Declared
from tests.station.shifts.closed import PLATES, RECEIVER, RESALE, STATION, SUPERVISOR, Floor

ALL = Rate(100, 48)


def answers_of(rubric: Rubric, **worse: int) -> tuple[tuple[str, str], ...]:
    """The best answer to each question, or the one at a place."""
    given: tuple[tuple[str, str], ...] = ()
    while (question := next_question(rubric, given, ())) is not None:
        options = [each for each in question.options if not each.sealed]
        given = (*given, (question.id, options[worse.get(question.id, 0)].id))
    return given


def graded(journal: Journal, rubric: Rubric, number: int, badge: str = RECEIVER[0]) -> None:
    """An item of apparel that a person graded and put into a bin."""
    item, plate, given = f"I{number}", PLATES[number], answers_of(rubric)
    evidence = {"match": "matched", "serial": "not_known", "weight_in_band": None, "parts": (), "stops_found": ()}
    letter = grade(rubric, given, evidence)

    def say(*facts: f.Recorded) -> None:
        journal.append(facts, operator=badge, shift="S-A01-1")

    say(f.ItemIdentified("P1", item, "code", "matched", "Tee", "apparel", "Northwind", rma="R-1", line="1"))
    say(*(f.Answered(item, question, option, rubric.name) for question, option in given))
    say(f.Graded(item, letter.letter, letter.cosmetic, letter.functional, letter.rule), f.Routed(item, "resale", "r/1"))
    say(f.PlateAllotted(item, plate), f.PlateConfirmed(item, plate), f.Placed(item, plate, RESALE))


def look(floor: Floor, rubric: Rubric, **worse: int) -> list[f.Recorded]:
    """Answer all that is asked; return what the last answer left."""
    left: list[f.Recorded] = []
    for _, option in answers_of(rubric, **worse):
        left = list(floor.do(Do.CHOOSE, option).facts)
    return left


def work(folder: Path, rubric: Rubric) -> None:
    """Lay the journal of a shift with both items into a folder."""
    with Journal.open(folder / "station.sqlite", STATION) as journal:
        journal.append(
            (f.ShiftOpened("S-A01-1", "Bench 1"), f.BinOpened(RESALE, "resale")), operator=RECEIVER[0], shift="S-A01-1"
        )
        line = Declared("R-1", "1", "SKU", "Tee", "apparel", "Northwind", quantity=2)
        journal.append(
            (f.ParcelArrived("P1", "1Z1", "ups", "return", "one", ("R-1",), "Northwind", (line,)),),
            operator=RECEIVER[0],
            shift="S-A01-1",
        )
        graded(journal, rubric, 0)
        graded(journal, rubric, 1, SUPERVISOR[0])
        journal.append((f.ParcelFinished("P1", 2, 0),), operator=RECEIVER[0], shift="S-A01-1")


def ask(floor: Floor) -> None:
    """Ask for a second look, whatever the share of the program's own table chooses."""
    floor.bench.known._rate = ALL
    floor.do(Do.CLOSE_SHIFT)
    floor.do(Do.CHOOSE, "look")
