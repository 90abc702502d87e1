"""The picture is a pure function of the view: the same view gives the same picture, whatever was shown before."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QWidget,
)

from devices.readings import Down, Fault, Up
from grading.rubric import Question
from resources.words import Translator, languages
from station.inputs import Command, Do
from station.prompts.question import Button, Prompt
from station.prompts.review import review
from station.references import picture_of
from station.rules import Rules
from station.settings import ScannerSettings, Settings
from station.shifts.closing import HalfSigned
from station.shifts.findings import Lost
from station.shifts.lines import Counted, Line
from station.state import Ask, Choice
from station.steps import close
from ui import setup_prompt
from ui.pages.settings import SettingsPage
from ui.parts.buttons import KeyButton
from ui.parts.entry import Entry
from ui.parts.keypad import Keypad
from ui.parts.scroll import Scroll
from ui.setup import Setup
from ui.theme import TOUCH
from ui.view import PAGES, SETUP, Lit, View
from ui.window import Window

RECYCLE = "BIN-RECYCLE-01"
REST = Button("N", "Nothing found on the rest", Command(Do.REST), aside=True)
ANOTHER = Button("W", "Wrong item", Command(Do.ANOTHER), aside=True)
UNDO = Button("U", "Undo: {step}", Command(Do.UNDO), {"step": "answer"}, aside=True)


class Long(Translator):
    """A language of English words two fifths longer, as German or Finnish would be."""

    def __init__(self) -> None:
        super().__init__("en")

    def gettext(self, msgid: str) -> str:
        return lengthened(msgid)

    def format(self, msgid: str, /, **params: object) -> str:
        return lengthened(super().format(msgid, **params))

    def plural(self, singular: str, plural: str, count: int, /, **params: object) -> str:
        return lengthened(super().plural(singular, plural, count, **params))


def lengthened(text: str) -> str:
    """Each word two fifths longer: `scale` becomes `scaleéa`; a pattern with placeholders waits for its words."""
    return text if "{" in text else " ".join(_longer(word) for word in text.split(" "))


def _longer(word: str) -> str:
    extra = (2 * len(word) + 4) // 5
    return word + ("éa" * len(word))[:extra] if word.isalpha() and "é" not in word else word


def grabbed(window: Window, view: View) -> QImage:
    window.render(view)
    QApplication.processEvents()
    return window.grab().toImage()


def alike(one: QImage, other: QImage) -> bool:
    """Whether two pictures are the same, but for the shades at the edge of a large letter."""
    pixels = [np.frombuffer(image.constBits(), np.uint8).astype(np.int16) for image in (one, other)]
    return bool((np.abs(pixels[0] - pixels[1]) > 96).sum() < 24)


def walk(hands) -> Iterator[str]:
    """A walk through the stages whose screens differ most."""
    yield "sign-in"
    hands.scan("BDG-9001")
    yield "pin"
    hands.scan("9999")
    yield "idle"
    parcel = hands.begin_unweighed("three-orders")
    yield "weigh"
    hands.weigh(parcel.weight_mg)
    yield "item"
    hands.scan(parcel.items[0].code)
    yield "photo"
    hands.go_to("inspect")
    yield "inspect"
    hands.go_to("result")
    yield "result"
    hands.do(Do.OVERRIDE)
    yield "route"
    hands.do(Do.CHOOSE, "hold")
    yield "route-why"
    hands.do(Do.CANCEL)
    hands.go_to("label")
    yield "label"
    hands.go_to("place")
    yield "place"
    hands.scan("BIN-RECYCLE-01")
    yield "wrong-bin"
    hands.go_to("item")
    hands.do(Do.FINISH)
    yield "missing"


def test_a_view_looks_the_same_whatever_was_shown_before(hands, see: Callable, window: Window) -> None:
    views = []
    for _ in walk(hands):
        views.append(see())
    views += [see(page=page) for page in PAGES]
    first = [grabbed(window, view) for view in views]
    again = [grabbed(window, view) for view in reversed(views)][::-1]
    fresh = Window(SettingsPage(languages()))
    fresh.resize(1280, 800)
    fresh.show()
    for place, view in enumerate(views):
        assert alike(first[place], again[place]), f"{view.prompt.stage} on {view.page} depends on what was shown before"
    assert alike(first[6], grabbed(fresh, views[6]))
    fresh.close()
    fresh.deleteLater()


def test_only_render_changes_the_picture(hands, see: Callable, window: Window) -> None:
    for stage in walk(hands):
        window.render(see())
        QApplication.processEvents()
        shown = window.grab().toImage()
        hands.desk.take(Down("camera", Fault.lost, 0.0))
        hands.bench.notice = None
        QApplication.processEvents()
        assert window.grab().toImage() == shown, stage
        hands.desk.take(Up("camera", 0.0))


def test_no_word_is_cut_when_words_are_two_fifths_longer(hands, see: Callable, window: Window) -> None:
    for stage in walk(hands):
        window.render(see(tr=Long()))
        QApplication.processEvents()
        assert cut_words(window) == [], stage
    for page in PAGES:
        window.render(see(tr=Long(), page=page, searched="RMA-1052"))
        QApplication.processEvents()
        assert cut_words(window) == [], page


def test_whole_numbers_of_words_fit_from_right_to_left(
    hands, see: Callable, window: Window, qapp: QApplication
) -> None:
    class Mirrored(Long):
        def __init__(self) -> None:
            super().__init__()
            self.language = "ar"

    for stage in walk(hands):
        window.render(see(tr=Mirrored()))
        QApplication.processEvents()
        assert cut_words(window) == [], stage
    header = window.findChildren(QLabel)
    assert qapp.layoutDirection().name == "RightToLeft"
    assert header
    window.render(see())


def asked(question: Question) -> Prompt:
    """A question of a rubric as the bench asks it, with all that can stand beside its answers."""
    buttons = tuple(
        Button(
            str(option.key),
            option.text,
            Command(Do.CHOOSE, option.id),
            option.params,
            picture=str(picture_of(option) or ""),
        )
        for option in question.options
    )
    return Prompt("inspect", question.text, question.hint, question.params, (*buttons, REST, ANOTHER, UNDO), "none")


@pytest.mark.parametrize("long", [True, False], ids=["longer", "es"])
def test_every_question_of_every_category_fits(hands, see: Callable, window: Window, rules: Rules, long: bool) -> None:
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)
    hands.go_to("inspect")
    for answer in ("tagged", "no", "whole"):
        hands.do(Do.CHOOSE, answer)
        hands.go_to("inspect")
    view = see(tr=Long()) if long else see("es")
    assert view.inspection.rest
    every = [question for rubric in rules.rubrics.values() for question in rubric.questions]
    assert len(every) > 30
    for question in every:
        window.render(replace(view, prompt=asked(question)))
        QApplication.processEvents()
        assert cut_words(window) == [], question.id


def wordy(question: Question) -> int:
    return sum(map(len, (question.text, question.hint, *(option.text for option in question.options))))


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_least_window_keeps_the_words_of_every_answer(
    hands, see: Callable, window: Window, rules: Rules, language: str
) -> None:
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)
    hands.go_to("inspect")
    hands.do(Do.CHOOSE, "whole")
    hands.do(Do.CHOOSE, "tagged")
    window.resize(window.minimumSize())
    every = [question for rubric in rules.rubrics.values() for question in rubric.questions]
    view = see(language)
    # The furniture's pests and the footwear's soles have the longest questions, in one language or the other.
    hard = [each for each in every if each.id in ("pests", "holds", "cells", "packaging")]
    for question in [*sorted(every, key=wordy)[-8:], *hard, every[0]]:
        window.render(replace(view, prompt=asked(question)))
        QApplication.processEvents()
        assert cut_words(window) == [], question.id
    window.resize(1280, 800)
    before = grabbed(window, view)
    window.resize(window.minimumSize())
    window.render(replace(view, prompt=asked(hard[0])))
    QApplication.processEvents()
    window.resize(1280, 800)
    assert alike(grabbed(window, view), before), "what gave way on the low window comes back"


@pytest.mark.parametrize(
    ("step", "height"), [("device", 700), ("model", 740), ("layout", 700), ("baud", 700), ("dpi", 700)]
)
def test_every_question_of_setting_up_fits_a_low_screen(see: Callable, window: Window, step: str, height: int) -> None:
    window.resize(1024, height)
    full = Settings(scanners=(ScannerSettings(port="/dev/x"), ScannerSettings("scanner 2", port="/dev/y")))
    now = Setup(full, full, name="" if step == "device" else "scale", steps=("device", step))
    for view in (see("en"), see("es"), see(tr=Long())):
        asked = setup_prompt.prompt(now)
        window.render(replace(view, page=SETUP, setting_up=now, prompt=asked))
        QApplication.processEvents()
        here = window._stack.currentWidget()
        assert here is not None
        assert cut_words(here) == []


def test_the_devices_page_is_scrolled_by_key(see: Callable, window: Window, qtbot) -> None:
    lamps = tuple(Lit(f"scanner {number}", "ok") for number in range(20))
    window.render(replace(see(page="devices"), lamps=lamps))
    shown = window._stack.currentWidget()
    assert shown is not None
    bar = shown.findChildren(Scroll)[0].verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0, timeout=60_000)
    QTest.keyClick(window, Qt.Key.Key_End)
    assert bar.value() == bar.maximum() > 0
    QTest.keyClick(window, Qt.Key.Key_PageUp)
    assert 0 < bar.value() < bar.maximum()
    QTest.keyClick(window, Qt.Key.Key_Home)
    assert bar.value() == 0


@pytest.mark.parametrize("language", ["en", "es"])
def test_all_that_can_be_asked_about_a_shift_has_room(
    hands, see: Callable[..., View], window: Window, language: str
) -> None:
    """Each line of a check that differs, too, and of many lost units some at a time."""
    hands.sign_in("BDG-9001")
    lost = tuple(Lost(f"I{n}", f"LPNA01000000{n}K", "Court sneakers", "", "resale", "B", 0, "USD") for n in range(7))
    found = tuple(Choice(each.item, "{plate} is of {bin}", {"plate": each.plate, "bin": RECYCLE}) for each in lost[:4])
    half = tuple(HalfSigned(shift, "BDG-9002") for shift in ("S-A01-1", "S-A01-2"))
    hands.bench.state = msgspec.structs.replace(hands.bench.state, shifts=3, half_signed=half)
    hands.bench.known.past_items = lambda badge: ()
    hands.do(Do.CLOSE_SHIFT)
    first = close._ask_written_off(lost, (), ())
    assert [each.value for each in first.choices] == ["no", "all", *(each.plate for each in lost[:3]), "others"]
    next_ = close._ask_written_off(lost, (), (), int(first.params["next"]))
    assert next_.choices[2].value == lost[3].plate
    about = dict.fromkeys(("bin", "missing", "misplaced", "foreign"), "4")
    sign = close._ask_badge(" ".join(each.plate for each in lost), ())
    sign = msgspec.structs.replace(sign, params={**sign.params, "verdict": "open"})
    second = close._second("S-A01-1", (), [each.plate for each in lost])
    asked = (hands.bench.state.ask, first, sign, second)
    for ask in (*asked, Ask("bin-differs", code=RECYCLE, params=about, choices=found)):
        hands.bench.state = msgspec.structs.replace(hands.bench.state, ask=ask)
        for size in ((1024, 768), (1280, 800)):
            window.resize(*size)
            window.render(see(language))
            QApplication.processEvents()
            assert cut_words(window) == [], (ask.stage, size)
    lines = tuple(
        _short(rule, client) for client in ("Northwind Apparel & Footwear Ltd", "Wear") for rule in range(1, 5)
    )
    for count, size in ((8, (1024, 700)), (5, (1280, 800))):
        hands.bench.known.shift_lines = lambda shift, count=count: lines[:count]
        window.resize(*size)
        window.render(replace(see(language), prompt=review(hands.bench.state, hands.bench.known)))
        QApplication.processEvents()
        assert cut_words(window) == [], (count, size)


def test_the_name_of_the_goods_is_whole_on_the_least_window(hands, see: Callable[..., View], window: Window) -> None:
    """Also beside the bar of a column that scrolls."""
    hands.sign_in()
    parcel = hands.begin_unweighed("headphones")
    hands.weigh(parcel.weight_mg)
    hands.scan(parcel.items[0].code)
    window.resize(1024, 700)
    for stage in ("inspect", "result"):
        hands.go_to(stage)
        window.render(see())
        QApplication.processEvents()
        assert not [each for each in cut_words(window) if "headphones" in each], stage


def _short(rule: int, client: str) -> Line:
    """A line of a shift that lacks one unit."""
    return Line(rule, client, "refurbish", (Counted(rule, client, "refurbish", "expected", "a unit", 1),))


@pytest.mark.parametrize("size", [(1024, 768), (1024, 700)])
def test_the_keys_of_a_pin_are_whole_on_a_low_window(
    hands, see: Callable[..., View], window: Window, size: tuple[int, int]
) -> None:
    hands.sign_in("BDG-9001")
    window.resize(*size)
    back = Button("Esc", "Back", Command(Do.CANCEL), aside=True)
    name = {"name": "Mireille Dubois"}
    asked = Prompt("sign-pin", "Type your PIN, {name}", "It signs the shift.", name, (back,), "pin")
    window.render(replace(see("es"), prompt=asked))
    QApplication.processEvents()
    (keypad,) = (each for each in window.findChildren(Keypad) if each.isVisible())
    keys = keypad.findChildren(QAbstractButton)
    lowest = max(each.geometry().bottom() for each in keys)
    assert lowest <= keypad.rect().bottom(), "none is cut"
    assert keypad.geometry().bottom() <= min(each.y() for each in window.findChildren(Entry) if each.isVisible())


@pytest.mark.parametrize("language", ["en", "es"])
def test_at_the_least_width_a_supervisors_keys_stand_over_their_words(
    hands, see: Callable[..., View], window: Window, language: str
) -> None:
    hands.sign_in("BDG-9001")
    window.resize(window.minimumSize())
    window.render(replace(see(language), demo=True))
    QApplication.processEvents()
    assert cut_words(window) == []


def test_a_key_stands_beside_its_words_again_when_there_is_room(
    hands, see: Callable[..., View], window: Window
) -> None:
    hands.sign_in("BDG-9001")
    before = grabbed(window, see())
    window.resize(window.minimumSize())
    window.render(see())
    QApplication.processEvents()
    window.resize(1280, 800)
    assert alike(grabbed(window, see()), before)


def test_few_answers_stand_with_their_keys_in_one_line(hands, see: Callable, window: Window, rules: Rules) -> None:
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)
    hands.go_to("inspect")
    (genuine,) = (each for each in rules.rubrics["bags"].questions if each.id == "genuine")
    window.render(replace(see("es"), prompt=asked(genuine)))
    QApplication.processEvents()
    tiles = [each for each in window.findChildren(KeyButton) if each.isVisible() and each.objectName() == "tile"]
    assert len(tiles) == len(genuine.options)
    for tile in tiles:
        cap, words = tile.findChildren(QLabel)[:2]
        assert abs(cap.geometry().center().y() - words.geometry().center().y()) <= 1, words.text()
        assert words.x() > cap.geometry().right()


def cut_words(window: QWidget) -> list[str]:
    """The labels and buttons on the screen that need more room than they have, or lie outside their window."""
    cut = []
    for label in window.findChildren(QLabel):
        if not label.isVisible() or not label.text():
            continue
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        longest = label.minimumSizeHint().width() if label.wordWrap() else label.sizeHint().width()
        if needed > label.height() or longest > label.width():
            cut.append(f"{label.text()!r} needs {longest}x{needed}, has {label.width()}x{label.height()}")
        elif not inside(label, window):
            cut.append(f"{label.text()!r} lies outside the window")
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and isinstance(button, KeyButton):
            whole = button.parentWidget().rect().contains(button.geometry())
            if not whole or button.heightForWidth(button.width()) > button.height():
                cut.append(f"the button {button.accessibleName()!r} is cut off")
        plain = button.isVisible() and button.text() and not isinstance(button, KeyButton)
        if plain and button.sizeHint().width() > button.width():
            cut.append(f"{button.text()!r} needs {button.sizeHint().width()}, has {button.width()}")
    return cut


def inside(widget: QWidget, window: QWidget) -> bool:
    """Whether a widget lies in its window, or in something that scrolls."""
    parent = widget.parentWidget()
    while parent is not None and parent is not window:
        if isinstance(parent, QScrollArea):
            return True
        parent = parent.parentWidget()
    place = widget.mapTo(window, QPoint(0, 0))
    return window.rect().contains(place) and window.rect().contains(
        place + QPoint(widget.width() - 1, widget.height() - 1)
    )


def test_every_control_has_a_name_and_can_be_hit_with_a_glove(hands, see: Callable, window: Window) -> None:
    stages = [see() for _ in walk(hands)] + [see(page=page) for page in PAGES]
    for view in stages:
        window.render(view)
        QApplication.processEvents()
        for control in window.findChildren(QWidget):
            if not control.isVisible() or not isinstance(
                control, QAbstractButton | QLineEdit | QComboBox | QAbstractScrollArea
            ):
                continue
            if control.objectName().startswith("qt_"):
                continue
            assert control.accessibleName(), f"{control} on {view.page} at {view.prompt.stage}"
            if isinstance(control, QAbstractButton):
                assert control.height() >= TOUCH, f"{control.accessibleName()} is {control.height()} high"
                assert control.width() >= TOUCH, f"{control.accessibleName()} is {control.width()} wide"
