"""Setting up a device: each chain of questions ends with settings that name it, and leaving puts back what held."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.ports import Port
from devices.scales.models import MODELS
from station.inputs import Command, Do
from station.settings import CameraSettings, PrinterSettings, ScaleSettings, ScannerSettings, Settings
from ui import setup, setup_prompt
from ui.setup import Setup

PORTS = (
    Port("serial", "/dev/serial/by-id/usb-FTDI_1", "FTDI 1"),
    Port("video", "/dev/v4l/by-id/usb-Cam-video-index0", "Cam"),
    Port("hid", "hid:0922:8003", "DYMO M10"),
    Port("input", "/dev/input/by-id/usb-Scanner-event-kbd", "Scanner"),
)
QUEUES = ("zebra-bench",)
BEFORE = Settings(
    scanners=(ScannerSettings(port="/dev/serial/by-id/usb-old"),),
    cameras=(CameraSettings(source="http://camera/"),),
    printer=PrinterSettings(host="10.0.0.7"),
)


def begun(settings: Settings = BEFORE) -> Setup:
    return setup.begin(settings, PORTS, QUEUES)


def walk(now: Setup, *answers: str) -> Setup:
    """Choose each answer; one in angle brackets is typed."""
    for each in answers:
        if each.startswith("<"):
            now = setup.typed(now, each[1:-1])
        else:
            assert each in setup.choices(now), (now.step, each, setup.choices(now))
            now = setup.answer(now, Command(Do.CHOOSE, each))
    return now


def save(now: Setup) -> Settings:
    assert now.step == "prove"
    done = setup.answer(now, Command(Do.CONFIRM))
    assert done.saved
    assert not done.steps
    return done.before


@pytest.mark.parametrize(
    ("answers", "field", "wanted"),
    [
        (
            ("scanner", "hid", "hid:0922:8003"),
            "scanners",
            (ScannerSettings("scanner", "hid", "hid:0922:8003"),),
        ),
        (
            ("+scanner", "evdev", "de", "/dev/input/by-id/usb-Scanner-event-kbd"),
            "scanners",
            (
                *BEFORE.scanners,
                ScannerSettings("scanner 2", "evdev", "/dev/input/by-id/usb-Scanner-event-kbd", layout="de"),
            ),
        ),
        (
            ("scale", "mt-sics", "/dev/serial/by-id/usb-FTDI_1"),
            "scale",
            ScaleSettings("mt-sics", "/dev/serial/by-id/usb-FTDI_1"),
        ),
        (
            ("scale", "mt-sics", "<rfc2217://10.0.0.9:4001>", "baud", "4800"),
            "scale",
            ScaleSettings("mt-sics", "rfc2217://10.0.0.9:4001", baud=4800),
        ),
        (
            ("+camera", "/dev/v4l/by-id/usb-Cam-video-index0"),
            "cameras",
            (*BEFORE.cameras, CameraSettings("camera 2", "/dev/v4l/by-id/usb-Cam-video-index0")),
        ),
        (("printer", "tcp", "<10.0.0.8:6101>", "300"), "printer", PrinterSettings(host="10.0.0.8", port=6101, dpi=300)),
        (
            ("printer", "queue", "zebra-bench", "203"),
            "printer",
            PrinterSettings("queue", "10.0.0.7", queue="zebra-bench"),
        ),
    ],
)
def test_each_chain_of_questions_ends_with_the_device(answers: tuple[str, ...], field: str, wanted: object) -> None:
    saved = save(walk(begun(), *answers))
    assert saved == msgspec.structs.replace(BEFORE, **{field: wanted})


def test_a_scale_that_speaks_several_dialects_is_asked_which() -> None:
    for name, model in MODELS.items():
        now = walk(begun(), "scale", name)
        assert now.step == ("dialect" if model.dialects else "port")


def test_every_layout_and_connection_has_words() -> None:
    for chain in (("keyboard",), ("scanner",), ("printer",)):
        assert not [each for each in setup_prompt.prompt(walk(begun(), *chain)).buttons if each.text == "{name}"]


def test_the_keyboard_scanner_has_a_layout() -> None:
    assert save(walk(begun(), "keyboard", "fr")).keyboard.layout == "fr"


@pytest.mark.parametrize("name", ["scanner", "scale", "camera", "printer"])
def test_a_device_can_be_taken_off_the_bench(name: str) -> None:
    full = msgspec.structs.replace(BEFORE, scale=ScaleSettings(port="/dev/x"))
    at_proof = msgspec.structs.replace(full)
    now = walk(begun(at_proof), name)
    while now.step != "prove":
        now = walk(now, setup.choices(now)[0])
    done = setup.answer(now, Command(Do.SKIP))
    assert done.saved
    assert name not in done.before.devices
    assert set(done.before.devices) == set(full.devices) - {name}


answers = st.lists(st.one_of(st.integers(0, 20), st.sampled_from(["back", "type", "skip", "confirm"])), max_size=25)


@given(answers)
def test_whatever_is_answered_there_is_a_question_and_leaving_puts_back_what_held(given_answers: list[object]) -> None:
    now = begun()
    for each in given_answers:
        if not now.steps:
            break
        held = now.before
        now = answered(now, each)
        assert now.saved or now.before == held
        if now.steps:
            asked = setup_prompt.prompt(now)
            keys = [button.key for button in asked.buttons]
            assert asked.title
            assert len(keys) == len(set(keys))
    while now.steps:
        now = setup.answer(now, Command(Do.CANCEL))
    assert now.tried == now.before or now.saved


def answered(now: Setup, each: object) -> Setup:
    match each:
        case "back":
            return setup.answer(now, Command(Do.CANCEL))
        case "type":
            return setup.typed(now, "typed-address")
        case "skip":
            return setup.answer(now, Command(Do.SKIP))
        case "confirm":
            return setup.answer(now, Command(Do.CONFIRM))
    possible = setup.choices(now)
    return walk(now, possible[int(str(each)) % len(possible)]) if possible else now


def test_the_place_a_device_has_is_offered_first_although_nothing_is_found_there() -> None:
    held = msgspec.structs.replace(BEFORE, scale=ScaleSettings("mt-sics", "rfc2217://10.0.0.9:4001"))
    assert setup.choices(walk(begun(held), "scale", "mt-sics"))[0] == "rfc2217://10.0.0.9:4001"
    assert setup.choices(walk(begun(held), "scanner", "serial"))[0] == "/dev/serial/by-id/usb-old"
    assert "/dev/serial/by-id/usb-old" not in setup.choices(walk(begun(held), "scanner", "hid"))


def test_a_place_another_device_has_is_refused() -> None:
    taken = walk(begun(), "scale", "mt-sics", "</dev/serial/by-id/usb-old>")
    assert setup.refusal(taken) == "Another device of this bench is plugged in there."
    assert not setup.refusal(walk(begun(), "scanner", "serial", "/dev/serial/by-id/usb-old"))


@pytest.mark.parametrize("typed", ["10.0.0.8:99999999", "10.0.0.8:", "10.0.0.8:raw", "10.0.0.8:0"])
def test_a_printer_port_that_is_none_is_refused(typed: str) -> None:
    refused = setup.refusal(walk(begun(), "printer", "tcp", f"<{typed}>"))
    assert refused == "That is no address: after the colon comes a number from 1 to 65535."
    assert not setup.refusal(walk(begun(), "printer", "tcp", "<10.0.0.8:9100>"))


def test_a_device_that_proved_nothing_is_not_kept_by_enter() -> None:
    at_proof = walk(begun(), "scale", "mt-sics", "</dev/x>")
    for now, key in ((at_proof, "W"), (setup.prove(at_proof, "It weighed 5 g"), "Enter")):
        (save,) = (each for each in setup_prompt.prompt(now).buttons if each.command == Command(Do.CONFIRM))
        assert (save.key, save.main) == (key, key == "Enter")
