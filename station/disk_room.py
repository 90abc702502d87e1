"""How much room is left on the disk: what is deleted when it grows scarce, and what must stop.

A share of the disk, but of a large one no more than bytes that last for days: a bench takes half a gigabyte a day.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

LOW_PERCENT, SHORT_PERCENT = 10, 5
LOW_BYTES, SHORT_BYTES = 4 << 30, 2 << 30

# Total and free bytes of the disk a folder lies on.
Room = Callable[[Path], tuple[int, int]]


def room(folder: Path) -> tuple[int, int]:
    """Return total and free bytes of the disk that a folder lies on, or will; a disk that cannot be asked has room."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return 1, 1
    return usage.total, usage.free


def is_low(total: int, free: int) -> bool:
    """Tell whether photos that central has are to go, before anything else is in need."""
    return free < min(total * LOW_PERCENT // 100, LOW_BYTES)


def is_short(total: int, free: int) -> bool:
    """Tell whether what is left is for facts alone."""
    return free < min(total * SHORT_PERCENT // 100, SHORT_BYTES)
