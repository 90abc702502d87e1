"""A bench camera through OpenCV: MJPEG over HTTP, a video file, or a V4L2 device by its by-id path.

Traps this works around: read() after an unplug may go on giving the last frame (opencv issues 14044, 10927), so a
picture that does not change is a fault; buffered frames are older than the request for a still, and how many there are
cannot be told, so a stream is opened anew and a driver's buffers are emptied; one frame that cannot be decoded is no
fault, none for a while is one. What cannot be seen through OpenCV: a stream that changes its size goes on in the size
it began with, scaled, until a still opens it anew.
"""

import os
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING

from devices.cameras.codes import CodeReader, CodeSettings
from devices.cameras.controls import HOLDABLE, Control, fix, hold, release
from devices.readings import Fault, Frame, NoStill, Still
from devices.worker import DeviceError, Link

if TYPE_CHECKING:
    from cv2 import VideoCapture
    from cv2.typing import MatLike

STILL_LONGEST_PX = 2_048
JPEG_QUALITY = 90
# How long frames may fail to be read or decoded, one after another, before the camera is down.
PATIENCE_S = 0.4
_RETRY_S = 0.02
# OpenCV asks V4L2 for four; what finds none empty is thrown away by the driver.
_BUFFERS = 5


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """Where the pictures come from and how long they may stay away or stay the same.

    `source`: URL, file, or device path (by-id, never videoN). Width and height are asked for from devices only.
    `controls`: OpenCV property names without CAP_PROP_, such as {"AUTOFOCUS": 0, "FOCUS": 30}, set at open.
    `held`: which of focus, exposure and white_balance are held at what they found `settle_s` after the camera
    came up; one that `controls` sets is left as it is set. `codes`: barcodes are read in the live picture.
    `burst`: of so many pictures in a row the sharpest becomes the still; each costs the time of a frame.
    """

    source: str
    width: int = 1_920
    height: int = 1_080
    timeout_s: float = 1.5  # stopping waits for a read to end, and has two seconds
    frozen_s: float = 2.0
    look_every_s: float = 0.4
    preview_per_s: float = 20.0
    preview_width: int = 640
    controls: Mapping[str, float] = field(default_factory=dict)
    held: tuple[str, ...] = tuple(HOLDABLE)
    settle_s: float = 2.0
    codes: CodeSettings | None = None
    burst: int = 3


