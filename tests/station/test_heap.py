"""What the window's process frees is given back to the computer."""

import subprocess
import sys

import pytest

# Sixteen threads each hold pieces as large as a photo, and let all but a later small one go.
_THREADS = """
import sys, threading, psutil
if sys.argv[1] == "given":
    from station.heap import give_back_what_is_freed
    assert give_back_what_is_freed()
import ctypes
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
libc.free(libc.malloc(30 << 20))
def work(gate):
    pieces = [libc.malloc(3 << 20) for _ in range(8)]
    for piece in pieces: ctypes.memset(piece, 1, 3 << 20)
    gate.wait()
    small = libc.malloc(64)
    for piece in pieces: libc.free(piece)
    gate.wait()
before = psutil.Process().memory_info().rss
gate = threading.Barrier(17)
threads = [threading.Thread(target=work, args=(gate,)) for _ in range(16)]
for each in threads: each.start()
gate.wait(); gate.wait()
for each in threads: each.join()
print((psutil.Process().memory_info().rss - before) >> 20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of Linux is told")
def test_memory_that_threads_let_go_is_given_back() -> None:
    kept, given = (
        int(subprocess.run([sys.executable, "-c", _THREADS, how], capture_output=True, text=True, check=True).stdout)
        for how in ("kept", "given")
    )
    assert given < kept / 2
