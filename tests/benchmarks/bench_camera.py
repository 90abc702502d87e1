"""How smoothly a full HD camera is shown in the real window while its picture is judged for the automatic shutter, how
long the window is held up meanwhile, and how long a still takes, which is the best of three pictures. The camera is a
simulated one of 30 frames a second over HTTP; its driver reads barcodes as well.
"""

import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from big_site import figure, open_place, p99
from display import screen
from PySide6.QtCore import QTimer

from devices.cameras.codes import CodeSettings
from devices.cameras.stream import Camera, CameraSettings
from devices.readings import Frame, Still, Up
from devices.simulators.process import Simulator
from devices.worker import NETWORK_BACKOFF_S, Worker
from station.cli.watching import Watcher
from station.inputs import FrameJudged, PhotoReady
from station.settings import Settings
from ui.app import App

PREVIEW_FPS = 15.0
IDLE_S = 5.0
PLAIN_S = 10.0
SHOWN_S = 20.0
STILLS = 20
_TICK_MS = 5
_GIVE_UP_MS = 100_000


class Watch:
    """Counts the pictures that were painted, and how much later than due the window's own ticks come."""

    def __init__(self, app: App, camera: Camera) -> None:
        self._app, self._camera = app, camera
        self._mats = tempfile.TemporaryDirectory()
        self._watcher = Watcher(self.take, Path(self._mats.name))
        self._watcher.due("bench/whole/0", "whole", None)
        self.plain_began = self.plain_ended = self.began = self.ended = 0.0
        self.frames: set[float] = set()
        self.judged: list[float] = []
        self.ready = 0
        self.idle_s: list[float] = []
        self.plain_s: list[float] = []
        self.late_s: list[float] = []
        self.still_s: list[float] = []
        self._asked_at = 0.0
        self._due = 0.0
        self._tick = QTimer()
        self._tick.timeout.connect(self._look)

    def take(self, value: Any) -> None:
        """Bring what the driver says to the window; called in the driver's thread."""
        if isinstance(value, Frame):
            self.frames.add(value.at)
        if isinstance(value, FrameJudged) and self.began:
            self.judged.append(time.monotonic())
        self.ready += isinstance(value, PhotoReady)
        if isinstance(value, Still):
            self.still_s.append(time.monotonic() - self._asked_at)
            if len(self.still_s) < STILLS:
                threading.Timer(0.2, self.shoot).start()
        self._app.post(value)

    def shoot(self) -> None:
        """Ask for a still."""
        self._asked_at = time.monotonic()
        self._camera.request_still(f"bench-{len(self.still_s)}")

    def begin(self) -> None:
        """Watch for a while without and with the live picture on the screen, then take stills, then close."""
        self._app.window.page_wanted.emit("devices")
        self._camera.want_preview(False)
        self._due = time.monotonic() + 1.0
        self._tick.start(_TICK_MS)
        QTimer.singleShot(round(IDLE_S * 1000), self._show)

    def _show(self) -> None:
        self._camera.want_preview(True)
        QTimer.singleShot(2_000, self._measure_plain)

    def _measure_plain(self) -> None:
        self.plain_began = time.monotonic()
        QTimer.singleShot(round(PLAIN_S * 1000), self._gate)

    def _gate(self) -> None:
        self.plain_ended = time.monotonic()
        self._camera.want_preview(True, partial(self._watcher.see, "camera"))
        QTimer.singleShot(1_000, self._measure)

    def _measure(self) -> None:
        self.began = time.monotonic()
        QTimer.singleShot(round(SHOWN_S * 1000), self._stills)

    def _look(self) -> None:
        now = time.monotonic()
        if self.ended:
            if len(self.still_s) >= STILLS:
                self._app.qt.quit()
            return
        (self.late_s if self.began else self.plain_s if self.plain_began else self.idle_s).append(
            max(0.0, now - self._due)
        )
        self._due = now + _TICK_MS / 1000

    def _stills(self) -> None:
        self.ended = time.monotonic()
        self._camera.want_preview(False)
        self._watcher.close()
        self._mats.cleanup()
        self.shoot()


def measure() -> dict[str, dict[str, Any]]:
    """Pictures a second that reach the window at 1080p with the gate and the shutter on, and that the gate judges, how
    late the window's ticks are (p99) beside those without a picture, and the time of a still (median).
    """
    simulator = Simulator("camera", ["--width", "1920", "--height", "1080", "--frames-per-s", "30"])
    try:
        simulator.do("scene", category="footwear", seed=7, ean="4006381333931")
        with tempfile.TemporaryDirectory() as name, screen() as kind:
            app = App(Settings())
            with open_place(Path(name), app.post) as place:
                camera = Camera("camera", CameraSettings(simulator.address, codes=CodeSettings()))
                watch = Watch(app, camera)
                worker = Worker("camera", camera, watch.take, NETWORK_BACKOFF_S)
                for device in ("scanner", "scale", "printer"):
                    app.post(Up(device, time.monotonic()))
                QTimer.singleShot(_GIVE_UP_MS, lambda: app.qt.exit(1))
                worker.start()
                code = app.run(place, usable=watch.begin)
                worker.stop()
                app.close()
    finally:
        simulator.close()
    if code:
        raise RuntimeError(f"not done in {_GIVE_UP_MS / 1000:.0f} s")
    if not watch.ready:
        raise RuntimeError("the shutter never went off")
    shown = [at for at in watch.frames if watch.began <= at <= watch.ended]
    plain = [at for at in watch.frames if watch.plain_began <= at <= watch.plain_ended]
    judged = [at for at in watch.judged if watch.began <= at <= watch.ended]
    return {
        "preview_fps_1080p": figure(len(shown) / (watch.ended - watch.began), f"fps ({kind})", PREVIEW_FPS, len(shown)),
        "preview_fps_1080p_no_gate": figure(len(plain) / PLAIN_S, f"fps ({kind})", PREVIEW_FPS, len(plain)),
        "gate_fps_1080p": figure(len(judged) / (watch.ended - watch.began), f"fps ({kind})", PREVIEW_FPS, len(judged)),
        "ui_blocked_p99_ms": figure(
            p99(watch.late_s) * 1000, f"ms ({kind})", round(p99(watch.idle_s) * 1000, 2), len(watch.late_s)
        ),
        "ui_blocked_p99_no_gate_ms": figure(p99(watch.plain_s) * 1000, f"ms ({kind})", None, len(watch.plain_s)),
        "still_ms": figure(median(watch.still_s) * 1000, "ms", None, len(watch.still_s)),
    }
