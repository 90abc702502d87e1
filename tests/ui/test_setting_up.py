"""Devices are set up in the window of a running bench: tried at once, proved by a reading, kept when saved."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from devices.printers import models as printers
from devices.readings import Scan
from devices.scanners.self_test import SELF_TEST
from devices.simulators.bench import SimulatedBench
from station import sample
from station.cli.parts import Station, open_station
from station.journal import Journal
from station.own_codes import TEST_CODE
from station.settings import PrinterSettings, ScaleSettings, ScannerSettings, Settings
from ui.app import App

KEYS = {"Enter": Qt.Key.Key_Return, "Esc": Qt.Key.Key_Escape}


class Person:
    """Sits at the window: looks at its words, presses keys, types."""

    def __init__(self, app: App, station: Station, qtbot) -> None:
        self.app, self.station, self._qtbot = app, station, qtbot
        self.saved: list[Settings] = []

    @property
    def words(self) -> str:
        shown = (label.text() for label in self.app.window.findChildren(QLabel) if label.isVisible())
        return "\n".join(shown).replace("\u200b", "")

    def sees(self, words: str) -> None:
        self._qtbot.waitUntil(lambda: words in self.words, timeout=60_000)

    def turn_to(self, page: str) -> None:
        self.app.window.page_wanted.emit(page)

    def press(self, *keys: str) -> None:
        for key in keys:
            QTest.keyClick(self.app.window, KEYS.get(key, key))

    def type(self, text: str) -> None:
        """Where an address is asked for, no key answers."""
        self.press(*text, "Enter")

    def choose(self, words: str) -> None:
        """Press the key of the answer with these words."""
        self.sees(words)
        view = self.app.window._view
        chosen = next(
            each
            for each in view.prompt.buttons
            if words in view.tr.format(each.text, **{k: view.tr.gettext(v) for k, v in each.params.items()})
        )
        self.press(chosen.key)


@pytest.fixture(scope="module")
def devices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedBench]:
    with SimulatedBench(tmp_path_factory.mktemp("devices")) as bench:
        yield bench


@pytest.fixture
def at_bench(qapp: QApplication, qtbot, tmp_path: Path) -> Iterator[Callable]:
    """Runs what a person does at a bench that has these settings; returns the settings that were saved last."""

    def run(settings: Settings, work: Callable[[Person], None]) -> Settings | None:
        saved: list[Settings] = []
        app = App(settings, saved.append)
        try:
            with open_station(tmp_path, settings, app.post) as station:
                failures: list[BaseException] = []

                def do() -> None:
                    try:
                        work(Person(app, station, qtbot))
                    except BaseException as error:  # noqa: BLE001 - the loop must end, whatever happened in it
                        failures.append(error)
                    finally:
                        app.window.close()

                QTimer.singleShot(50, do)
                app.run(station, usable=station.begin)
        finally:
            app.close()
            qapp.setStyleSheet("")
        if failures:
            raise failures[0]
        return saved[-1] if saved else None

    yield run


def begin(person: Person) -> None:
    person.turn_to("devices")
    person.sees("Set up a device")
    person.press("S")
    person.sees("Which device do you want to set up?")


def test_a_scale_is_tried_proved_by_a_weight_and_kept(at_bench, devices: SimulatedBench) -> None:
    port = devices.address("scale")

    def work(person: Person) -> None:
        begin(person)
        person.choose("Scale")
        person.choose("Mettler-Toledo MT-SICS")
        person.sees("Where is it plugged in?")
        person.type(port)
        person.sees("Put something on the scale")
        person.sees("ready")
        devices.scale.place(731_000, 0.0)
        person.sees("It weighed 731 g")
        person.press("Enter")
        person.sees("Set up a device")
        assert person.station.desk.bench.journal.last_seq == 0

    saved = at_bench(Settings(sound=False), work)
    devices.scale.remove(0.0)
    assert saved is not None
    assert saved.scale == ScaleSettings("mt-sics", port)


def test_a_parcel_that_lies_on_the_scale_it_was_set_up_with_is_weighed(
    at_bench, devices: SimulatedBench, site_copy: Path, tmp_path: Path
) -> None:
    """The scale says each weight once, and said it to the page."""
    Journal.open(tmp_path / "station.sqlite", Settings().station).close()
    shutil.copy(site_copy, tmp_path / "expected.sqlite")
    port, parcel = devices.address("scale"), next(each for each in sample.parcels() if each.key == "headphones")
    person_in = next(each for each in sample.people() if each.role == "supervisor")

    def work(person: Person) -> None:
        desk = person.station.desk
        for text in (person_in.badge, person_in.pin, parcel.code):
            desk.take(Scan("keyboard", text, "", 0.0))
        person.sees("Put the parcel on the scale")
        begin(person)
        person.choose("Scale")
        person.choose("Mettler-Toledo MT-SICS")
        person.type(port)
        person.sees("ready")
        devices.scale.place(parcel.weight_mg, 0.0)
        person.sees("It weighed")
        assert desk.bench.prompt.stage == "weigh"
        person.press("Enter")
        person.sees("Set up a device")
        assert desk.bench.state.parcel.weighed.weight_mg == parcel.weight_mg

    at_bench(Settings(sound=False), work)
    devices.scale.remove(0.0)


def test_what_is_left_unsaved_is_put_back(at_bench, devices: SimulatedBench, expect_log) -> None:
    expect_log("scanner is down: unreachable")
    kept = Settings(sound=False, scanners=(ScannerSettings(port=devices.address("scanner")),))

    def work(person: Person) -> None:
        begin(person)
        person.choose("Scanner")
        person.choose("A cable, or USB as a serial port")
        person.type("/dev/serial/by-id/not-there")
        person.sees("Not connected: check cable and power.")
        person.turn_to("devices")
        person.sees("Set up a device")
        assert person.station.settings == kept
        devices.scanner.scan("1Z999AA10123456784")
        person.sees("Scanned: 1Z999AA10123456784")

    assert at_bench(kept, work) is None


def test_a_printer_is_proved_by_its_label_scanned_back(at_bench, devices: SimulatedBench) -> None:
    settings = Settings(sound=False, scanners=(ScannerSettings(port=devices.address("scanner")),))

    def work(person: Person) -> None:
        begin(person)
        person.choose("Printer")
        person.choose("Over the network")
        person.type(f"{devices.printer.host}:{devices.printer.port}")
        person.choose("203 dots per inch")
        person.sees("ready")
        person.press("T")
        label = devices.printer.wait_for_label()
        assert TEST_CODE.encode() in label.read_bytes()
        devices.scanner.scan(TEST_CODE)
        person.sees("The test label came out and can be read")
        person.press("Enter")
        person.sees("Set up a device")

    saved = at_bench(settings, work)
    assert saved is not None
    assert (saved.printer.host, saved.printer.port) == (devices.printer.host, devices.printer.port)
    assert saved.scanners == settings.scanners


def test_a_dialect_that_is_none_says_so_and_changes_nothing(at_bench, devices: SimulatedBench) -> None:
    broken = Settings(sound=False)

    def work(person: Person) -> None:
        begin(person)
        person.choose("Scale")
        person.choose("Mettler-Toledo 8217")
        person.sees("Which of these does it speak?")
        person.press("Esc", "Esc", "Esc")
        person.sees("Set up a device")
        assert person.station.settings == broken

    assert at_bench(broken, work) is None


def test_the_keyboard_scanner_tells_its_layout_by_the_test_code(at_bench) -> None:
    def work(person: Person) -> None:
        begin(person)
        person.choose("Scanner that types")
        person.sees("Which keyboard is the scanner set to?")
        person.app.post(Scan("keyboard-scanner", SELF_TEST, "", 1.0))
        person.sees("It types the keyboard that is set here")
        person.press("Enter")
        person.sees("Set up a device")

    saved = at_bench(Settings(sound=False), work)
    assert saved is not None
    assert saved.keyboard.layout == "us"


@pytest.mark.parametrize("address", ["192.168.1.20", "/dev/ttyUSB0"])
def test_an_address_may_begin_with_the_key_of_an_answer(at_bench, devices: SimulatedBench, address: str) -> None:
    printer = PrinterSettings(host=devices.printer.host, port=devices.printer.port)
    here = Settings(sound=False, printer=printer)

    def work(person: Person) -> None:
        begin(person)
        person.choose("Printer")
        person.choose("Over the network")
        person.sees(f"{printer.host}:{printer.port}")
        person.press(*address)
        assert person.app.window._now().typed == address
        person.press("Esc")
        person.press("1", "Enter")
        person.sees("How fine does it print?")
        assert person.station.settings == here

    assert at_bench(here, work) is None


def test_a_place_that_is_taken_is_not_tried(at_bench, devices: SimulatedBench) -> None:
    here = Settings(sound=False, scanners=(ScannerSettings(port=devices.address("scanner")),))

    def work(person: Person) -> None:
        begin(person)
        person.choose("One more scanner")
        person.choose("A cable, or USB as a serial port")
        person.press(*devices.address("scanner"), "Enter")
        person.sees("Another device of this bench is plugged in there.")
        person.sees("Where is it plugged in?")

    assert at_bench(here, work) is None


def test_a_scan_that_leads_nowhere_says_why_and_commands_are_obeyed(at_bench, devices: SimulatedBench) -> None:
    settings = Settings(sound=False, scanners=(ScannerSettings(port=devices.address("scanner")),))

    def work(person: Person) -> None:
        begin(person)
        person.sees("ready")
        person.choose("Scale")
        devices.scanner.scan("1Z999AA10123456784")
        person.sees("To work on, leave with Esc, then scan again.")
        devices.scanner.scan("RS:cancel")
        person.sees("Which device do you want to set up?")
        devices.scanner.scan("RS:cancel")
        person.sees("Set up a device")

    assert at_bench(settings, work) is None


def test_what_was_proved_is_not_any_more_when_the_device_goes(at_bench, devices: SimulatedBench, expect_log) -> None:
    expect_log("scale is down")

    def work(person: Person) -> None:
        begin(person)
        person.choose("Scale")
        person.choose("Mettler-Toledo MT-SICS")
        person.type(devices.address("scale"))
        person.sees("ready")
        devices.scale.place(500_000, 0.0)
        person.sees("It works: save it")
        devices.unplug("scale")
        person.sees("Put something on the scale")
        devices.plug("scale")
        person.turn_to("receive")

    assert at_bench(Settings(sound=False), work) is None
    devices.scale.remove(0.0)


def test_printers_of_the_computer_are_listed_without_touching_any() -> None:
    assert isinstance(printers.queues(), tuple)
