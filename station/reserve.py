"""Keeps some disk space back, so that a bench whose disk is full can still finish the parcel on it."""

import shutil
from pathlib import Path

_BYTES = 4 << 20


class Reserve:
    """A file of zeros that is deleted when nothing else fits. `is_spent` tells that it was needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.is_spent = False

    def fill(self) -> None:
        """Put the space aside, if there is plenty; a disk that is nearly full already keeps what it has."""
        try:
            whole = self._path.exists() and self._path.stat().st_size == _BYTES
            if whole or shutil.disk_usage(self._path.parent).free < 4 * _BYTES:
                return
            self._path.write_bytes(bytes(_BYTES))
        except OSError:
            self._path.unlink(missing_ok=True)

    def spend(self) -> bool:
        """Give the space free; returns whether there was any."""
        if not self._path.exists():
            return False
        self._path.unlink()
        self.is_spent = True
        return True
