"""A station on the screen: keys, touches and scans reach the desk, and what happens reaches the window."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from devices.readings import Scan
from devices.scanners.self_test import SELF_TEST
from resources.words import Translator, languages
from station import sample
from station.errors import JournalError
from station.inputs import Do
from station.outcome import Tone
from station.own_codes import TEST_CODE
from station.receiving.facts import ExceptionRaised
from station.settings import ReadingSettings, Settings
from ui import setting_up
from ui.pages.search import _Large
from ui.pages.settings import SettingsPage
from ui.parts.interlock import InterlockCard
from ui.photos import PhotoDecoded, decoded
from ui.screen import Manner
from ui.searching import searched
from ui.session import Session
from ui.told import SupportWritten
from ui.window import Window


@dataclass
class Bench:
    """A session on a real desk, and the person's keyboard."""

    hands: object
    window: Window
    session: Session
    qtbot: object
    sounds: list[Tone]
    wanted: list[object]

    @property
    def stage(self) -> str:
        return self.hands.bench.prompt.stage

    def key(self, key: Qt.Key) -> None:
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key)
        self.hands.settle()

    def type(self, text: str, enter: bool = True) -> None:
        for character in text:
            self.qtbot.keyClick(QApplication.focusWidget() or self.window, character)
        if enter:
            self.key(Qt.Key.Key_Return)

    def scan(self, text: str) -> None:
        self.session.take(Scan("scanner", text, "", next(_TIMES)))
        self.hands.settle()

    def shown(self) -> str:
        """All words on the screen."""
        return "\n".join(
            label.text().replace("\u200b", "") for label in self.window.findChildren(QLabel) if label.isVisible()
        )

    def button(self, name: str) -> QPushButton:
        found = [b for b in self.window.findChildren(QPushButton) if b.isVisible() and b.accessibleName() == name]
        assert found, f"no button {name!r} among {[b.accessibleName() for b in self.window.findChildren(QPushButton)]}"
        return found[0]

    def key_button(self, words: str) -> QPushButton:
        return next(b for b in self.window.findChildren(QPushButton) if b.isVisible() and words in b.accessibleName())


_TIMES = (1_000_000.0 + number for number in range(1_000_000))


@pytest.fixture
def bench(hands, dress: Callable, qtbot, qapp: QApplication) -> Iterator[Bench]:
    dress("light")
    sounds: list[Tone] = []
    wanted: list[object] = []
    window = Window(SettingsPage(languages()))
    window.resize(1280, 800)
    session = Session(
        desk=hands.desk,
        history=hands.history,
        workers={},
        window=window,
        panel=None,
        manner=lambda: Manner(Translator("en"), Settings(), "14:32"),
        play=sounds.append,
        bench=setting_up.Bench(Settings, wanted.append, wanted.append, hands.desk.print_test, hands.desk.watch),
        support=lambda: wanted.append("support"),
        decode=lambda path: session.take(PhotoDecoded(path, decoded(path))),
        find=lambda text, badges: session.take(searched(hands.seek, text, badges)),
    )
    session.begin()
    window.show()
    qtbot.waitExposed(window, timeout=60_000)
    window.activateWindow()
    yield Bench(hands, window, session, qtbot, sounds, wanted)
    session.end()
    window.close()
    session.deleteLater()
    window.deleteLater()


def test_who_may_not_leave_the_parcel_yet_is_told_what_comes_first(bench: Bench) -> None:
    bench.hands.sign_in()
    bench.hands.begin_unweighed("tee")
    bench.key(Qt.Key.Key_F12)
    assert "Finish this parcel first, or take it back with U; then sign out." in bench.shown()
    bench.key(Qt.Key.Key_F11)
    assert "A shift can be closed only between two parcels." in bench.shown()
    bench.key(Qt.Key.Key_F10)
    assert "Exceptions are decided between two parcels." in bench.shown()
    assert bench.stage == "weigh"


