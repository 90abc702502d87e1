"""The words of setting up a device: one question at a time, with its keys, as the bench asks everything."""

from collections.abc import Mapping

from msgspec import structs

from devices.ports import Port
from devices.scales.models import MODELS
from resources.words import mark
from station.inputs import Command, Do
from station.prompts.question import Button, Prompt
from station.settings import CameraSettings, PrinterSettings, ScaleSettings, ScannerSettings
from ui.setup import KEYBOARD, NEW_CAMERA, NEW_SCANNER, OTHER_SPEED, TEST_LABEL, Setup, choices, device_of
from ui.wording import DEVICES

STAGE = "setup"
_KEYS = "123456789ABCDEFGHIJKLMNOPQRSTVWXYZ"

_TITLES: Mapping[str, tuple[str, str]] = {
    "device": (mark("Which device do you want to set up?"), mark("The others go on meanwhile.")),
    "model": (mark("Which scale is it?"), mark("The name is on its plate, the language in its own settings.")),
    "dialect": (mark("Which of these does it speak?"), mark("Its own settings or its manual tell.")),
    "port": (mark("Where is it plugged in?"), mark("Type its number here or its address, and press Enter.")),
    "source": (mark("Which camera?"), mark("Type its number here or the address of its pictures, and press Enter.")),
    "host": (mark("What is the printer's address?"), mark("Type it and press Enter, such as 192.168.1.20.")),
    "queue": (mark("Which print queue?"), mark("Type its number here or its name, and press Enter.")),
    "dpi": (mark("How fine does it print?"), mark("The plate under the printer tells.")),
    "layout": (
        mark("Which keyboard is the scanner set to?"),
        mark("Scan the keyboard code of the command sheet: it tells. Most come set to the American one."),
    ),
    "baud": (mark("Which line speed?"), mark("It is in the settings of the device itself.")),
}
_NOTHING = mark("Nothing of the kind is plugged in now. Type its address and press Enter.")
_KEYBOARD = mark("Scanner that types")
_CONNECTION = mark("How is it connected?")
_PROOFS: Mapping[str, tuple[str, str]] = {
    "scanner": (mark("Scan any code"), mark("What it reads is shown beside.")),
    KEYBOARD: (mark("Scan the keyboard code of the command sheet"), mark("It tells which keyboard the scanner types.")),
    "scale": (mark("Put something on the scale"), mark("Best a weight you know. Lift it once if it lies there.")),
    "camera": (mark("Is this the right picture?"), mark("Save it when you see the place where items lie.")),
    "printer": (mark("Print a test label and scan it"), mark("Only the scan proves that it can be read.")),
}
_WORDS: Mapping[str, str] = {
    NEW_SCANNER: mark("One more scanner"),
    NEW_CAMERA: mark("One more camera"),
    "serial": mark("A cable, or USB as a serial port"),
    "hid": mark("USB as a scanner (HID POS)"),
    "evdev": mark("USB as a keyboard, kept for scanning alone (Linux)"),
    "tcp": mark("Over the network"),
    "queue": mark("Through a print queue of this computer"),
    "us": mark("American"),
    "uk": mark("British"),
    "de": mark("German"),
    "fr": mark("French"),
    OTHER_SPEED: mark("It has another line speed"),
    TEST_LABEL: mark("Print a test label"),
}


def prompt(setup: Setup, trouble: str = "") -> Prompt:
    """Return the open question with every way to answer it; `trouble` says why the last answer could not be taken."""
    asked = _prove(setup) if setup.step == "prove" else _ask(setup)
    if not trouble:
        return asked
    return structs.replace(asked, reason="{trouble}", params={**asked.params, "trouble": trouble})


def keyed(setup: Setup, key: str) -> Command | None:
    """Return the choice that has this key, for where an address is typed a key alone answers nothing."""
    shown = (each for each in _ask(setup).buttons if each.command.do is Do.CHOOSE)
    return next((each.command for each in shown if each.key == key.strip().upper()), None)


def _ask(setup: Setup) -> Prompt:
    title, reason = _TITLES.get(setup.step, (_CONNECTION, ""))
    answers = tuple(
        Button(key, *_words(setup, value)[:1], Command(Do.CHOOSE, value), _words(setup, value)[1])
        for key, value in zip(_KEYS, choices(setup), strict=False)
    )
    if not answers and setup.step in ("port", "source", "queue"):
        reason = _NOTHING
    typed = setup.step in ("port", "source", "host", "queue")
    return Prompt(STAGE, title, reason, {}, (*answers, _leave(setup)), "address" if typed else "none")


def _prove(setup: Setup) -> Prompt:
    title, reason = _PROOFS[setup.kind]
    params = {"proof": setup.proof}
    if setup.proof:
        title, reason = mark("It works: save it"), mark("{proof}")
    unproved = mark("Yes, save it") if setup.kind == "camera" else mark("Save without proof")
    save = mark("Save") if setup.proof else unproved
    asides = tuple(
        Button(key, _WORDS[value], Command(Do.CHOOSE, value), main=False)
        for key, value in zip(("T" if setup.kind == "printer" else "B",), choices(setup), strict=False)
    )
    remove = Button("X", mark("Take it off the bench"), Command(Do.SKIP), aside=True)
    expected = bool(setup.proof) or setup.kind == "camera"
    # Not Enter before the proof: a second press in haste, or a scanner's own, would keep a device that nobody tried.
    main = Button("Enter" if expected else "W", save, Command(Do.CONFIRM), main=expected)
    return Prompt(
        STAGE,
        title,
        reason,
        params,
        (main, *asides, *((remove,) if setup.kind != KEYBOARD else ()), _leave(setup)),
        "none",
    )


def _leave(setup: Setup) -> Button:
    first = len(setup.steps) == 1
    return Button("Esc", mark("Leave") if first else mark("Back"), Command(Do.CANCEL), aside=True)


def _words(setup: Setup, value: str) -> tuple[str, dict[str, str]]:
    """Return the words of a choice, with what they name."""
    if setup.step == "device" and value in (NEW_SCANNER, NEW_CAMERA):
        return _WORDS[value], {}
    if setup.step == "device":
        where = _where(setup, value)
        kind, _, number = value.rpartition(" ")
        if kind in DEVICES and number.isdecimal():
            return mark("{device} {number}: {where}"), {"device": DEVICES[kind], "number": number, "where": where}
        named = {"device": _KEYBOARD if value == KEYBOARD else DEVICES.get(value, value), "where": where}
        return mark("{device}: {where}"), named
    if setup.step == "model":
        return "{title}", {"title": MODELS[value].title}
    if setup.step == "dpi":
        return mark("{dpi} dots per inch"), {"dpi": value}
    if setup.step in ("port", "source"):
        return "{title}", {"title": _title(setup.ports, value)}
    return (_WORDS[value], {}) if value in _WORDS else ("{name}", {"name": value})


def _where(setup: Setup, name: str) -> str:
    """Return where a device is, in a few words."""
    match device_of(Setup(setup.tried, setup.tried, name=name)):
        case ScannerSettings(port=port) | CameraSettings(source=port) if port:
            return _title(setup.ports, port)
        case ScaleSettings(port=port, model=model) if port:
            return MODELS[model].title
        case PrinterSettings(connection="queue", queue=queue) if queue:
            return queue
        case PrinterSettings(connection="tcp", host=host) if host:
            return host
    return _WORDS[setup.tried.keyboard.layout] if name == KEYBOARD else mark("none yet")


def _title(ports: tuple[Port, ...], path: str) -> str:
    return next((each.title for each in ports if each.path == path), path)
