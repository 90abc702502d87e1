"""The printed report of a shift: what it says, in any script, whatever names are in it; and that it can be proved."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest

from station.__main__ import main
from station.authority.facts import StepUpGiven
from station.bins.facts import BinOpened
from station.journal import Journal
from station.printed.paper import Paper
from station.receiving.facts import ItemIdentified, LineMissing, ParcelArrived, ParcelFinished
from station.routing.facts import Placed, PlateAllotted, PlateConfirmed, Routed
from station.shifts.facts import DeliveryCounted, DifferenceExplained, ShiftOpened

NASTY = '=HYPERLINK("http://x","y")\x1b[2J\u202e&<b>%s{0}\0'
ARABIC, HEBREW = "شركة العودة", "חברת החזרות"


@pytest.fixture
def worked(tmp_path: Path) -> Path:
    """A bench with one shift: two parcels with names of any kind, one line of them missing."""
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:

        def put(*facts: object) -> None:
            journal.append(facts, operator="BDG-1", shift="S-A01-1")

        put(ShiftOpened("S-A01-1", f"Bench {NASTY}"), BinOpened("BIN-1", "restock"))
        for number, (client, title) in enumerate(((ARABIC, HEBREW), (NASTY, NASTY + "x" * 5000)), start=1):
            n = str(number)
            put(ParcelArrived(f"P{n}", f"1Z{n}", "ups", "return", "one", (f"R{n}",), client))
            put(
                ItemIdentified(f"P{n}", f"I{n}", "x", "undeclared", title, "home", client),
                Routed(f"I{n}", "restock", "r"),
            )
            put(PlateAllotted(f"I{n}", f"N{n}"), PlateConfirmed(f"I{n}", f"N{n}"), Placed(f"I{n}", f"N{n}", "BIN-1"))
        put(LineMissing("P1", "R1", NASTY, 2), ParcelFinished("P1", 1, 2))
        why = DifferenceExplained("S-A01-1", 1, "miscounted", -1, "", "ups")
        put(DeliveryCounted("S-A01-1", "ups", 3), why, StepUpGiven("relink", "BDG-1", "BDG-2", "I1", "R2", "papers"))
    return tmp_path


@pytest.fixture
def printed(worked: Path) -> Callable[..., str]:
    """Prints the shift and returns the words on all pages."""

    def _printed(*more: str) -> str:
        file = worked / "shift.pdf"
        assert main(["shift", str(worked), "--form", "pdf", "--to", str(file), *more]) == 0
        return words_of(file.read_bytes())

    return _printed


def words_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    words = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return words


def test_it_says_what_differs_and_who_did_what(printed: Callable[..., str]) -> None:
    words = printed()
    assert "Wrong count by the sender -1 (BDG-1)" in words and " Papers in it." in words, "no codes"
    for part in ("Shift S-A01-1", "What differs", "over", "short", "Carried over", "1Z2", "BDG-1", "End of the report"):
        assert part in words
    assert "Not signed" in words
    assert "Qué difiere" in printed("--language", "es")


def test_names_of_any_script_change_nothing_but_their_own_place(printed: Callable[..., str]) -> None:
    words = printed()
    # Whoever copies from the page gets the letters themselves, in the order they are read.
    assert "العودة" in words or "ةدوعلا" in words
    assert "החזרות" in words or "תורזחה" in words
    assert not set(words) & set("\x1b\u202e\0")
    assert "HYPERLINK" in words


def test_arabic_letters_join() -> None:
    """The form of a letter within a word is another glyph than the letter that stands alone."""
    shapes = []
    for text in ("ب ب ب", "ببب"):
        paper = Paper("", "2026-01-01T00:00:00Z")
        paper.words(text)
        page = pypdfium2.PdfDocument(paper.done())[0]
        shapes.append(sum(page.render(scale=2, grayscale=True).to_numpy().ravel() < 128))
    assert shapes[0] != shapes[1]


def test_a_printed_report_is_proved_and_a_changed_one_is_not(
    worked: Path, printed: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = printed()
    code = words.partition("Proof ")[2].partition(":")[0].strip()
    assert main(["prove", str(worked), "S-A01-1", code]) == 0
    with Journal.open(worked / "station.sqlite", "A01") as journal:
        journal.append([ParcelFinished("P2", 1, 0)], operator="BDG-1", shift="S-A01-1")
    # What came later does not change what was so then.
    assert main(["prove", str(worked), "S-A01-1", code.upper()]) == 0
    assert code not in printed()
    capsys.readouterr()
    body, _, version = code.rpartition("-")
    forged = f"{body[:-1]}{'0' if body[-1] != '0' else '1'}-{version}"
    for wrong in (forged, code.replace(code.split("-")[0], "99999", 1), "no code", ""):
        assert main(["prove", str(worked), "S-A01-1", wrong]) == 1
    assert main(["prove", str(worked), "S-A01-9", code]) == 1
    # An earlier version of reports said less: it is no forgery for that, and what it names can still be proved.
    assert main(["prove", str(worked), "S-A01-1", body]) == 1
    assert f"of version 1 of reports, made here is version {version}" in (old := capsys.readouterr()).out
    assert "is the one that it names" in old.out
    assert main(["prove", str(worked), "S-A01-9", forged]) == main(["prove", str(worked), "S-A01-1", ""]) == 1
    told = capsys.readouterr()
    assert "something else" in told.out and "no proof of a report" in told.err


def test_poppler_reads_it_without_a_word(worked: Path, printed: Callable[..., str]) -> None:
    printed()
    drawn = subprocess.run(
        ["pdftoppm", "-r", "50", "-png", str(worked / "shift.pdf"), str(worked / "page")],
        capture_output=True,
        check=True,
    )
    assert drawn.stderr == b""
    assert len(list(worked.glob("page*.png"))) >= 1


def test_a_list_that_nobody_reads_to_its_end_is_cut_and_says_so(worked: Path, printed: Callable[..., str]) -> None:
    with Journal.open(worked / "station.sqlite", "A01") as journal:
        for number in range(30):
            named = ItemIdentified("P2", f"I9{number}", "x", "undeclared", f"Mug {number}", "home")
            journal.append([named], operator="BDG-1", shift="S-A01-1")
    words = printed()
    assert words.count("over") - words.count("Carried over") == 24
    # 30 of these, and the two of both parcels.
    assert "And 8 more: returns-station shift with --form csv names each of them." in words.replace("\r\n", " ")
    # Their parcel and all of them are carried over, and nothing of that is lost in the table.
    assert main(["shift", str(worked), "--form", "csv", "--to", str(worked / "shift.csv")]) == 0
    assert sum(",item," in line for line in (worked / "shift.csv").read_text().splitlines()) == 30
    assert "\ufffd" not in words.partition("Carried over")[2].partition("Code")[0], "ages have signs that fonts have"