def test_a_parcel_is_cleared_with_the_keyboard_alone(bench: Bench) -> None:
    parcel = next(each for each in sample.parcels() if each.key == "tee")
    bench.type("/BDG-1001")
    bench.type("1234")
    assert bench.stage == "idle"
    bench.type(parcel.code)
    bench.type("s", enter=False)
    assert bench.stage == "skip-why"
    bench.type("2", enter=False)
    bench.type(parcel.items[0].code)
    for _ in range(30):
        if bench.stage == "photo":
            bench.key(Qt.Key.Key_Space)
        elif bench.stage == "inspect":
            bench.type("1", enter=False)
        else:
            break
    assert bench.stage == "result"
    bench.key(Qt.Key.Key_Return)
    item = bench.hands.bench.state.item
    bench.type(item.plate)
    assert bench.stage == "place"
    bench.type("/BIN-RESTOCK-TAL")
    assert bench.hands.bench.state.parcel.items[0].bin == "BIN-RESTOCK-TAL"
    bench.key(Qt.Key.Key_Return)
    assert bench.stage == "idle"
    assert bench.sounds[-1] is Tone.FINISHED


def test_every_step_can_be_taken_back_by_its_key(bench: Bench) -> None:
    bench.hands.sign_in()
    bench.hands.begin("tee")
    assert "Undo: weight" in bench.shown()
    bench.type("u", enter=False)
    assert bench.stage == "weigh"
    bench.button("U Undo: parcel scan").click()
    assert bench.stage == "idle"


@pytest.mark.parametrize("key", ["0", "4", "9"])
def test_a_key_that_is_no_answer_says_which_are(bench: Bench, key: str) -> None:
    bench.hands.sign_in()
    bench.hands.scan(bench.hands.begin("headphones").items[0].code)
    bench.hands.go_to("inspect")
    asked = bench.hands.bench.prompt
    bench.sounds.clear()
    bench.type(key, enter=False)
    assert "No answer has this key. Press a key from 1 to 3." in bench.shown()
    assert (bench.hands.bench.prompt, bench.sounds) == (asked, [Tone.ATTENTION])


def test_a_digit_where_a_code_is_typed_is_typed(bench: Bench) -> None:
    bench.hands.sign_in()
    bench.sounds.clear()
    bench.type("9", enter=False)
    assert (bench.sounds, "No answer has this key" in bench.shown()) == ([], False)


def test_how_many_questions_follow_is_said_when_it_is_known(bench: Bench) -> None:
    """A sealed unit is asked for nothing more, so before the packaging nobody can know."""
    bench.hands.sign_in()
    bench.hands.scan(bench.hands.begin("headphones").items[0].code)
    assert "Question 1 · about 11 more" in bench.shown()
    bench.type("1", enter=False)
    bench.hands.go_to("inspect")
    assert "Question 2 · about 10 more" in bench.shown()
    bench.type("2", enter=False)
    for number in range(3, 12):
        assert f"Question {number} of 12 · {12 - number} more" in bench.shown()
        bench.type("1", enter=False)
    assert "Question 12 of 12 · last" in bench.shown()


def test_large_pictures_go_with_the_answer_and_the_question_is_answered_there(bench: Bench) -> None:
    bench.hands.sign_in()
    bench.hands.scan(bench.hands.begin("headphones").items[0].code)
    bench.type("z", enter=False)
    assert "Back to the question" not in bench.shown()  # the first question has no pictures
    bench.type("1", enter=False)
    bench.hands.go_to("inspect")
    for leave in (Qt.Key.Key_Z, Qt.Key.Key_Escape):
        bench.type("z", enter=False)
        assert "Back to the question" in bench.shown()
        bench.key(leave)
        assert "Large pictures" in bench.shown()
        assert "Back to the question" not in bench.shown()
    bench.type("z", enter=False)
    bench.type("9", enter=False)
    assert "No answer has this key. Press a key from 1 to 3." in bench.shown()
    bench.type("z2", enter=False)
    assert "Back to the question" not in bench.shown()
    assert bench.hands.bench.state.item.answers[-1] == ("packaging", "opened")


def test_a_refusal_stays_until_enter_and_sounds(bench: Bench) -> None:
    bench.scan("HELLO")
    assert "Refused: Sign in first" in bench.shown()
    assert bench.sounds == [Tone.REFUSED]
    bench.key(Qt.Key.Key_Return)
    assert "Refused" not in bench.shown()


def test_a_refusal_can_be_acknowledged_by_touch_and_by_barcode(bench: Bench) -> None:
    for acknowledge in (lambda: bench.button("Understood (Enter)").click(), lambda: bench.scan("RS:confirm")):
        bench.scan("HELLO")
        assert "Refused" in bench.shown()
        acknowledge()
        assert "Refused" not in bench.shown()


