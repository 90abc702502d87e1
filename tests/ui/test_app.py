"""The application around a real station: it starts, shows, changes and ends in the right order."""

import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from devices.readings import Scan
from station.errors import JournalError
from station.settings import Settings
from ui.app import App


@pytest.fixture
def app(qapp: QApplication) -> Iterator[App]:
    saved: list[Settings] = []
    made = App(Settings(sound=False), saved.append)
    made.saved = saved
    yield made
    made.close()
    qapp.setStyleSheet("")


def words(window: QWidget) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def after(milliseconds: int, deed: Callable[[], object]) -> None:
    QTimer.singleShot(milliseconds, deed)


def once_a_page_shows(qapp: QApplication, deed: Callable[[QWidget], object]) -> None:
    """Do it with the page that stands in place of the window, as soon as it does."""
    shown = [each for each in qapp.topLevelWidgets() if each.isVisible() and each.objectName() == "page"]
    if shown:
        deed(shown[0])
    else:
        after(20, lambda: once_a_page_shows(qapp, deed))


def test_a_reading_from_a_thread_is_on_the_screen_and_closing_the_window_ends_it(app: App, hands, qtbot) -> None:
    seen: list[str] = []

    def scan_and_close() -> None:
        thread = threading.Thread(target=lambda: app.post(Scan("scanner", "BDG-1001", "", 5_000_000.0)))
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: "Type your PIN, Ayla Demir" in words(app.window), timeout=60_000)
        seen.append(words(app.window))
        app.window.close()

    usable: list[bool] = []

    def begin() -> None:
        usable.append(app.window.isVisible())
        after(50, scan_and_close)

    assert app.run(hands, usable=begin) == 0
    assert usable == [True]
    assert seen
    assert app.training_wanted is None
    app.post(Scan("scanner", "BDG-1001", "", 6_000_000.0))
    assert sys.excepthook is sys.__excepthook__ or "Session" not in repr(sys.excepthook)


def test_training_is_asked_for_and_the_window_stays(app: App, hands) -> None:
    def practise() -> None:
        app.window.page_wanted.emit("settings")
        next(b for b in app.window.findChildren(QPushButton) if b.accessibleName() == "T Practise").click()

    after(50, practise)
    app.run(hands)
    assert app.training_wanted is True
    assert app.window.isVisible()
    hands.bench.training = True
    after(50, app.window.close)
    after(40, lambda: seen.append(words(app.window)))
    seen: list[str] = []
    app.run(hands)
    assert "Training: nothing you do here counts" in seen[0]
    assert app.training_wanted is None


def test_a_window_that_stays_as_it_was_is_usable_too(app: App, hands, qapp: QApplication) -> None:
    # It must not outlive the test: it would end the run of another one.
    too_long = QTimer(interval=3000, singleShot=True)
    too_long.timeout.connect(qapp.exit)
    for _ in range(2):
        usable: list[bool] = []
        too_long.start()
        app.run(hands, usable=lambda usable=usable: (usable.append(app.window.isVisible()), qapp.exit()))
        assert usable == [True], "its devices would never begin"
    too_long.stop()


def test_language_and_colours_change_at_once_and_are_kept(app: App, hands, qapp: QApplication) -> None:
    seen: list[str] = []

    def change() -> None:
        app.window.page_wanted.emit("settings")
        before = qapp.styleSheet()
        next(b for b in app.window.findChildren(QPushButton) if b.accessibleName() == "D Dark").click()
        assert qapp.styleSheet() != before
        next(b for b in app.window.findChildren(QPushButton) if b.accessibleName() == "2 Español").click()
        seen.append(words(app.window))
        app.window.close()

    after(50, change)
    app.run(hands)
    assert (app.saved[-1].language, app.saved[-1].theme) == ("es", "dark")


def test_print_is_no_longer_read_in_photos_as_soon_as_it_is_switched_off(app: App, hands) -> None:
    def change() -> None:
        app.window.page_wanted.emit("settings")
        next(b for b in app.window.findChildren(QPushButton) if b.accessibleName() == "R Print in photos: read").click()
        app.window.close()

    after(50, change)
    app.run(hands)
    assert not hands.settings.reading.text and not app.saved[-1].reading.text


def test_a_fault_in_a_slot_is_said_on_the_screen(app: App, hands, qtbot, expect_log) -> None:
    expect_log("CRITICAL ui.session: failed after")
    seen: list[str] = []

    def fail() -> None:
        try:
            raise RuntimeError("a bug")
        except RuntimeError as error:
            sys.excepthook(type(error), error, error.__traceback__)
        seen.append(words(app.window))
        app.window.close()

    after(50, fail)
    app.run(hands)
    assert "the parcel is safe" in seen[0]


def test_ctrl_c_ends_the_window_and_is_no_fault(app: App, hands) -> None:
    after(50, lambda: sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None))
    assert app.run(hands) == 130
    assert not hands.bench.state.parcel


def test_a_damaged_journal_is_said_plainly_and_salvage_is_offered(app: App, qapp: QApplication) -> None:
    seen: list[str] = []

    def save(page: QWidget) -> None:
        seen.append(words(page))
        next(b for b in page.findChildren(QPushButton) if b.isVisible()).click()
        seen.append(words(page))
        page.close()

    once_a_page_shows(qapp, save)
    code = app.show_cannot_open(JournalError("damaged", "the chain breaks at 17"), lambda: "12 facts were saved.")
    assert code == 1
    assert "records are damaged" in seen[0]
    assert "the chain breaks at 17" in seen[0]
    assert "12 facts were saved." in seen[1]


def test_a_second_station_is_told_so(app: App, qapp: QApplication) -> None:
    seen: list[str] = []

    def look(page: QWidget) -> None:
        seen.append(words(page))
        next(b for b in page.findChildren(QPushButton) if b.isVisible()).click()

    once_a_page_shows(qapp, look)
    app.show_cannot_open(JournalError("busy", "process 4711 has it"), lambda: "")
    assert "Returns Station is open already" in seen[0]
