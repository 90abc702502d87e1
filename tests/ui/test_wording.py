"""Every fault a lamp can show has its word and its sentence that says what to do."""

from devices.readings import Fault
from resources.words import Translator
from station.words import FAULT_WORDS
from ui.wording import FAULTS, device

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
