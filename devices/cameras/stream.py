"""A bench camera through OpenCV: MJPEG over HTTP, a video file, or a V4L2 device by its by-id path.

Traps this works around: read() after an unplug may go on giving the last frame (opencv issues 14044, 10927),
so a picture that does not change is a fault; buffered frames are older than the request for a still, so they
are dropped; a control that was set may not have been, so it is read back.
"""

import os
import statistics
import threading
import time
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING

from devices.readings import Fault, Frame, NoStill, Still
from devices.worker import DeviceError, Link

if TYPE_CHECKING:
    from cv2 import VideoCapture
    from cv2.typing import MatLike

STILL_LONGEST_PX = 2_048
JPEG_QUALITY = 90
_LIVE_FRAMES = 3
_DROPPED_AT_MOST = 150
_PACE_FRAMES = 15


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """Where the pictures come from and how long they may stay away or stay the same.

    `source`: URL, file, or device path (by-id, never videoN). `controls`: OpenCV property names without
    CAP_PROP_, such as {"AUTOFOCUS": 0, "FOCUS": 30}. Width and height are asked for from devices only.
    """

    source: str
    width: int = 1_920
    height: int = 1_080
    timeout_s: float = 1.5  # stopping waits for a read to end, and has two seconds
    frozen_s: float = 2.0
    look_every_s: float = 0.4
    preview_per_s: float = 15.0
    preview_width: int = 640
    controls: Mapping[str, float] = field(default_factory=dict)


