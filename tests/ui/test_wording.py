"""Every fault a lamp can show has its word and its sentence that says what to do."""

from devices.readings import Fault
from resources.words import Translator
from station.weights import weight_words
from station.words import FAULT_WORDS
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
