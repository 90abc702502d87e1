"""The settings of one bench: who it is, where central is, and which devices lie on its table."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from devices.scanners.layouts import LAYOUTS
from grading.hints import KINDS
from station import text_files

SETTINGS_FILE = "settings.toml"
_STATION = re.compile(r"[A-Z0-9]{3}", re.ASCII)
SCALE, PRINTER = "scale", "printer"

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Baud = Annotated[int, msgspec.Meta(ge=50, le=4_000_000)]


class SettingsError(ValueError):
    """A settings file that cannot be used; the message names the place in the file and what to mend."""


class CentralSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the central records are: base URL, the site this bench belongs to, and the file that holds its token.

    `ca_file` names the only authorities (PEM) whose certificates count; empty means those that everybody trusts.
    """

    url: str = ""
    site: str = ""
    token_file: str = ""
    ca_file: str = ""


def _check_layout(layout: str) -> None:
    if layout not in LAYOUTS:
        raise ValueError(f"layout: there is no keyboard {layout!r}; one of {', '.join(LAYOUTS)}")


class ScannerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A scanner of its own: `connection` is serial (or USB-COM), hid (USB HID POS) or evdev (a grabbed keyboard).

    `port` is a /dev/serial/by-id link, COM name, rfc2217:// URL, hidraw path or /dev/input/by-id link. `layout` is the
    keyboard the scanner was set to (evdev only). The same code again within `repeat_s` is the same scan.
    """

    name: Name = "scanner"
    connection: Literal["serial", "hid", "evdev"] = "serial"
    port: str = ""
    baud: Baud = 9600
    layout: str = "us"
    repeat_s: Annotated[float, msgspec.Meta(ge=0, le=3_600)] = 0.3

    def __post_init__(self) -> None:
        """Refuse a layout nobody has."""
        _check_layout(self.layout)


class KeyboardSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Scanners that type like a keyboard: the layout they were set to, and the key they were told to send first.

    `prefix` is the number of that key in Linux's input-event-codes.h (183 is F13); 0 means none.
    """

    layout: str = "us"
    prefix: Annotated[int, msgspec.Meta(ge=0, le=767)] = 0

    def __post_init__(self) -> None:
        """Refuse a layout nobody has."""
        _check_layout(self.layout)


class ScaleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The scale: `model` and `dialect` are ids of devices/scales; line settings left out are the model's factory ones.

    `port` is a /dev/serial/by-id link, COM name, rfc2217:// URL or hidraw path; empty means none.
    """

    model: str = "mt-sics"
    port: str = ""
    dialect: str = ""
    baud: Baud | None = None
    data_bits: Literal[7, 8] | None = None
    parity: Literal["N", "E", "O"] | None = None
    stop_bits: Literal[1, 2] | None = None


class CameraSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A camera: `source` is a /dev/v4l/by-id link, an http(s) MJPEG address or a video file.

    `shots` names the photos it is there for; the first camera takes all others. `controls` are OpenCV properties
    without CAP_PROP_, such as FOCUS = 30. With `reads_codes` it is a scanner too.
    """

    name: Name = "camera"
    source: str = ""
    shots: tuple[str, ...] = ()
    controls: dict[str, float] = {}
    reads_codes: bool = False


class PrinterSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The label printer: ZPL on TCP (`host`, `port`) or a print queue of the computer (`queue`); empty means none.

    `stock` is the size of its labels in millimetres, such as 57x32; empty means each label's own.
    """

    connection: Literal["tcp", "queue"] = "tcp"
    host: str = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 9100
    queue: str = ""
    dpi: Literal[203, 300, 600] = 203
    stock: str = ""


class MatSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The mat under the camera: what its bar of 100 mm measures, for printers that do not print at full size."""

    scale_bar_mm: Annotated[float, msgspec.Meta(ge=80, le=120)] = 100.0

    @property
    def scale(self) -> float:
        """How much larger than 100 % it was printed."""
        return self.scale_bar_mm / 100


class ReadingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is read in photos: with `text`, the print on labels, in a process of its own (0.4 GB while it works)."""

    text: bool = True


class PhotoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How long photos stay at the bench once central has them."""

    keep_days: Annotated[int, msgspec.Meta(ge=1, le=3_650)] = 14


class FactSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How long facts stay in the journal's file once central is proved to have them; then they are packed beside it."""

    keep_days: Annotated[int, msgspec.Meta(ge=1, le=3_650)] = 30


DeviceSettings = ScannerSettings | ScaleSettings | CameraSettings | PrinterSettings


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of a bench. `station` is the three-character code in every plate it prints; it must be unique.

    `auto_shutter`: a photo is taken by itself once the live picture is good and still.
    `hints` are the categories (`*`: all) for which a kind of hint is on, where not those of `grading.hints.ON`.
    """

    station: str = "A01"
    bench: str = "Bench 1"
    language: str = "en"
    theme: Literal["light", "dark"] = "light"
    sound: bool = True
    reduced_motion: bool = False
    auto_shutter: bool = True
    central: CentralSettings = CentralSettings()
    keyboard: KeyboardSettings = KeyboardSettings()
    scanners: tuple[ScannerSettings, ...] = ()
    scale: ScaleSettings = ScaleSettings()
    cameras: tuple[CameraSettings, ...] = ()
    printer: PrinterSettings = PrinterSettings()
    mat: MatSettings = MatSettings()
    hints: dict[str, tuple[str, ...]] = {}
    reading: ReadingSettings = ReadingSettings()
    photos: PhotoSettings = PhotoSettings()
    facts: FactSettings = FactSettings()

    def __post_init__(self) -> None:
        """Refuse a code no plate can bear, and two devices of one name: what they say could not be told apart."""
        if not _STATION.fullmatch(self.station):
            raise ValueError(f"a station's code is three of A-Z and 0-9, not {self.station!r}")
        names = [SCALE, PRINTER, *(each.name for each in self.scanners), *(each.name for each in self.cameras)]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"two devices are called {doubled[0]!r}")
        for kind in self.hints.keys() - {*KINDS}:
            raise ValueError(f"there is no kind of hint called {kind!r}; one of {', '.join(KINDS)}")

    @property
    def devices(self) -> dict[str, DeviceSettings]:
        """The settings of each device that is there, by its name: scanners, scale, cameras, printer."""
        scanners = {each.name: each for each in self.scanners if each.port}
        scale = {SCALE: self.scale} if self.scale.port else {}
        cameras = {each.name: each for each in self.cameras if each.source}
        address = self.printer.host if self.printer.connection == "tcp" else self.printer.queue
        printer = {PRINTER: self.printer} if address else {}
        return {**scanners, **scale, **cameras, **printer}


def read(path: Path) -> Settings:
    """Read a settings file (TOML); raises SettingsError naming what to mend."""
    try:
        return msgspec.toml.decode(text_files.read(path), type=Settings)
    except FileNotFoundError as error:
        raise SettingsError(f"{path}: there is no such settings file") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise SettingsError(f"{path}: {error}; mend it there") from error


def write(path: Path, settings: Settings) -> None:
    """Write a settings file so that a power cut leaves the old one or the new one, never half of one."""
    draft = path.with_suffix(".new")
    with draft.open("wb") as file:
        file.write(msgspec.toml.encode(settings))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def settings_of(data: Path, named: Path | None) -> Settings | None:
    """Return the settings of a station, or None when it has none and is a demonstration; raises SettingsError."""
    if named is not None:
        return read(named)
    path = data / SETTINGS_FILE
    return read(path) if path.exists() else None
