"""A screen of its own for a benchmark: Xvfb where there is one, else Qt's picture in memory."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator

from Xlib import X
from Xlib.display import Display
from Xlib.error import BadWindow
from Xlib.protocol.event import ClientMessage

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


def close_windows(pid: int) -> None:
    """Close the windows of a process as a person does: ask them by WM_DELETE_WINDOW; without X, end it politely."""
    if os.environ["QT_QPA_PLATFORM"] != "xcb":
        os.kill(pid, signal.SIGTERM)
        return
    shown = Display()
    owner, protocols, delete = (shown.intern_atom(n) for n in ("_NET_WM_PID", "WM_PROTOCOLS", "WM_DELETE_WINDOW"))
    for window in shown.screen().root.query_tree().children:
        # A window may go while it is asked.
        with contextlib.suppress(BadWindow):
            found = window.get_full_property(owner, X.AnyPropertyType)
            if found is not None and found.value[0] == pid and delete in (window.get_wm_protocols() or ()):
                data = (32, [delete, X.CurrentTime, 0, 0, 0])
                window.send_event(ClientMessage(window=window, client_type=protocols, data=data))
    shown.sync()
    shown.close()
