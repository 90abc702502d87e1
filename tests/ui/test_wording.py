"""Every fault a lamp can show has its word and its sentence that says what to do."""

import pytest
from PySide6.QtGui import QTextLayout

from devices.readings import Fault
from resources.words import Translator
from station.weights import weight_words
from station.words import FAULT_WORDS
from ui.parts.text import Text
from ui.wording import FAULTS, device, say

# These are said of one scan, never of a device: its lamp stays as it is.
OF_A_SCAN = {Fault.too_long, Fault.empty}


def test_each_fault_of_a_device_has_a_word_and_a_sentence() -> None:
    for fault in set(Fault) - OF_A_SCAN:
        assert FAULT_WORDS.get(str(fault)), fault
        assert FAULTS.get(str(fault)), fault


def test_the_second_of_a_kind_has_its_word_and_a_number() -> None:
    assert [
        device(Translator("es"), name) for name in ("scanner", "scanner 2", "camera 10", "dock 2", "by the door")
    ] == [
        "Escáner",
        "Escáner 2",
        "Cámara 10",
        "dock 2",
        "by the door",
    ]


def test_figures_have_the_decimal_sign_of_the_language() -> None:
    english, spanish = Translator("en"), Translator("es")
    assert (weight_words(english, 1_084_000), weight_words(spanish, 1_084_000)) == ("1.084 kg", "1,084 kg")
    assert (english.money(-123_405, "USD"), spanish.money(-123_405, "USD")) == ("-1234.05 USD", "-1234,05 USD")
    # The bench names an amount in its prompts before it knows who reads them.
    assert say(spanish, "{amount} less", {"amount": "12.50 USD"}).replace("\u200b", "") == "12,50 USD menos"
    assert say(spanish, "{bins}", {"bins": "A.12"}).replace("\u200b", "") == "A.12"


def in_order_seen(shown: str) -> str:
    """The characters as the eye meets them from left to right, without those that have no width."""
    layout = QTextLayout(shown)
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    visible = [at for at, char in enumerate(shown) if char.isprintable()]
    return "".join(shown[at] for at in sorted(visible, key=lambda at: line.cursorToX(at)[0]))


@pytest.mark.parametrize(
    "client", ["\u05d0\u05d1 12 \u05d2", "\u0634\u0631\u0643\u0629 \u0627\u0644", "Hold\u202e", "Hold\u2067"]
)
def test_a_name_that_turns_the_direction_moves_none_of_our_words(qtbot, client: str) -> None:
    label = Text()
    qtbot.addWidget(label)
    said = say(Translator("en"), "{line}, {client}: {units}", {"line": "Held", "client": client, "units": "-1"})
    for text in (said, f"Held, {client}: -1"):
        label.show_text(text)
        seen = in_order_seen(label.text())
        assert (seen[:6], seen[-4:]) == ("Held, ", ": -1"), seen


def test_words_without_such_a_name_stay_as_they_are(qtbot) -> None:
    label = Text()
    qtbot.addWidget(label)
    for text in ("Held, Bravo: -1", "Zur\u00fcck \u2013 \u65e5\u672c \u00b7 5 \u20ac"):
        label.show_text(text)
        assert label.text() == text
