"""`returns-station enrol`: lets this bench in at central by a one-time code, and writes it into the settings."""

import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from station.settings import SETTINGS_FILE, CentralSettings, SettingsError, read, write
from sync.client import Client, is_secure
from sync.errors import Refused, Unreachable
from sync.identity import IDENTITY_FOLDER, TOKEN_FILE, adopt, next_key, public_key, sign
from sync.wire import Admission, Enrolment, enrolment_text

_WHY: Mapping[str, str] = {
    "code_unknown": "This code is not open: mistyped, older than ten minutes, or tried too often. Ask for a new one.",
    "code_used": "This code was used: it let another bench in, or this one. Ask for a new one.",
    "other_station": "This code is for another station.",
    "station_taken": "There is a station of this name. Give this bench another one, or ask for a code made for it"
    " (returns-central enrol-code --station); the other computer is then shut out.",
}


def enrol(data: Path, url: str, code: str, ca_file: Path | None) -> int:
    """Get this bench in, or in again; raises SettingsError, with settings as they were, and OSError.

    The key is written before anything is asked: when the answer is lost, the same command gets it again.
    """
    path = data / SETTINGS_FILE
    settings = read(path)
    if not _is_address(url):
        raise SettingsError(f"{url!r} is no address, such as https://central.example")
    if not is_secure(url):
        raise SettingsError(f"{url} is not safe: anybody could listen. Central's address begins with https://.")
    authorities = str(ca_file.absolute()) if ca_file is not None else ""
    token_file = (data / IDENTITY_FOLDER / TOKEN_FILE).absolute()
    admission = _ask(url, settings.station, code.strip(), next_key(token_file), authorities)
    adopt(token_file, admission)
    central = CentralSettings(url, admission.site, str(token_file), authorities)
    write(path, msgspec.structs.replace(settings, central=central))
    sys.stdout.write(
        f"Station {settings.station} is let in at {url}, site {admission.site}. What waits here is sent now,"
        " or at the next start.\n"
    )
    return 0


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _ask(url: str, station: str, code: str, key: bytes, ca_file: str) -> Admission:
    signature = sign(key, enrolment_text(code, station))
    client = Client(url, station, "", ca_file=ca_file)
    try:
        return client.enrol(Enrolment(code, station, public_key(key), signature))
    except Refused as error:
        raise SettingsError(_WHY.get(error.code, f"Central refuses this bench: {error}.")) from error
    except Unreachable as error:
        raise SettingsError(f"Central cannot be reached: {error}. Nothing was changed; try again.") from error
    finally:
        client.close()