def test_a_pin_is_never_shown(bench: Bench) -> None:
    bench.scan("BDG-1001")
    bench.type("12", enter=False)
    field = next(entry for entry in bench.window.findChildren(QLineEdit) if entry.isVisible())
    assert field.text() == "12"
    assert field.echoMode() == QLineEdit.EchoMode.Password
    bench.button("3").click()
    bench.button("4").click()
    bench.button("Enter").click()
    assert bench.stage == "idle"


def test_what_was_half_typed_is_forgotten_with_the_question(bench: Bench) -> None:
    bench.scan("BDG-1001")
    bench.type("12", enter=False)
    bench.key(Qt.Key.Key_Escape)
    bench.key(Qt.Key.Key_Escape)
    bench.scan("BDG-1001")
    bench.type("1234")
    assert bench.stage == "idle"


def test_a_button_that_has_the_focus_is_let_go_with_its_question(bench: Bench) -> None:
    bench.hands.sign_in()
    bench.hands.begin("tee")
    bench.hands.do(Do.NO_CODE)
    first = next(b for b in bench.window.findChildren(QPushButton) if b.objectName() == "tile" and b.isVisible())
    first.setFocus()
    bench.key(Qt.Key.Key_Space)
    assert bench.stage == "photo"
    assert not isinstance(QApplication.focusWidget(), QPushButton)


def test_a_scan_on_the_search_page_is_a_search(bench: Bench) -> None:
    bench.hands.sign_in()
    parcel = bench.hands.begin("tee")
    bench.window.page_wanted.emit("search")
    bench.scan(parcel.code)
    assert "arrived" in bench.shown()
    assert bench.stage == "item"
    bench.type("RMA-9999")
    assert "knows nothing of RMA-9999" in bench.shown()


def test_a_hit_is_opened_by_number_scan_and_touch_and_a_photo_by_key(bench: Bench) -> None:
    bench.hands.sign_in()
    parcel = bench.hands.begin("tee")
    bench.hands.scan(parcel.items[0].code)
    bench.hands.go_to("inspect")
    bench.window.page_wanted.emit("search")
    bench.scan(parcel.code)
    assert "Touch one, or type its number and press Enter." in bench.shown()
    item = bench.hands.bench.state.item.identified
    for choose in (
        lambda: bench.type("2"),
        lambda: bench.scan("RS:choose:2"),
        lambda: bench.key_button(item.title).click(),
    ):
        bench.scan(parcel.code)
        choose()
        assert f"about {item.item}" in bench.shown()
    assert bench.stage == "inspect"
    large = bench.window.findChild(_Large)
    seen = []
    for _ in range(len(bench.hands.bench.state.item.photos)):
        bench.key(Qt.Key.Key_Return)
        seen.append(large.isVisible())
    bench.key(Qt.Key.Key_Escape)
    assert all(seen) and not large.isVisible()


def test_another_persons_hours_are_a_supervisors(bench: Bench) -> None:
    bench.hands.sign_in()
    bench.hands.begin("tee")
    bench.window.page_wanted.emit("search")
    bench.scan("BDG-1001")
    assert "The hour from" in bench.shown()
    bench.window.page_wanted.emit("receive")
    bench.hands.do(Do.FINISH)
    bench.hands.do(Do.CHOOSE, "missing")
    bench.hands.do(Do.SKIP)
    bench.hands.do(Do.CHOOSE, "camera")
    bench.hands.do(Do.SIGN_OUT)
    bench.hands.sign_in("BDG-2001")
    bench.window.page_wanted.emit("search")
    bench.scan("BDG-1001")
    assert "Only a supervisor sees their hours" in bench.shown()
    assert "The hour from" not in bench.shown()
    bench.scan("BDG-2001")
    assert "nothing of BDG-2001" in bench.shown()


def test_a_scan_on_the_devices_page_only_proves_the_scanner(bench: Bench) -> None:
    bench.hands.sign_in()
    bench.window.page_wanted.emit("devices")
    bench.scan("1ZE2N61W0306291461")
    assert "Scanned: 1ZE2N61W0306291461" in bench.shown()
    assert bench.stage == "idle"


def test_a_scan_on_another_page_brings_the_bench_forward(bench: Bench) -> None:
    bench.hands.sign_in()
    bench.window.page_wanted.emit("settings")
    bench.scan("1ZE2N61W0306291461")
    assert "Put the parcel on the scale" in bench.shown()


