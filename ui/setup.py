"""Setting up a device as a chain of questions: pure values, so that a screen, a key or a test can walk it.

What is answered is tried at once on the real device (`tried`), and written only when the person saves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from msgspec.structs import replace as _replaced

from devices.ports import Port
from devices.scales.models import MODELS
from devices.scanners.layouts import LAYOUTS
from resources.words import mark
from station.inputs import Command, Do
from station.settings import (
    PRINTER,
    SCALE,
    CameraSettings,
    KeyboardSettings,
    PrinterSettings,
    ScaleSettings,
    ScannerSettings,
    Settings,
)

KEYBOARD = "keyboard"
NEW_SCANNER, NEW_CAMERA = "+scanner", "+camera"
OTHER_SPEED, TEST_LABEL = "baud", "test-label"
_FIXED: Mapping[str, tuple[str, ...]] = {
    "model": tuple(MODELS),
    "layout": tuple(LAYOUTS),
    "baud": ("1200", "2400", "4800", "9600", "19200", "38400", "57600", "115200"),
    "dpi": ("203", "300", "600"),
}
_TYPED = ("port", "source", "host", "queue")

Device = ScannerSettings | ScaleSettings | CameraSettings | PrinterSettings | KeyboardSettings
Named = TypeVar("Named", ScannerSettings, CameraSettings)


@dataclass(frozen=True, slots=True)
class Setup:
    """Where the person is: `before` is what holds, `tried` what the answers so far make of it.

    `steps` are the questions asked, the open one last; none means that the page is left. `proof` is what the device
    has proved itself with; `queues` are the computer's print queues.
    """

    before: Settings
    tried: Settings
    ports: tuple[Port, ...] = ()
    queues: tuple[str, ...] = ()
    name: str = ""
    steps: tuple[str, ...] = ("device",)
    proof: str = ""
    saved: bool = False

    @property
    def step(self) -> str:
        """The open question; empty when the page is left."""
        return self.steps[-1] if self.steps else ""

    @property
    def kind(self) -> str:
        """What the device is: scanner, scale, camera, printer, keyboard; empty while none is chosen."""
        if self.name in ("", KEYBOARD, SCALE, PRINTER):
            return self.name
        return "camera" if any(each.name == self.name for each in self.tried.cameras) else "scanner"


def begin(settings: Settings, ports: tuple[Port, ...], queues: tuple[str, ...]) -> Setup:
    """Return the first question: which device."""
    return Setup(settings, settings, ports, queues)


def prove(setup: Setup, proof: str) -> Setup:
    """Note what the device has just proved itself with."""
    return replace(setup, proof=proof) if setup.step == "prove" else setup


def answer(setup: Setup, command: Command) -> Setup:
    """Return where an answer leads; an answer to nothing asked changes nothing."""
    if command.do in (Do.CANCEL, Do.UNDO):
        return _back(setup)
    if command.do is Do.CONFIRM and setup.step == "prove":
        return replace(setup, before=setup.tried, steps=(), saved=True)
    if command.do is Do.SKIP and setup.step == "prove":
        return _removed(setup)
    if command.do is Do.CHOOSE:
        return _chosen(setup, command.value) if command.value in choices(setup) else setup
    return setup


def typed(setup: Setup, text: str) -> Setup:
    """Return where a typed address, port or name leads."""
    if setup.step in _TYPED and text.strip():
        return _chosen(setup, text.strip())
    return setup


def choices(setup: Setup) -> tuple[str, ...]:
    """Return the values that answer the open question; an address may also be typed."""
    if setup.step in _FIXED:
        return _FIXED[setup.step]
    if setup.step == "device":
        scanners, cameras = ((each.name for each in many) for many in (setup.tried.scanners, setup.tried.cameras))
        return (*scanners, KEYBOARD, SCALE, *cameras, PRINTER, NEW_SCANNER, NEW_CAMERA)
    if setup.step in _TYPED:
        return _addresses(setup)
    match setup.step, device_of(setup):
        case "connection", PrinterSettings():
            return ("tcp", "queue")
        case "connection", _:
            return ("serial", "hid", "evdev")
        case "dialect", ScaleSettings(model=model):
            return MODELS[model].dialects
        case "prove", PrinterSettings():
            return (TEST_LABEL,)
        case "prove", device if _port_kind(device) == "serial":
            return (OTHER_SPEED,)
    return ()


def refusal(setup: Setup) -> str:
    """Return why the address that was just given cannot be; empty when it can."""
    if len(setup.steps) < 2 or setup.steps[-2] not in _TYPED:
        return ""
    device = device_of(setup)
    if isinstance(device, PrinterSettings) and not 0 < device.port < 65536:
        return mark("That is no address: after the colon comes a number from 1 to 65535.")
    used = [_place(device_of(replace(setup, name=each))) for each in setup.tried.devices if each != setup.name]
    if _place(device) and _place(device) in used:
        return mark("Another device of this bench is plugged in there.")
    return ""


def _place(device: Device) -> str:
    """Return the place that only one device can have; empty when it has none."""
    match device:
        case ScannerSettings(port=place) | ScaleSettings(port=place) | CameraSettings(source=place):
            return place
    return ""


def _addresses(setup: Setup) -> tuple[str, ...]:
    """Return what was found, and the present address first although it may be unplugged."""
    match setup.step, device_of(setup):
        case "port", ScannerSettings() | ScaleSettings() as device:
            present = device.port or _held_port(setup, device)
            found = [each.path for each in setup.ports if each.kind == _port_kind(device)]
        case "source", CameraSettings(source=present):
            found = [each.path for each in setup.ports if each.kind == "video"]
        case "queue", PrinterSettings(queue=present):
            found = list(setup.queues)
        case _, PrinterSettings(host=host, port=port):
            present, found = f"{host}:{port}" if host else "", []
        case _:
            return ()
    return tuple(dict.fromkeys(each for each in (present, *found) if each))


def _held_port(setup: Setup, device: Device) -> str:
    """Return where the device has been until now, when what is tried is plugged in the same way."""
    held = device_of(replace(setup, tried=setup.before)) if setup.name in setup.before.devices else None
    match held:
        case ScannerSettings(port=port) | ScaleSettings(port=port) if _port_kind(held) == _port_kind(device):
            return port
    return ""


def _port_kind(device: Device) -> str:
    match device:
        case ScannerSettings(connection=connection):
            return {"serial": "serial", "hid": "hid", "evdev": "input"}[connection]
        case ScaleSettings(model=model):
            return MODELS[model].connection
    return ""


def _back(setup: Setup) -> Setup:
    if len(setup.steps) <= 1:
        return replace(setup, tried=setup.before, steps=())
    steps = setup.steps[:-1]
    if steps == ("device",):
        return replace(setup, tried=setup.before, name="", steps=steps, proof="")
    return replace(setup, steps=steps, proof="")


def _removed(setup: Setup) -> Setup:
    """Return the settings without the device."""
    empty: Mapping[str, Settings] = {
        "scanner": _replaced(setup.tried, scanners=_others(setup.tried.scanners, setup.name)),
        "camera": _replaced(setup.tried, cameras=_others(setup.tried.cameras, setup.name)),
        "scale": _replaced(setup.tried, scale=ScaleSettings()),
        "printer": _replaced(setup.tried, printer=PrinterSettings(dpi=setup.tried.printer.dpi)),
    }
    tried = empty.get(setup.kind, setup.tried)
    return replace(setup, tried=tried, before=tried, steps=(), saved=True)


def _chosen(setup: Setup, value: str) -> Setup:
    if setup.step == "device":
        return _device_chosen(setup, value)
    if setup.step == "prove":
        return replace(setup, steps=(*setup.steps, OTHER_SPEED)) if value == OTHER_SPEED else setup
    changed = replace(setup, tried=_put(setup.tried, setup.name, _with(device_of(setup), setup.step, value)), proof="")
    return replace(changed, steps=(*setup.steps, _next(changed)))


def _device_chosen(setup: Setup, value: str) -> Setup:
    tried = setup.tried
    if value == NEW_SCANNER:
        value = _free_name("scanner", [each.name for each in tried.scanners])
        tried = _replaced(tried, scanners=(*tried.scanners, ScannerSettings(value)))
    elif value == NEW_CAMERA:
        value = _free_name("camera", [each.name for each in tried.cameras])
        tried = _replaced(tried, cameras=(*tried.cameras, CameraSettings(value)))
    chosen = replace(setup, tried=tried, name=value)
    return replace(chosen, steps=("device", _FIRST[chosen.kind]))


def _free_name(name: str, taken: list[str]) -> str:
    names = (name, *(f"{name} {number}" for number in range(2, len(taken) + 3)))
    return next(each for each in names if each not in taken)


_FIRST: Mapping[str, str] = {
    "scanner": "connection",
    "scale": "model",
    "camera": "source",
    "printer": "connection",
    KEYBOARD: "layout",
}


def _next(setup: Setup) -> str:
    """Return the question that follows the open one, the answer to which is in `tried`."""
    match setup.step, device_of(setup):
        case "connection", ScannerSettings(connection="evdev"):
            return "layout"
        case "connection", PrinterSettings(connection=connection):
            return "host" if connection == "tcp" else "queue"
        case "model", ScaleSettings(model=model) if MODELS[model].dialects:
            return "dialect"
        case ("connection" | "model" | "dialect", _) | ("layout", ScannerSettings()):
            return "port"
        case (("host" | "queue"), _):
            return "dpi"
    return "prove"


def device_of(setup: Setup) -> Device:
    """Return the settings of the chosen device as they are tried."""
    tried = setup.tried
    alone: Mapping[str, Device] = {SCALE: tried.scale, PRINTER: tried.printer, KEYBOARD: tried.keyboard}
    many: Mapping[str, Device] = {each.name: each for each in (*tried.scanners, *tried.cameras)}
    return alone.get(setup.name) or many[setup.name]


def _put(settings: Settings, name: str, device: Device) -> Settings:
    """Return the settings with a device in the place of the one of that name."""
    match device:
        case ScannerSettings():
            return _replaced(settings, scanners=_exchanged(settings.scanners, device))
        case CameraSettings():
            return _replaced(settings, cameras=_exchanged(settings.cameras, device))
    return _replaced(settings, **{name: device})


def _with(device: Device, step: str, value: str) -> Device:
    """Return a device's settings with an answer in them: a question is called as the field it fills."""
    match step, device:
        case "model", _:
            return ScaleSettings(value)
        case "connection", ScannerSettings():
            return _replaced(device, connection=value, port="")
        case "host", _:
            host, colon, port = value.partition(":")
            given = int(port) if port.isdecimal() else 0
            return _replaced(device, host=host, port=given if colon else PrinterSettings().port)
    return _replaced(device, **{step: int(value) if step in ("baud", "dpi") else value})


def _others(devices: tuple[Named, ...], name: str) -> tuple[Named, ...]:
    return tuple(each for each in devices if each.name != name)


def _exchanged(devices: tuple[Named, ...], device: Named) -> tuple[Named, ...]:
    return tuple(device if each.name == device.name else each for each in devices)
