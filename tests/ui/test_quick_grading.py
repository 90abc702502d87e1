"""A clean garment is graded in under twenty seconds of keystrokes and scans: counted at the real desk, then reckoned.

The keystroke-level model (Card, Moran and Newell, Communications of the ACM 23(7), 1980) gives 0.28 s for a key of an
average typist and 1.35 s for the thought before it. A scan is not in the model: 1.5 s are assumed, with no thought of
its own. What the program takes to answer, and folding the garment, are not counted.
"""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from ui.window import Window

KEY_S, THOUGHT_S, SCAN_S = 0.28, 1.35, 1.5
LIMIT_S = 20.0
BIN = "BIN-RESTOCK-TAL"
_KEYS = {"photo": Qt.Key.Key_Space, "result": Qt.Key.Key_Return, "prep": Qt.Key.Key_Return}


class Grader:
    """Presses what the screen shows, scans what lies there, and counts both."""

    def __init__(self, hands, window: Window, see, *, shutter: bool) -> None:
        self.hands, self.window, self.see = hands, window, see
        self.shutter = shutter
        self.keys = self.scans = 0
        window.pressed.connect(lambda button: hands.take(button.command))

    @property
    def stage(self) -> str:
        return self.hands.bench.prompt.stage

    @property
    def seconds(self) -> float:
        return self.keys * (KEY_S + THOUGHT_S) + self.scans * SCAN_S

    def press(self, key: Qt.Key) -> None:
        self.window.render(self.see())
        self.keys += not (self.shutter and key == Qt.Key.Key_Space)
        QTest.keyClick(self.window, key)

    def scan(self, code: str) -> None:
        self.scans += 1
        self.hands.scan(code)

    def grade(self, code: str) -> None:
        self.scan(code)
        while self.stage != "item":
            offered = {button.key for button in self.hands.bench.prompt.buttons}
            if self.stage == "inspect":
                # Opened, with its tag: the usual garment; what is only looked for is answered at once.
                opened = self.hands.bench.prompt.title.startswith("Is the bag")
                self.press(Qt.Key.Key_N if "N" in offered else Qt.Key.Key_2 if opened else Qt.Key.Key_1)
            elif self.stage == "label":
                self.scan(self.hands.bench.state.item.plate)
            elif self.stage == "place":
                self.scan(BIN)
            else:
                self.press(_KEYS[self.stage])


@pytest.mark.parametrize("shutter", [False, True], ids=["photos by key", "photos by themselves"])
def test_a_clean_garment_takes_under_twenty_seconds(hands, see, window: Window, shutter: bool) -> None:
    hands.sign_in()
    parcel = hands.begin("tee")
    grader = Grader(hands, window, see, shutter=shutter)
    grader.grade(parcel.items[0].code)
    placed = hands.bench.state.parcel.items[0]
    assert (placed.graded.letter, placed.bin) == ("A", BIN)
    assert len(placed.prepared) == 1
    print(f"{grader.keys} keys, {grader.scans} scans: {grader.seconds:.1f} s")
    assert grader.seconds < LIMIT_S


def test_with_a_question_at_a_time_it_would_take_longer(hands, see, window: Window) -> None:
    hands.sign_in()
    parcel = hands.begin("tee")
    by_one = Grader(hands, window, see, shutter=False)
    by_one.scan(parcel.items[0].code)
    while by_one.stage in ("photo", "inspect"):
        title = hands.bench.prompt.title
        answer = Qt.Key.Key_2 if title.startswith("Is the bag") else Qt.Key.Key_1
        by_one.press(Qt.Key.Key_Space if by_one.stage == "photo" else answer)
    assert by_one.stage == "result"
    print(f"up to the result: {by_one.keys} keys, {by_one.scans} scans: {by_one.seconds:.1f} s")
    assert by_one.keys == 2 + 8


def test_the_screen_names_what_the_quick_answer_says_before_it_is_pressed(hands, see, window: Window) -> None:
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)
    hands.go_to("inspect")
    assert not see().inspection.rest
    for key in ("2", "1", "1"):
        hands.go_to("inspect")
        hands.take(next(b for b in hands.bench.prompt.buttons if b.key == key).command)
    window.render(see())
    words = [label.text() for label in window.findChildren(QLabel)]
    named = next(each for each in words if each.startswith("Answers at once"))
    for finding in ("No smell", "No stains", "Cloth and seams whole", "Not washed"):
        assert finding in named