class Camera:
    """The session of one camera. It is up once two different pictures have come."""

    def __init__(self, device: str, settings: CameraSettings) -> None:
        self._device = device
        self._settings = settings
        self._lock = threading.Lock()
        self._requests: deque[str] = deque()
        self._preview_wanted = False
        self._link: Link | None = None
        self._not_controllable: tuple[str, ...] = ()
        self._waits_s: deque[float] = deque(maxlen=_PACE_FRAMES)

    @property
    def not_controllable(self) -> tuple[str, ...]:
        """Names of the controls in the settings that this camera did not take."""
        return self._not_controllable

    def request_still(self, request: str) -> None:
        """Ask for a full-size picture; Still or NoStill with this request answers. From any thread."""
        with self._lock:
            self._requests.append(request)
        if self._link is not None:
            self._link.nudge()

    def want_preview(self, wanted: bool) -> None:
        """Switch Frame readings on or off. From any thread."""
        self._preview_wanted = wanted

    def run(self, link: Link) -> None:
        """Read pictures until told to stop."""
        self._link = link
        self._waits_s.clear()
        try:
            with _opened(self._settings) as (cv2, capture):
                self._not_controllable = _set_controls(cv2, capture, self._settings)
                self._watch(cv2, capture, link)
        except DeviceError as error:
            self._refuse_all(error.why, link)
            raise

    def _watch(self, cv2: ModuleType, capture: "VideoCapture", link: Link) -> None:
        freshness = _Freshness(self._settings)
        file_frame_s = _file_frame_s(cv2, capture, self._settings.source)
        preview_due = 0.0
        while not link.stopping:
            self._grab(cv2, capture, file_frame_s, link)
            now = time.monotonic()
            if freshness.due(now, link.is_up):
                picture = _picture(capture)
                link.saw(b"frame %dx%d" % (picture.shape[1], picture.shape[0]))
                if freshness.look(zlib.crc32(picture.tobytes()), now):
                    link.up()
            if not link.is_up:
                continue
            if self._preview_wanted and now >= preview_due:
                preview_due = now + 1 / self._settings.preview_per_s
                link.post(self._frame(cv2, _picture(capture), now))
            if (request := self._next_request()) is not None:
                self._drop_buffered(cv2, capture, file_frame_s, link)
                if not link.stopping:
                    link.post(self._still(cv2, _picture(capture), request))

    def _grab(self, cv2: ModuleType, capture: "VideoCapture", file_frame_s: float, link: Link) -> None:
        """Wait for the next frame; a file is read at its own pace and starts over at its end."""
        began = time.monotonic()
        if file_frame_s:
            link.wait(file_frame_s)
        if not capture.grab():
            rewound = file_frame_s and capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            if not (rewound and capture.grab()):
                raise DeviceError(Fault.no_frames, f"no frame within {self._settings.timeout_s} s")
        self._waits_s.append(time.monotonic() - began)

    def _drop_buffered(self, cv2: ModuleType, capture: "VideoCapture", file_frame_s: float, link: Link) -> None:
        """Read on until frames had to be waited for: the last of them was taken after the request.

        Frames that waited for us in a buffer come in much less than their usual time. Several are looked at
        together, for on a busy computer a single one may seem slow.
        """
        usual_s = statistics.median(self._waits_s)
        waits_s: deque[float] = deque(maxlen=_LIVE_FRAMES)
        for _ in range(_DROPPED_AT_MOST):
            self._grab(cv2, capture, file_frame_s, link)
            waits_s.append(self._waits_s[-1])
            live = len(waits_s) == _LIVE_FRAMES and sum(waits_s) > usual_s * (_LIVE_FRAMES - 1)
            if link.stopping or live:
                return

    def _next_request(self) -> str | None:
        with self._lock:
            return self._requests.popleft() if self._requests else None

    def _refuse_all(self, why: Fault, link: Link) -> None:
        while not link.stopping and (request := self._next_request()) is not None:
            link.post(NoStill(self._device, request, why, time.monotonic()))

    def _frame(self, cv2: ModuleType, picture: "MatLike", at: float) -> Frame:
        small = _shrunk(cv2, picture, self._settings.preview_width)
        return Frame(self._device, small.tobytes(), small.shape[1], small.shape[0], at)

    def _still(self, cv2: ModuleType, picture: "MatLike", request: str) -> Still:
        full = _shrunk(cv2, picture, STILL_LONGEST_PX)
        done, jpeg = cv2.imencode(".jpg", full, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if not done:
            raise DeviceError(Fault.broken, "the picture could not be encoded")
        height, width = full.shape[:2]
        return Still(self._device, request, jpeg.tobytes(), width, height, time.monotonic())


class _Freshness:
    """Whether pictures still change: a real sensor's noise makes no two the same."""

    def __init__(self, settings: CameraSettings) -> None:
        self._settings = settings
        self._last: int | None = None
        self._changed_at = 0.0
        self._looked_at = 0.0

    def due(self, now: float, up: bool) -> bool:
        """Whether to look at this picture: every one until the camera is up, then a few a second."""
        return not up or now - self._looked_at >= self._settings.look_every_s

    def look(self, fingerprint: int, now: float) -> bool:
        """True when the picture differs from the one before; DeviceError when it has not for too long."""
        self._looked_at = now
        if self._last is None or fingerprint != self._last:
            changed = self._last is not None
            self._last, self._changed_at = fingerprint, now
            return changed
        if now - self._changed_at >= self._settings.frozen_s:
            raise DeviceError(Fault.frozen, f"the same picture for {self._settings.frozen_s} s")
        return False


def _quiet_cv2() -> ModuleType:
    """OpenCV, loaded when the first camera starts (half a second); its own messages say less than ours."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return cv2


@contextmanager
def _opened(settings: CameraSettings) -> "Iterator[tuple[ModuleType, VideoCapture]]":
    cv2 = _quiet_cv2()
    source = settings.source
    if source.startswith("/dev/"):
        parameters = [
            (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
            (cv2.CAP_PROP_FRAME_WIDTH, settings.width),
            (cv2.CAP_PROP_FRAME_HEIGHT, settings.height),
        ]
        capture = cv2.VideoCapture(os.path.realpath(source), cv2.CAP_V4L2)
        for name, value in parameters:
            capture.set(name, value)
    else:
        timeout_ms = round(settings.timeout_s * 1000)
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, timeout_ms, cv2.CAP_PROP_READ_TIMEOUT_MSEC, timeout_ms]
        capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, limits)
    try:
        if not capture.isOpened():
            raise DeviceError(Fault.unreachable, f"{source} cannot be opened")
        yield cv2, capture
    finally:
        capture.release()


def _set_controls(cv2: ModuleType, capture: "VideoCapture", settings: CameraSettings) -> tuple[str, ...]:
    """Set each control and read it back; the names of those that did not take."""
    refused = []
    for name, value in settings.controls.items():
        prop = getattr(cv2, f"CAP_PROP_{name}", None)
        if prop is None or not capture.set(prop, value) or abs(capture.get(prop) - value) > 0.5:
            refused.append(name)
    return tuple(refused)


def _file_frame_s(cv2: ModuleType, capture: "VideoCapture", source: str) -> float:
    """Seconds between frames of a file, or 0 for a live source, which sets its own pace."""
    if "://" in source or source.startswith("/dev/"):
        return 0.0
    return float(1 / (capture.get(cv2.CAP_PROP_FPS) or 15.0))


def _picture(capture: "VideoCapture") -> "MatLike":
    done, picture = capture.retrieve()
    if not done:
        raise DeviceError(Fault.no_frames, "the frame could not be decoded")
    return picture


def _shrunk(cv2: ModuleType, picture: "MatLike", longest_px: int) -> "MatLike":
    height, width = picture.shape[:2]
    factor = longest_px / max(height, width)
    if factor >= 1:
        return picture
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small: MatLike = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return small