@pytest.mark.parametrize(("badge", "sees"), [("BDG-1001", False), ("BDG-9001", True)])
def test_the_role_decides_which_pages_are_there(bench: Bench, badge: str, sees: bool) -> None:
    bench.hands.sign_in(badge)
    for page, title in (("exceptions", "Nothing waits for a decision."), ("shift", "parcels finished today")):
        bench.window.page_wanted.emit(page)
        assert (title in bench.shown()) is sees
        bench.window.page_wanted.emit("receive")


def test_exceptions_are_listed_for_the_supervisor(bench: Bench) -> None:
    bench.hands.sign_in("BDG-9001")
    bench.hands.begin("unknown")
    bench.window.page_wanted.emit("exceptions")
    assert "Parcel nobody announced" in bench.shown()
    assert "A supervisor decides" in bench.shown() and "listed" not in bench.shown()
    many = [ExceptionRaised(f"E{n}", "lines_missing", "supervisor", f"P-{n}", detail="2 of 3") for n in range(205)]
    bench.hands.bench.journal.append(many, operator="BDG-1001", shift="S-A01-1")
    bench.window.page_wanted.emit("exceptions")
    assert "206 wait for a person. The first 100 are listed; scan a parcel" in bench.shown()


@pytest.mark.parametrize("way", ["key", "touch", "scan"])
def test_the_page_of_the_exceptions_leads_to_the_decision(bench: Bench, way: str) -> None:
    bench.hands.sign_in("BDG-9001")
    raised = ExceptionRaised("E1", "lines_missing", "supervisor", "P-1", detail="2 of 3")
    bench.hands.bench.journal.append((raised,), operator="BDG-1001", shift="S-A01-1")
    bench.window.page_wanted.emit("exceptions")
    assert "Declared items missing · new" in bench.shown()
    if way == "key":
        bench.key(Qt.Key.Key_F10)
    elif way == "touch":
        bench.button("F10 Decide exceptions").click()
    else:
        bench.scan("P-1")
    assert bench.stage == ("decision" if way == "scan" else "exception")
    for answer in ("1", "1") if way == "scan" else ("1", "1", "1"):
        bench.type(answer, enter=False)
    assert bench.stage == "idle"
    bench.window.page_wanted.emit("exceptions")
    assert "Nothing waits for a decision." in bench.shown()


def with_a_tee_in_a_bin(bench: Bench) -> str:
    """Put a shirt into its bin and finish the parcel; return the bin."""
    bench.hands.sign_in("BDG-9001")
    bench.scan(bench.hands.begin("tee").items[0].code)
    bench.hands.go_to("item")
    bench.hands.do(Do.FINISH)
    assert bench.stage == "idle"
    (open_bin,) = bench.hands.bench.state.bins
    return open_bin.code


@pytest.mark.parametrize("way", ["key", "touch"])
def test_a_bin_is_looked_into_and_tells_what_lies_in_it(bench: Bench, way: str) -> None:
    bench.window.page_wanted.emit("bins")
    assert "No bin is open yet." in bench.shown()
    code = with_a_tee_in_a_bin(bench)
    bench.window.page_wanted.emit("bins")
    (lying,) = bench.hands.history.contents(code, "", tuple).items
    assert lying.plate not in bench.shown()
    if way == "key":
        bench.type("1", enter=False)
    else:
        bench.button(f"1 Look in {code}").click()
    assert lying.plate in bench.shown()
    assert "1 item" in bench.shown()


@pytest.mark.parametrize("way", ["key", "touch", "scan"])
def test_the_page_of_the_bins_leads_to_what_is_done_and_shows_nothing_while_one_is_counted(
    bench: Bench, way: str
) -> None:
    code = with_a_tee_in_a_bin(bench)
    bench.key(Qt.Key.Key_F9)
    assert bench.stage == "bin", "the key works where the next parcel is waited for, too"
    bench.key(Qt.Key.Key_Escape)
    bench.window.page_wanted.emit("bins")
    bench.type("1", enter=False)
    if way == "key":
        bench.key(Qt.Key.Key_F9)
    elif way == "touch":
        bench.button("F9 Do something with a bin").click()
    else:
        bench.scan(code)
    assert bench.stage == ("bin-act" if way == "scan" else "bin")
    assert "What shall be done" in bench.shown() if way == "scan" else "Which bin?" in bench.shown()
    if way != "scan":
        bench.type("1", enter=False)
    bench.type("1", enter=False)
    assert bench.stage == "check"
    bench.window.page_wanted.emit("bins")
    assert "Bins are being counted" in bench.shown()
    assert "1 item" not in bench.shown()
    bench.window.page_wanted.emit("receive")
    assert "1 item" not in bench.shown().replace("1 items", ""), "nor beside the question"
    bench.key(Qt.Key.Key_Escape)
    assert bench.stage == "idle"


