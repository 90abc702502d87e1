"""Keeps freed memory from staying with a process that runs for a shift and has photos going through many threads."""

import ctypes
import sys

# malloc.h of glibc, and mallopt(3).
_TRIM_THRESHOLD = -1
_MMAP_THRESHOLD = -3
_ARENA_MAX = -8
_MIB = 1 << 20


def give_back_what_is_freed() -> bool:
    """Let the C library share two heaps among all threads and give large pieces back at once; tell whether it will.

    As it comes, each thread gets a heap of its own, and the size from which a piece is returned grows with the pieces:
    photos that were let go long ago stay in dozens of heaps. Called before the threads begin. Other systems than Linux
    with glibc are left as they are.
    """
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    wanted = ((_ARENA_MAX, 2), (_MMAP_THRESHOLD, 2 * _MIB), (_TRIM_THRESHOLD, 4 * _MIB))
    return sum(int(mallopt(parameter, value)) for parameter, value in wanted) == len(wanted)
