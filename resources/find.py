"""Finds the data files that travel with the program: in a checkout, an installed copy, a frozen build."""

from importlib.resources import files
from pathlib import Path, PurePosixPath


def path(name: str) -> Path:
    """The place of one data file or folder; `name` is its path below `resources/`, `.` that folder itself.

    Raises ValueError for a name that leaves the folder, FileNotFoundError for one that is not there.
    """
    place = _place(name)
    if not place.exists():
        raise FileNotFoundError(f"no data file named {name!r}")
    return place


def read(name: str) -> bytes:
    """The content of one data file; the errors are those of `path`."""
    return path(name).read_bytes()


def names(folder: str) -> list[str]:
    """What lies directly in a folder, sorted, each entry a name that `path` and `read` take.

    Program files and hidden ones are left out.
    """
    return sorted(
        str(PurePosixPath(folder) / entry.name)
        for entry in path(folder).iterdir()
        if not entry.name.startswith((".", "_")) and entry.suffix not in (".py", ".pyc")
    )


def _place(name: str) -> Path:
    parts = PurePosixPath(name).parts
    if not name or name.startswith("/") or ".." in parts or "\\" in name or ":" in name:
        raise ValueError(f"not the name of a data file: {name!r}")
    # A frozen build unpacks data as plain files and answers with a real path; a zipped package would not.
    return Path(str(files(__package__))).joinpath(*parts)