def test_a_stop_is_acknowledged_with_one_key_and_the_supervisor_sees_the_evidence(bench: Bench) -> None:
    bench.hands.sign_in("BDG-9001")
    bench.scan(bench.hands.begin("recalled").items[0].code)
    (stop,) = (each for each in bench.window.findChildren(InterlockCard) if each.isVisible())
    assert stop.accessibleName() == "Recalled: this article must not go back on sale"
    assert "Do not repair, sell or give it away." in bench.shown()
    told = "Night light: the adapter may overheat. Keep it sealed; the maker collects it"
    assert f"{told}. Do not open it." in bench.shown(), "what the recall itself says to do, beside what always holds"
    bench.key(Qt.Key.Key_Return)
    assert bench.stage == "result"
    assert told in bench.shown(), "it stands with the reasons"
    bench.window.page_wanted.emit("exceptions")
    assert "Recalled item" in bench.shown()
    assert f"R-26-014: {told}" in bench.shown()
    assert "The safety officer decides" in bench.shown()


def test_when_nothing_can_be_saved_nothing_is_accepted_until_it_can(bench: Bench, monkeypatch, expect_log) -> None:
    expect_log("nothing could be saved")
    bench.hands.sign_in()

    def full(*_: object, **__: object) -> None:
        raise JournalError("disk_full", "no space left")

    with monkeypatch.context() as patch:
        patch.setattr(bench.hands.bench.journal, "append", full)
        bench.scan("1ZE2N61W0306291461")
        assert "The disk is full" in bench.shown()
        bench.scan("1ZE2N61W0306291461")
        assert bench.stage == "idle"
    bench.button("Enter Try again").click()
    bench.scan("1ZE2N61W0306291461")
    assert bench.stage == "weigh"


@pytest.mark.parametrize("answer", ["enter", "barcode"])
def test_trouble_is_answered_without_a_mouse_and_scans_meanwhile_are_heard(bench: Bench, answer: str) -> None:
    bench.hands.sign_in()
    for trouble in ("cannot_save", "failed"):
        if trouble == "cannot_save":
            bench.hands.desk.cannot_save = "disk_full"
        else:
            bench.session._opened = replace(bench.session._opened, failed="a bug")
        bench.session.render()
        heard = len(bench.sounds)
        bench.scan("1ZE2N61W0306291461")
        assert bench.stage == "idle" and bench.sounds[heard:] == [Tone.REFUSED]
        if answer == "enter":
            bench.key(Qt.Key.Key_Space)
            assert "Scan the label on the parcel" not in bench.shown()
            bench.key(Qt.Key.Key_Return)
        else:
            bench.scan("RS:confirm")
        assert "Scan the label on the parcel" in bench.shown()


def test_that_a_scan_went_well_is_no_news_on_another_page(bench: Bench) -> None:
    bench.hands.sign_in()
    bench.session.render()
    assert "Done: Hello" in bench.shown()
    bench.window.page_wanted.emit("settings")
    assert "Done: Hello" not in bench.shown()
    bench.window.page_wanted.emit("receive")
    assert "Done: Hello" in bench.shown()
    bench.scan("HELLO")
    bench.scan("RS:nonsense")
    bench.window.page_wanted.emit("settings")
    assert "Refused: This command barcode" in bench.shown()


def test_every_setting_has_a_key_that_is_shown(bench: Bench) -> None:
    changed: list[object] = []
    settings = next(iter(bench.window.findChildren(SettingsPage)))
    settings.changed.connect(lambda *change: changed.append(change))
    settings.training_wanted.connect(changed.append)
    settings.sound_tried.connect(lambda: changed.append("heard"))
    bench.window.page_wanted.emit("settings")
    shown = [b for b in settings.findChildren(QPushButton) if b.isVisible()]
    keys = [button.accessibleName().split(" ")[0] for button in shown]
    assert len(set(keys)) == len(keys) == 10
    bench.type("12ldsmhprt", enter=False)
    assert changed == [
        ("language", "en"),
        ("language", "es"),
        ("theme", "light"),
        ("theme", "dark"),
        ("sound", False),
        ("reduced_motion", True),
        "heard",
        ("auto_shutter", False),
        ("reading", ReadingSettings(text=False)),
        True,
    ]


