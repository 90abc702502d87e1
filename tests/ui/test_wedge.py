"""A keyboard scanner played with real key events into a real window, on computers with other layouts."""

import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from devices.readings import Scan
from tests.ui.scanner_keys import Keyboard, set_layout
from ui.wedge import WedgeFilter

ROOT = Path(__file__).resolve().parents[2]


class Watched:
    """The window in a process of its own, and what it says."""

    def __init__(self, name: str) -> None:
        environment = {**os.environ, "DISPLAY": name, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("wedge_window.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        self._said: SimpleQueue[tuple] = SimpleQueue()
        self._reader = Thread(target=self._read)
        self._reader.start()
        self.wait_for("ready")

    def _read(self) -> None:
        for line in self._process.stdout:
            self._said.put(ast.literal_eval(line))

    def tell(self, command: str) -> None:
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        self.wait_for("done", command)

    def wait_for(self, *words: str, within_s: float = 60.0) -> list[tuple]:
        """All that was said up to these words."""
        before, deadline = [], time.monotonic() + within_s
        while True:
            try:
                said = self._said.get(timeout=max(0.01, deadline - time.monotonic()))
            except Empty:
                pytest.fail(f"waited in vain for {words}; heard {before}")
            before.append(said)
            if said[: len(words)] == words:
                return before

    def close(self) -> None:
        self._process.stdin.write("end\n")
        self._process.stdin.flush()
        self._process.wait(60)
        self._reader.join()
        self._process.stdin.close()
        self._process.stdout.close()


@pytest.fixture(scope="module")
def keyboard(xvfb: str) -> Iterator[Keyboard]:
    made = Keyboard(xvfb)
    yield made
    made.close()


@pytest.fixture
def watched(xvfb: str) -> Iterator[Watched]:
    made = Watched(xvfb)
    yield made
    made.close()


@pytest.mark.parametrize("layout", ["us", "de", "fr"])
@pytest.mark.parametrize("pace_ms", [0, 4])
def test_a_scan_comes_out_whole_on_any_layout_and_touches_no_widget(
    watched: Watched, keyboard: Keyboard, xvfb: str, layout: str, pace_ms: int
) -> None:
    set_layout(xvfb, layout)
    try:
        for focus in ("field", "button"):
            watched.tell(f"focus {focus}")
            keyboard.press("]d20109501101530003\x1d10AB-7z\r", pace_ms)
            said = watched.wait_for("reading")
            assert said == [("reading", "Scan", "0109501101530003\x1d10AB-7z", "]d2")]
        keyboard.press("1Z999AA10123456784\r", pace_ms)
        assert watched.wait_for("reading") == [("reading", "Scan", "1Z999AA10123456784", "")]
    finally:
        set_layout(xvfb, "us")


@pytest.mark.parametrize(("scanner", "host"), [("us", "us"), ("us", "de"), ("us", "fr"), ("fr", "us")])
def test_no_key_of_many_scans_touches_a_dialog_whose_focus_moves(xvfb: str, scanner: str, host: str) -> None:
    """The long run of the same is tests/benchmarks/bench_wedge.py."""
    set_layout(xvfb, host)
    environment = {**os.environ, "DISPLAY": xvfb, "QT_QPA_PLATFORM": "xcb"}
    command = [sys.executable, str(Path(__file__).with_name("wedge_burst.py")), xvfb, scanner, "12"]
    try:
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=180)
    finally:
        set_layout(xvfb, "us")
    assert done.stdout.startswith("Outcome(lost=0, wrong=0, leaked=0,"), done.stdout


def test_a_separator_comes_as_an_alt_code_too(watched: Watched, keyboard: Keyboard) -> None:
    keyboard.press("]C1010950110153000310AB\x1d21X9\r", 0, alt_codes=True)
    assert watched.wait_for("reading") == [("reading", "Scan", "010950110153000310AB\x1d21X9", "]C1")]


def test_slow_typing_arrives_as_it_was_typed(watched: Watched, keyboard: Keyboard) -> None:
    watched.tell("focus field")
    keyboard.press("rma-7", 150)
    said = watched.wait_for("field", "rma-7")
    assert said == [("field", "rma-7"[:end]) for end in range(1, 6)]


def test_typing_and_a_scan_after_it_are_kept_apart(watched: Watched, keyboard: Keyboard) -> None:
    watched.tell("focus field")
    keyboard.press("ab", 150)
    watched.wait_for("field", "ab")
    keyboard.rest(300)
    keyboard.press("4006381333931\r", 0)
    assert watched.wait_for("reading") == [("reading", "Scan", "4006381333931", "")]


def test_a_key_pressed_by_hand_still_presses_a_button(watched: Watched, keyboard: Keyboard) -> None:
    watched.tell("focus button")
    keyboard.press(" ", 150)
    watched.wait_for("pressed")


def test_where_there_are_no_scan_codes_the_text_has_to_do() -> None:
    """In a process of its own: a key is only typed where the focus is, and other tests' windows may have it."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"{__file__}::text_has_to_do"]
    subprocess.run([*command, "-o", "python_functions=text_*"], check=True, capture_output=True, timeout=180)


def text_has_to_do(qapp: QApplication, qtbot) -> None:
    came: list[object] = []
    wedge = WedgeFilter(came.append)
    qapp.installEventFilter(wedge)
    window, field = QWidget(), QLineEdit()
    QVBoxLayout(window).addWidget(field)
    window.setMinimumSize(400, 200)
    window.show()
    qtbot.waitExposed(window, timeout=60_000)
    # Windows of other tests may still be going; a key is only typed where the focus is.
    window.windowHandle().requestActivate()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus, timeout=60_000)
    try:
        for character in "RMA-1042\r":
            QTest.keyClick(window.windowHandle(), Qt.Key.Key_Return if character == "\r" else character)
        assert [(scan.text, scan.device) for scan in came if isinstance(scan, Scan)] == [
            ("RMA-1042", "keyboard-scanner")
        ]
        assert field.text() == ""
        QTest.keyClick(window.windowHandle(), "x")
        qtbot.waitUntil(lambda: field.text() == "x", timeout=60_000)
    finally:
        qapp.removeEventFilter(wedge)
        window.close()
