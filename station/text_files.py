"""Reads files that people write, and says in words, with what to do, why the system gives one or takes none."""

import codecs
import errno
from collections.abc import Mapping
from pathlib import Path

_WORDS: Mapping[int, str] = {
    errno.ENOENT: "is not there; look at its name and its folder",
    errno.EISDIR: "is a folder; name a file in it",
    errno.ENOTDIR: "is not there: a part of the path is a file, not a folder; look at the path",
    errno.ELOOP: "is a link that leads in a circle; name the file itself",
    errno.EACCES: "is closed to this user; ask whoever looks after this computer, or name another place",
    errno.EPERM: "is closed to this user; ask whoever looks after this computer, or name another place",
    errno.ENAMETOOLONG: "has too long a name; give it a shorter one",
    errno.EEXIST: "is there already; move it away, or name another place",
    errno.ENOSPC: "cannot be written: the disk is full; make room",
    errno.EROFS: "cannot be written: the disk can only be read; name another place",
    errno.EIO: "cannot be read or written: the disk fails; save what is on it",
}


def read(path: Path, most: int = -1) -> bytes:
    """Return what a file says, no more than `most` bytes, without the mark that some editors put before UTF-8.

    Raises OSError, for `in_words`.
    """
    with path.open("rb") as file:
        return file.read(most).removeprefix(codecs.BOM_UTF8)


def in_words(error: Exception) -> str:
    """Return what went wrong as a person would say it, with the path; what no system said stays as it is."""
    if not isinstance(error, OSError) or error.errno is None:
        return str(error)
    path = error.filename2 or error.filename
    said = _WORDS.get(error.errno)
    if path is None or isinstance(path, int):
        return f"the system refused it: {said or error.strerror}"
    path = path.decode(errors="replace") if isinstance(path, bytes) else path
    return f"{path} {said}." if said else f"{path}: {error.strerror}."