def test_a_lamp_that_is_not_there_any_more_is_not_shown(bench: Bench) -> None:
    assert "Sync" in bench.shown()
    bench.hands.bench.training = True
    bench.session.render()
    assert "Sync" not in bench.shown()


def test_a_fault_of_the_program_is_said_and_the_bench_goes_on(bench: Bench, expect_log) -> None:
    expect_log("CRITICAL ui.session: failed after")
    bench.hands.sign_in()
    try:
        raise RuntimeError("a bug")
    except RuntimeError as error:
        bench.session.fail(type(error), error, error.__traceback__)
    assert "Something went wrong; the parcel is safe" in bench.shown()
    assert "a bug" in bench.shown()
    bench.button("Enter Go on").click()
    assert "Scan the label on the parcel" in bench.shown()


def test_hostile_codes_are_shown_as_they_are(bench: Bench) -> None:
    bench.hands.sign_in()
    bench.window.page_wanted.emit("search")
    for code in ("<b>bold</b><img src=x>", "{0.__class__}", "%s%n", "x" * 5000, "]]>\x1d\x00"):
        bench.scan(code)
        assert bench.window.width() == 1280
    assert "knows nothing" in bench.shown()


def test_a_support_bundle_is_asked_for_by_key_and_told_when_it_is_written(bench: Bench) -> None:
    bench.window.page_wanted.emit("devices")
    bench.type("b", enter=False)
    bench.qtbot.waitUntil(lambda: "The support bundle is being written" in bench.shown(), timeout=60_000)
    assert bench.wanted == ["support"]
    bench.session.take(SupportWritten("/data/support.zip"))
    assert "The support bundle is written: /data/support.zip" in bench.shown()
    bench.session.take(SupportWritten("/data/support.zip", "the disk is full"))
    assert "could not be written: the disk is full" in bench.shown()


def test_central_is_tried_at_once_by_key_and_by_touch(bench: Bench) -> None:
    bench.hands.desk.retry_sync = lambda: bench.wanted.append("retry")
    bench.window.page_wanted.emit("devices")
    bench.type("r", enter=False)
    bench.qtbot.waitUntil(lambda: "Central is tried now ..." in bench.shown(), timeout=60_000)
    bench.button("R Try central again now").click()
    assert bench.wanted == ["retry", "retry"]


@pytest.mark.parametrize("code", [TEST_CODE, SELF_TEST])
def test_the_codes_that_prove_devices_are_no_parcels(bench: Bench, code: str) -> None:
    bench.hands.sign_in()
    bench.scan(code)
    assert bench.hands.bench.state.parcel is None
    assert "The test label can be read." in bench.shown() or "types the keyboard that is set here" in bench.shown()


def test_a_label_nobody_scanned_back_is_listed_with_the_devices(bench: Bench) -> None:
    bench.hands.sign_in()
    bench.hands.begin("tee")
    bench.hands.scan(sample.parcels()[1].items[0].code)
    bench.hands.go_to("label")
    plate = bench.hands.bench.state.item.plate
    bench.window.page_wanted.emit("devices")
    assert f"{plate}: printed, not scanned back yet" in bench.shown()
    bench.scan(plate)
    bench.window.page_wanted.emit("receive")
    bench.scan(plate)
    bench.window.page_wanted.emit("devices")
    assert "not scanned back yet" not in bench.shown()


def test_the_pin_after_a_refused_badge_answers_nothing_until_enter(bench: Bench) -> None:
    bench.hands.sign_in()
    bench.hands.scan(bench.hands.begin("tee").items[0].code)
    bench.hands.go_to("inspect")
    given = bench.hands.bench.state.item.answers
    bench.scan("BDG-2002")
    bench.type("12", enter=False)
    assert bench.hands.bench.state.item.answers == given
    assert "Nothing was answered: a badge was scanned. Press Enter, then answer." in bench.shown()
    bench.key(Qt.Key.Key_Return)
    bench.type("1", enter=False)
    assert len(bench.hands.bench.state.item.answers) == len(given) + 1
