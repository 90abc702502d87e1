"""The photos of a station, as files named by their SHA-256: whole or not there, whatever happens to the power."""

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from station.files import sync_folder

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_UNFINISHED = ".part"
_RELEASED = "released.txt"
_GONE = ".gone"
_FULL = (errno.ENOSPC, errno.EDQUOT)


class PhotoError(Exception):
    """A photo could not be saved; `code` is disk_full, disk_low, read_only or disk_error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _say_nothing(_point: str) -> None:
    pass


def _has_room(_folder: Path) -> bool:
    return True


class PhotoStore:
    """A folder of JPEG files, `ab/cd/<sha256>.jpg`. Usable from several threads and processes.

    `trace` is called at the named points of a save (after_part, before_rename, after_rename, after_sync), so that a
    test can end the process there. Where `has_room` says no, nothing more is saved: what is left is for facts.
    """

    def __init__(
        self,
        folder: Path,
        trace: Callable[[str], None] = _say_nothing,
        has_room: Callable[[Path], bool] = _has_room,
    ) -> None:
        self._folder = folder
        self._trace = trace
        self._has_room = has_room

    def path(self, sha256: str) -> Path:
        """Return where a photo lies or would lie; raises ValueError for anything but 64 lower-case hex digits."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a SHA-256: {sha256[:80]!r}")
        return self._folder / sha256[:2] / sha256[2:4] / f"{sha256}.jpg"

    def has(self, sha256: str) -> bool:
        """Tell whether there is a file for a photo; `is_whole` reads it."""
        return self.path(sha256).is_file()

    def is_whole(self, sha256: str) -> bool:
        """Tell whether a photo is there and its content still has its hash."""
        try:
            return hashlib.sha256(self.path(sha256).read_bytes()).hexdigest() == sha256
        except OSError:
            return False

    def put(self, jpeg: bytes) -> str:
        """Save a photo durably and return its SHA-256: only now may a fact name it. Raises PhotoError.

        A photo that is already there is left alone, unless its file was damaged.
        """
        sha256 = hashlib.sha256(jpeg).hexdigest()
        path = self.path(sha256)
        if not self._has_room(self._folder):
            raise PhotoError("disk_low", "The disk is nearly full: the photo is not saved.")
        try:
            if not self.is_whole(sha256):
                self._save(path, jpeg)
        except OSError as error:
            raise _error(error) from error
        return sha256

    def all(self) -> Iterator[str]:
        """Yield the SHA-256 in the name of every photo file, in order."""
        for path in sorted(self._folder.glob("??/??/*.jpg")):
            if _SHA256.fullmatch(path.stem):
                yield path.stem

    def release(self, sha256: str) -> bool:
        """Delete a photo that central has, once it is written down that this was meant; False when there is none."""
        if not self.has(sha256):
            return False
        try:
            self._note_released(sha256)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            self._release_on_full_disk(sha256)
        self.path(sha256).unlink(missing_ok=True)
        return True

    def _note_released(self, sha256: str) -> None:
        with (self._folder / _RELEASED).open("a", encoding="ascii") as file:
            # A line that was torn before must not spoil this one.
            file.write(f"\n{sha256}\n")
            file.flush()
            os.fsync(file.fileno())

    def _release_on_full_disk(self, sha256: str) -> None:
        """Say by a new name, which needs no room, that a photo is meant to go; the room it had is enough for the line.

        What is cut off in between, `sweep` ends, and `released` counts it.
        """
        gone = self.path(sha256).with_suffix(_GONE)
        self.path(sha256).replace(gone)
        sync_folder(gone.parent)
        self._end(gone)

    def _end(self, gone: Path) -> None:
        os.truncate(gone, 0)
        self._note_released(gone.stem)
        gone.unlink(missing_ok=True)

    def released(self) -> frozenset[str]:
        """Return the photos that were deleted because central has them; a line a power cut tore counts for nothing."""
        going = [path.stem for path in self._folder.glob(f"??/??/*{_GONE}")]
        try:
            lines = (self._folder / _RELEASED).read_text(encoding="ascii", errors="replace").splitlines()
        except FileNotFoundError:
            lines = []
        return frozenset(line for line in [*lines, *going] if _SHA256.fullmatch(line))

    def sweep(self) -> int:
        """Remove what interrupted saves left behind and return how many; only while nobody else saves.

        What was on its way out goes as well, if there is room for the line that says so.
        """
        for gone in list(self._folder.glob(f"??/??/*{_GONE}")):
            with suppress(OSError):
                self._end(gone)
        parts = list(self._folder.glob(f"??/??/*{_UNFINISHED}"))
        for part in parts:
            part.unlink()
        return len(parts)

    def _save(self, path: Path, jpeg: bytes) -> None:
        for folder in (self._folder, path.parent.parent, path.parent):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                sync_folder(folder.parent)
        part = path.with_name(f"{path.stem}.{secrets.token_hex(4)}{_UNFINISHED}")
        try:
            with part.open("xb") as file:
                file.write(jpeg)
                file.flush()
                self._trace("after_part")
                os.fsync(file.fileno())
            self._trace("before_rename")
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        self._trace("after_rename")
        sync_folder(path.parent)
        self._trace("after_sync")


def _error(error: OSError) -> PhotoError:
    if error.errno in _FULL:
        return PhotoError("disk_full", "The disk is full: the photo cannot be saved.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return PhotoError("read_only", f"The photo folder may not be written: {error.strerror}.")
    return PhotoError("disk_error", f"The photo cannot be saved: {error.strerror}.")
