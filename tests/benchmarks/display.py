"""A screen of its own for a benchmark: Xvfb where there is one, else Qt's picture in memory."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator

_SIZE = "1920x1080x24"


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """Set the environment for Qt, for this process and those it starts; yields `Xvfb` or `offscreen`."""
    program = shutil.which("Xvfb")
    if program is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        yield "offscreen"
        return
    told, tell = os.pipe()
    command = [program, "-displayfd", str(tell), "-screen", "0", _SIZE, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[tell], stderr=subprocess.DEVNULL)
    os.close(tell)
    try:
        with os.fdopen(told, encoding="ascii") as reader:
            number = reader.readline().strip()
        if not number:
            raise RuntimeError("Xvfb ended before it had a display")
        os.environ.update(DISPLAY=f":{number}", QT_QPA_PLATFORM="xcb", QT_LOGGING_RULES="qt.*.warning=false")
        yield "Xvfb"
    finally:
        server.terminate()
        server.wait()
