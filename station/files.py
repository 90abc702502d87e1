"""Makes changes to files last through a power cut."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make a new file or a rename in the folder durable; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_in_place(new: Path, path: Path) -> None:
    """Rename a file to its real name, durably: after a power cut there is the old one or the whole new one."""
    with new.open("rb+") as file:
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(path.parent)