class Camera:
    """The session of one camera. It is up once two different pictures have come."""

    def __init__(self, device: str, settings: CameraSettings) -> None:
        self._device = device
        self._settings = settings
        self._requests: deque[str] = deque()
        self._preview_wanted = False
        self._look: Callable[[MatLike, float], None] | None = None
        self._preview_due = 0.0
        self._link: Link | None = None
        self._controls: tuple[Control, ...] = ()
        self._reader = CodeReader(device, settings.codes) if settings.codes is not None else None

    @property
    def controls(self) -> tuple[Control, ...]:
        """Each control as it was last read back from the camera; empty before it was opened. From any thread."""
        return self._controls

    def request_still(self, request: str) -> None:
        """Ask for a full-size picture; Still or NoStill with this request answers. From any thread."""
        self._requests.append(request)
        if self._link is not None:
            self._link.nudge()

    def want_preview(self, wanted: bool, look: "Callable[[MatLike, float], None] | None" = None) -> None:
        """Switch Frame readings on or off. From any thread.

        `look` is given each picture that is shown, in full size (BGR), with its time, in the driver's thread: it must
        return at once, and may keep the picture.
        """
        self._preview_wanted, self._look = wanted, look

    def leave(self) -> tuple[NoStill, ...]:
        """Give up every still that was asked for, when the worker was stopped for good; each is answered."""
        left, self._requests = self._requests, deque()
        return tuple(NoStill(self._device, each, Fault.unreachable, time.monotonic()) for each in left)

    def run(self, link: Link) -> None:
        """Read pictures until told to stop."""
        self._link = link
        try:
            with _opened(self._settings) as (cv2, capture):
                self._watch(cv2, capture, link)
        except DeviceError as error:
            self._refuse_all(error.why, link)
            raise

    def _watch(self, cv2: ModuleType, capture: "VideoCapture", link: Link) -> None:
        freshness = _Freshness(self._settings)
        steady = _Steady(cv2, capture, self._settings)
        self._controls = steady.begin()
        file_frame_s = _file_frame_s(cv2, capture, self._settings.source)
        decoded_at = time.monotonic()
        while not link.stopping:
            self._grab(cv2, capture, file_frame_s, link)
            now = time.monotonic()
            request = self._next_request() if link.is_up else None  # it stays in the queue until it is answered
            if request is not None:
                self._leave_behind(cv2, capture, file_frame_s, link)
            elif not (freshness.due(now, link.is_up) or self._is_wanted(now, link)):
                continue
            if link.stopping:
                return
            picture = _picture(capture)
            if picture is None:
                self._outlive(decoded_at)
                continue
            decoded_at = now
            changed = False
            if request is not None or freshness.due(now, link.is_up):
                link.saw(b"frame %dx%d" % (picture.shape[1], picture.shape[0]))
                changed = freshness.look(zlib.crc32(picture.data), now)
            if changed:
                link.up()
            if request is not None and changed:  # else it may show what was there before
                best = self._sharpest(cv2, capture, picture, file_frame_s, link)
                link.post(self._still(cv2, best, request))
                self._requests.popleft()
            if link.is_up:
                self._controls = steady.held(now) or self._controls
                self._show(cv2, picture, now, link)

    def _is_wanted(self, now: float, link: Link) -> bool:
        """Whether anybody wants this picture, for the screen or for its codes."""
        shown = self._preview_wanted and now >= self._preview_due
        return link.is_up and (shown or (self._reader is not None and self._reader.due(now)))

    def _show(self, cv2: ModuleType, picture: "MatLike", now: float, link: Link) -> None:
        """Post what the picture is wanted for."""
        if self._preview_wanted and now >= self._preview_due:
            # From when it was due, not from now: else a camera of 30 frames would be shown at 15 and not at 20.
            period_s = 1 / self._settings.preview_per_s
            self._preview_due = max(self._preview_due + period_s, now - period_s)
            link.post(self._frame(cv2, picture, now))
            look = self._look
            if look is not None:
                look(picture, now)
        if self._reader is not None and self._reader.due(now):
            for scan in self._reader.look(cv2, picture, now):
                link.post(scan)

    def _outlive(self, decoded_at: float) -> None:
        """A frame could not be decoded: go on with the next, unless it has been so for too long."""
        if time.monotonic() - decoded_at > PATIENCE_S + self._settings.look_every_s:
            raise DeviceError(Fault.no_frames, "no frame could be decoded")

    def _grab(self, cv2: ModuleType, capture: "VideoCapture", file_frame_s: float, link: Link) -> None:
        """Wait for the next frame; a file is read at its own pace and starts over at its end."""
        began = time.monotonic()
        if file_frame_s:
            link.wait(file_frame_s)
        while not capture.grab() and not link.stopping:
            if file_frame_s and capture.set(cv2.CAP_PROP_POS_FRAMES, 0) and capture.grab():
                break
            waited_s = time.monotonic() - began
            if waited_s >= self._settings.timeout_s:
                raise DeviceError(Fault.no_frames, f"no frame for {waited_s:.1f} s")
            if waited_s > PATIENCE_S:
                raise DeviceError(Fault.lost, "the stream ended")
            link.wait(_RETRY_S)

    def _leave_behind(self, cv2: ModuleType, capture: "VideoCapture", file_frame_s: float, link: Link) -> None:
        """Grab a frame that was taken after now.

        A new connection carries what is sent on it and nothing older; that costs less than a frame's time, and no
        busy computer can be misled, as it is by how fast frames come. A driver has a few buffers and no more.
        """
        if "://" not in self._settings.source:
            for _ in range(_BUFFERS):
                self._grab(cv2, capture, file_frame_s, link)
            return
        if not capture.open(self._settings.source, cv2.CAP_FFMPEG, _limits(cv2, self._settings)):
            raise DeviceError(Fault.lost, "the stream could not be opened anew")
        self._grab(cv2, capture, file_frame_s, link)

    def _sharpest(
        self, cv2: ModuleType, capture: "VideoCapture", first: "MatLike", file_frame_s: float, link: Link
    ) -> "MatLike":
        """Return the best of a few pictures in a row: one may be shaken, or damaged on its way.

        Of one scene the variance of the Laplacian tells the sharper picture (Pech-Pacheco 2000); damage, which makes
        edges, is seldom and the same size of picture is kept.
        """
        best, most = first, _detail(cv2, first)
        for _ in range(self._settings.burst - 1):
            self._grab(cv2, capture, file_frame_s, link)
            picture = _picture(capture)
            if link.stopping or picture is None or picture.shape != first.shape:
                continue
            detail = _detail(cv2, picture)
            if detail > most:
                best, most = picture, detail
        return best

    def _next_request(self) -> str | None:
        """Return the request that is due; only the worker's thread takes any away."""
        return self._requests[0] if self._requests else None

    def _refuse_all(self, why: Fault, link: Link) -> None:
        while not link.stopping and (request := self._next_request()) is not None:
            self._requests.popleft()
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


