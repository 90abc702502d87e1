"""What can keep the journal from being opened or written, each with a code and a plain sentence.

The codes: disk_full, disk_error, read_only, in_use, busy, damaged, missing, newer, other_station, unsafe_sqlite.
"""

import shutil
from pathlib import Path
from typing import Literal

from sqlalchemy.exc import DBAPIError

from station.errors import JournalBusy, JournalError

__all__ = ["JournalBusy", "JournalDamaged", "JournalError", "from_database"]

_ALMOST_FULL_BYTES = 1 << 20
# What Python's driver says of a text in which the disk changed a bit.
_NO_TEXT = "Could not decode to UTF-8"


class JournalDamaged(JournalError):
    """The journal is not whole. It is left as it is; `station.salvage` saves what can be read."""

    def __init__(self, text: str, code: Literal["damaged", "missing"] = "damaged") -> None:
        super().__init__(code, text)


def from_database(error: DBAPIError, path: Path) -> JournalError:
    """Return what a database error means for the journal at `path`.

    SQLite says "disk I/O error" for some writes that failed for want of space, so the disk itself is asked.
    """
    name = getattr(error.orig, "sqlite_errorname", None) or ""
    if name == "SQLITE_FULL" or (name.startswith("SQLITE_IOERR") and _is_almost_full(path.parent)):
        return JournalError("disk_full", "The disk is full: nothing can be saved.")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or _NO_TEXT in str(error.orig):
        return JournalDamaged(f"The journal {path.name} is damaged: {error.orig}.")
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN", "SQLITE_AUTH")):
        return JournalError("read_only", f"The journal {path.name} may not be written: {error.orig}.")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return JournalError("in_use", f"Another program holds the journal {path.name} locked.")
    return JournalError("disk_error", f"The journal {path.name} cannot be read or written: {error.orig}.")


def _is_almost_full(folder: Path) -> bool:
    return shutil.disk_usage(folder).free < _ALMOST_FULL_BYTES
