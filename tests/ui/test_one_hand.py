"""All of grading with the scanner alone and with the keyboard alone, and a name on all that can be used."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QComboBox, QLabel, QLineEdit

from devices.readings import Scan
from grading.rubric import Rubric
from resources.words import Translator
from station import sample
from station.cli.sheet import ANSWERS
from station.inspecting.facts import DefectMarked
from station.outcome import Tone
from station.rules import Rules
from station.settings import Settings
from ui import setting_up
from ui.parts.openable import OpenLine
from ui.photos import PhotoDecoded, decoded
from ui.screen import Manner
from ui.searching import searched
from ui.session import Session
from ui.view import WORK
from ui.window import Window

NAMED = (QAbstractButton, QLineEdit, QComboBox)
KEYS = {
    "Enter": Qt.Key.Key_Return,
    "F1": Qt.Key.Key_F1,
    "F5": Qt.Key.Key_F5,
    "F11": Qt.Key.Key_F11,
    "Space": Qt.Key.Key_Space,
    "Esc": Qt.Key.Key_Escape,
}


class OneHand:
    """A person at a real session who has but one way to answer it."""

    def __init__(self, hands, window: Window, session: Session, sounds: list[Tone]) -> None:
        self.hands, self.window, self.session, self.sounds = hands, window, session, sounds
        self._at = 1_000_000.0
        self.seen: set[str] = set()

    def scan(self, code: str, aim: str = "") -> None:
        self._at += 1
        self.session.take(Scan("scanner", code, aim, self._at))
        self.hands.settle()

    def press(self, name: str) -> None:
        QTest.keyClick(self.window, KEYS.get(name) or name)
        self.hands.settle()

    def type(self, code: str) -> None:
        typing = isinstance(QApplication.focusWidget(), QLineEdit)
        for character in code if typing else f"/{code}":
            QTest.keyClick(QApplication.focusWidget() or self.window, character)
        QTest.keyClick(QApplication.focusWidget() or self.window, Qt.Key.Key_Return)
        self.hands.settle()

    def shown(self) -> str:
        """Return all that can be read on the screen now."""
        return "\n".join(each.text() for each in self.window.findChildren(QLabel) if each.isVisible())

    def look(self) -> str:
        """See what is asked; everything on the page that can be used says what it is."""
        QApplication.processEvents()
        self.seen.add(self.hands.bench.prompt.stage)
        used = [each for each in self.window.findChildren(NAMED[0]) if each.isVisible()]
        used += [each for kind in NAMED[1:] for each in self.window.findChildren(kind) if each.isVisible()]
        areas = [each for each in self.window.findChildren(QAbstractScrollArea) if each.isVisible()]
        nameless = [each for each in (*used, *areas) if not each.accessibleName() and not _inner(each)]
        assert not nameless, (self.hands.bench.prompt.stage, nameless)
        return self.hands.bench.prompt.stage


def _inner(widget: object) -> bool:
    """The arrow of a list and the like, which the list speaks for."""
    return isinstance(widget.parent(), QComboBox | QLineEdit)


@pytest.fixture
def one_hand(hands, window: Window, qtbot) -> Iterator[OneHand]:
    sounds: list[Tone] = []
    session = Session(
        desk=hands.desk,
        history=hands.history,
        workers={},
        window=window,
        panel=None,
        manner=lambda: Manner(Translator("en"), Settings(), "14:32"),
        play=sounds.append,
        bench=setting_up.Bench(Settings, sounds.append, sounds.append, hands.desk.print_test, hands.desk.watch),
        support=lambda: None,
        decode=lambda path: session.take(PhotoDecoded(path, decoded(path))),
        find=lambda text, badges: session.take(searched(hands.seek, text, badges)),
    )
    session.begin()
    qtbot.waitExposed(window)
    window.activateWindow()
    yield OneHand(hands, window, session, sounds)
    session.end()
    session.deleteLater()


def grade(person: OneHand, give: Callable[[str], None], code: Callable[[str], None]) -> None:
    """Grade what lies there: `give` a button's key, `code` what is printed on things. A garment with faults is not
    sent where the rules send it.
    """
    answers = iter(("1", "2", "2", "1", "1", "1", "1"))
    overridden = False
    for _ in range(30):
        stage = person.look()
        if stage == "item":
            return
        item = person.hands.bench.state.item
        if stage == "photo":
            give("Space")
        elif stage == "inspect":
            give(next(answers))
        elif stage == "result" and not overridden:
            overridden = True
            give("O")
        elif stage == "route":
            offered = person.hands.bench.prompt.buttons
            give(next(each.key for each in offered if each.command.value == "hold"))
        elif stage == "route-why":
            give("1")
        elif stage in ("result", "prep"):
            give("Enter")
        elif stage == "label":
            code(item.plate)
        elif stage == "place":
            code(next(each.code for each in sample.bins() if each.disposition == item.disposition))
        else:
            break
    raise AssertionError(f"it stays at {person.hands.bench.prompt}")


def barcode(person: OneHand, key: str) -> None:
    """Scan what the sheet has for a key of the prompt."""
    button = next(each for each in person.hands.bench.prompt.buttons if each.key == key)
    value = f":{key}" if key.isdecimal() else ""
    person.scan(f"RS:{button.command.do}{value}")


STAGES = {"photo", "inspect", "result", "route", "route-why", "label", "place"}


def test_a_garment_is_graded_with_the_scanner_alone(one_hand: OneHand) -> None:
    parcel = next(each for each in sample.parcels() if each.key == "tee")
    one_hand.scan("BDG-1001")
    one_hand.look()
    one_hand.scan("1234")
    one_hand.scan(parcel.code, parcel.aim)
    barcode(one_hand, "S")
    barcode(one_hand, "2")
    one_hand.scan(parcel.items[0].code)
    grade(one_hand, lambda key: barcode(one_hand, key), one_hand.scan)
    barcode(one_hand, "Enter")
    assert one_hand.look() == "idle"
    assert one_hand.seen >= STAGES
    assert Tone.REFUSED not in one_hand.sounds


def test_a_garment_is_graded_with_the_keyboard_alone(one_hand: OneHand) -> None:
    parcel = next(each for each in sample.parcels() if each.key == "tee")
    one_hand.type("BDG-1001")
    QTest.keyClicks(one_hand.window, "1234")
    one_hand.press("Enter")
    one_hand.type(parcel.code)
    one_hand.press("S")
    one_hand.press("2")
    one_hand.type(parcel.items[0].code)
    grade(one_hand, one_hand.press, one_hand.type)
    one_hand.press("Enter")
    assert one_hand.look() == "idle"
    assert one_hand.seen >= STAGES
    assert Tone.REFUSED not in one_hand.sounds


def test_the_sheet_has_a_barcode_for_every_answer_of_every_question(rules: Rules) -> None:
    rubrics: list[Rubric] = list(rules.rubrics.values())
    keys = {option.key for rubric in rubrics for question in rubric.questions for option in question.options}
    assert keys <= set(range(1, ANSWERS + 1))


def test_a_page_is_opened_by_its_barcode_where_the_person_has_it(one_hand: OneHand) -> None:
    one_hand.scan("BDG-1001")
    one_hand.scan("1234")
    one_hand.scan("RS:page:2")
    words = [label.text() for label in one_hand.window.findChildren(QLabel) if label.isVisible()]
    assert any("bin" in each.casefold() for each in words)
    one_hand.scan("RS:PAGE:7")
    one_hand.look()
    assert one_hand.sounds.count(Tone.REFUSED) == 0
    one_hand.scan("RS:page:5")
    one_hand.scan("RS:page:99")
    assert one_hand.sounds.count(Tone.REFUSED) == 2


def drill_down(person: OneHand, plate: str) -> None:
    """By key into a line of the shift and out of it, and by touch to the story of a plate that is missing."""
    (line,) = (each for each in lines_shown(person) if "4/" in each.property("code") and "-1" in each.accessibleName())
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Return)
    person.look()
    behind = [each for each in lines_shown(person) if each.property("code")]
    assert [each.accessibleName().split()[-1] for each in behind] == ["found"]
    QTest.keyClick(person.window, Qt.Key.Key_Escape)
    person.look()
    photos = next(each for each in lines_shown(person) if each.property("code").startswith("6/"))
    QTest.mouseClick(photos, Qt.MouseButton.LeftButton)
    person.look()
    behind = [each for each in lines_shown(person) if each.property("code")]
    assert [each.accessibleName() for each in behind] == ["I-A01-1 required", "I-A01-1 taken"], "each item once"
    QTest.mouseClick(behind[-1], Qt.MouseButton.LeftButton)
    person.look()
    assert plate in person.shown() and person.session._opened.page == "search", "the story of the item"
    person.press("F5")
    QTest.keyClick(person.window, Qt.Key.Key_Escape)
    person.look()
    (work,) = (each for each in lines_shown(person) if each.property("code") == WORK)
    QTest.keyClick(work, Qt.Key.Key_Return)
    person.look()
    assert all(each in person.shown() for each in ("A parcel took", "Grades", "Clothing · cloth · stain"))
    QTest.keyClick(person.window, Qt.Key.Key_Escape)
    person.look()
    # It stands among the findings, and what was written off of it among what somebody answers for.
    missing = next(each for each in lines_shown(person) if each.property("code") == plate)
    QTest.mouseClick(missing, Qt.MouseButton.LeftButton)
    assert person.session._opened.page == "search"
    assert person.session._opened.searched == plate


def lines_shown(person: OneHand) -> list[OpenLine]:
    """The lines of page Shift that are to be seen, from the top."""
    return [each for each in person.window.findChildren(OpenLine) if each.isVisible()]


def close_shift(person: OneHand, give: Callable[[str], None], code: Callable[[str], None]) -> None:
    """Count one bin whose unit is gone, say why, and sign. A badge that signs is scanned, whatever else is typed."""
    give("F11")
    assert person.look() == "shift"
    give("1")
    assert person.look() == "count"
    (full,) = person.hands.bench.known.bins_with_goods()
    code(full.code)
    assert person.look() == "count-bin"
    assert f"{full.code} · 1 item" not in person.shown()
    give("Enter")
    give("Enter")
    assert person.look() == "review"
    person.press("F5")
    assert person.look() == "review"
    (item,) = (each for each in person.hands.history.shift_findings("S-A01-1") if each.kind == "missing")
    assert f"{item.plate} is missing: it should lie in {full.code}" in person.shown()
    drill_down(person, item.plate)
    person.press("F1")
    give("1")
    assert person.look() == "line-why"
    give("2")
    give("Enter")
    assert person.look() == "write-off"
    assert item.plate in person.shown()
    give("1")
    assert person.look() == "sign"
    person.scan("BDG-9001")


def sign_in(person: OneHand, badge: str, pin: str) -> None:
    person.scan(badge)
    person.scan(pin)


def receive_one(person: OneHand) -> None:
    """Receive one unit and put it into its bin, by scans alone."""
    parcel = next(each for each in sample.parcels() if each.key == "tee")
    sign_in(person, "BDG-1001", "1234")
    person.scan(parcel.code, parcel.aim)
    barcode(person, "S")
    barcode(person, "2")
    person.scan(parcel.items[0].code)
    grade(person, lambda key: barcode(person, key), person.scan)
    marked = DefectMarked("I-A01-1", 1, "ab" * 32, 1, 1, 1, 1, "cloth", "stain", 2)
    person.hands.bench.journal.append([marked], operator="BDG-1001", shift="S-A01-1")
    barcode(person, "Enter")
    barcode(person, "F12")
    sign_in(person, "BDG-9001", "9999")


def test_a_shift_is_closed_with_the_scanner_alone(one_hand: OneHand) -> None:
    receive_one(one_hand)
    close_shift(one_hand, lambda key: barcode(one_hand, key), one_hand.scan)
    one_hand.scan("9999")
    assert one_hand.look() == "sign-in"
    assert Tone.REFUSED not in one_hand.sounds


def test_a_shift_is_closed_with_the_keyboard_and_a_badge(one_hand: OneHand) -> None:
    receive_one(one_hand)
    close_shift(one_hand, one_hand.press, one_hand.type)
    QTest.keyClicks(one_hand.window, "9999")
    one_hand.press("Enter")
    assert one_hand.look() == "sign-in"
    assert one_hand.hands.bench.state.shift == ""
    assert Tone.REFUSED not in one_hand.sounds
