"""The settings of one bench: who it is, where central is, and which devices lie on its table."""

import os
from pathlib import Path

import msgspec

SETTINGS_FILE = "settings.toml"


class SettingsError(ValueError):
    """A settings file that cannot be used; the message names the place in the file and what to mend."""


class CentralSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the central records are: base URL, the site this bench belongs to, and the file that holds its token."""

    url: str = ""
    site: str = ""
    token_file: str = ""


class SerialSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device on a serial line: `port` is a /dev/serial/by-id link, COM name or rfc2217:// URL; empty means none."""

    port: str = ""
    baud: int = 9600


class CameraSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A camera: `source` is a /dev/v4l/by-id link, an http(s) MJPEG address or a video file; empty means none."""

    source: str = ""


class PrinterSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ZPL printer on TCP: host, port and dots per inch; an empty host means none."""

    host: str = ""
    port: int = 9100
    dpi: int = 203


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of a bench. `station` is the three-character code in every plate it prints; it must be unique."""

    station: str = "A01"
    bench: str = "Bench 1"
    language: str = "en"
    theme: str = "light"
    sound: bool = True
    reduced_motion: bool = False
    central: CentralSettings = CentralSettings()
    scanner: SerialSettings = SerialSettings()
    scale: SerialSettings = SerialSettings()
    camera: CameraSettings = CameraSettings()
    printer: PrinterSettings = PrinterSettings()


def read(path: Path) -> Settings:
    """Read a settings file (TOML); raises SettingsError naming what to mend."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Settings)
    except FileNotFoundError as error:
        raise SettingsError(f"{path}: there is no such settings file") from error
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
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