class _Steady:
    """Sets the controls of one connection, and holds the automatic ones once they have found themselves."""

    def __init__(self, cv2: ModuleType, capture: "VideoCapture", settings: CameraSettings) -> None:
        self._cv2, self._capture, self._settings = cv2, capture, settings
        self._names = [name for name in settings.held if HOLDABLE[name].value not in settings.controls]
        self._fixed: tuple[Control, ...] = ()
        self._hold_at = 0.0
        self._done = not self._names

    def begin(self) -> tuple[Control, ...]:
        """Set what the settings say and let the rest find itself."""
        waiting = release(self._cv2, self._capture, self._names)
        self._fixed = fix(self._cv2, self._capture, self._settings.controls)
        return (*self._fixed, *waiting)

    def held(self, now: float) -> tuple[Control, ...]:
        """All controls, at the moment when they are held; nothing before and after."""
        self._hold_at = self._hold_at or now + self._settings.settle_s
        if self._done or now < self._hold_at:
            return ()
        self._done = True
        return (*self._fixed, *hold(self._cv2, self._capture, self._names))


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
    # Seconds a V4L2 read waits: ten, where nobody says otherwise, and a worker has two seconds to stop.
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1")
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
        capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, _limits(cv2, settings))
    try:
        if not capture.isOpened():
            raise DeviceError(Fault.unreachable, f"{source} cannot be opened")
        yield cv2, capture
    except cv2.error as error:
        raise DeviceError(Fault.broken, str(error)) from error
    finally:
        capture.release()


def _limits(cv2: ModuleType, settings: CameraSettings) -> list[int]:
    timeout_ms = round(settings.timeout_s * 1000)
    return [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, timeout_ms, cv2.CAP_PROP_READ_TIMEOUT_MSEC, timeout_ms]


def _file_frame_s(cv2: ModuleType, capture: "VideoCapture", source: str) -> float:
    """Seconds between frames of a file, or 0 for a live source, which sets its own pace."""
    if "://" in source or source.startswith("/dev/"):
        return 0.0
    return float(1 / (capture.get(cv2.CAP_PROP_FPS) or 15.0))


def _picture(capture: "VideoCapture") -> "MatLike | None":
    """The grabbed frame, or None when it cannot be decoded."""
    done, picture = capture.retrieve()
    return picture if done and picture is not None and picture.size else None


def _detail(cv2: ModuleType, picture: "MatLike") -> float:
    """How much detail a picture has, measured at half its size, where the sensor's grain counts less."""
    small = _shrunk(cv2, cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), max(picture.shape[:2]) // 2)
    return float(cv2.meanStdDev(cv2.Laplacian(small, cv2.CV_32F))[1][0][0])


def _shrunk(cv2: ModuleType, picture: "MatLike", longest_px: int) -> "MatLike":
    height, width = picture.shape[:2]
    factor = longest_px / max(height, width)
    if factor >= 1:
        return picture
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small: MatLike = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return small
