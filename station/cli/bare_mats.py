"""The picture of the mat with nothing on it, kept over a restart: a file for each camera, beside the journal."""

import logging
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from grading import mat
from grading.jpeg import decode, encode
from station.files import put_in_place

KEPT_S = 7 * 24 * 3600.0
"""An older picture is none: cameras are knocked, and lamps are changed."""

LARGEST_BYTES = 16 * 1024**2

_log = logging.getLogger(__name__)


def keep(folder: Path, device: str, pixels: Any) -> None:
    """Keep the picture of a camera's bare mat in the place of the one before; what fails is only told to the log."""
    path = _path(folder, device)
    new = path.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        new.write_bytes(encode(pixels))
        put_in_place(new, path)
    except OSError as error:
        _log.info("the picture of the bare mat could not be kept: %s", error)


def kept(folder: Path, device: str) -> Any | None:
    """Return the picture that was kept for a camera; None for an old, huge or broken file, and one with no bare mat."""
    path = _path(folder, device)
    try:
        told = path.stat()
        # A clock that was set back makes a file of tomorrow: how old that is nobody knows.
        if not 0 <= time.time() - told.st_mtime <= KEPT_S or told.st_size > LARGEST_BYTES:
            return None
        pixels = decode(path.read_bytes())
    except OSError:
        return None
    if pixels is None:
        return None
    found = mat.locate_in(pixels)
    return pixels if found is not None and mat.is_bare(pixels, found) else None


def _path(folder: Path, device: str) -> Path:
    return folder / f"{quote(device, safe='')}.jpg"
