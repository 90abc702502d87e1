"""One thread owns one device: connect, run, and after any failure back off and connect again."""

import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from devices.readings import Down, Fault, Reading, Up

_log = logging.getLogger(__name__)

# Errors name the address they are about, with who may use it: that is for nobody's log.
_PASSWORD = re.compile(r"://[^/@\s]*@")

STOP_WITHIN_S = 2.0
RECENT_FRAMES = 200
BACKOFF_S = (0.5, 5.0)
# No folder tells when a printer or camera on the network is back, and a connection that is refused costs nothing.
NETWORK_BACKOFF_S = (0.5, 1.0)

# "lost" has no bytes: the line broke, and nothing comes any more until it is open again.
Direction = Literal["in", "out", "lost"]
# Takes the device's name, the direction and the bytes; must not block and must not fail.
Record = Callable[[str, Direction, bytes], None]


class DeviceError(Exception):
    """The device is of no use at the moment: `why` for the screen, `detail` for the log."""

    def __init__(self, why: Fault, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else str(why))
        self.why = why
        self.detail = detail


@dataclass(frozen=True, slots=True)
class RawFrame:
    """Bytes as they came from the device, for the device doctor; `at` is monotonic seconds."""

    at: float
    raw: bytes


class Link:
    """What a session may do to the world: post readings, say up or down, remember raw bytes, wait."""

    def __init__(self, device: str, post: Callable[[Reading], None], record: Record | None = None) -> None:
        self.device = device
        self.post = post
        self._record = record
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._up = False
        self._why: Fault | None = None
        self._open = False
        self._recent: deque[RawFrame] = deque(maxlen=RECENT_FRAMES)

    @property
    def is_up(self) -> bool:
        """Whether the last thing reported was Up."""
        return self._up

    @property
    def stopping(self) -> bool:
        """Whether the session must return now."""
        return self._stop.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep, but wake at once when nudged or told to stop; True when stopping."""
        if not self._stop.is_set():
            self._wake.wait(seconds)
            self._wake.clear()
        return self._stop.is_set()

    def nudge(self) -> None:
        """There is something to do: end the present or the next wait; from any thread."""
        self._wake.set()

    def stop(self) -> None:
        """Make `stopping` true and wake the session."""
        self._stop.set()
        self._wake.set()

    def saw(self, raw: bytes) -> None:
        """Remember bytes that came, for the doctor and for the recording."""
        self._open = True
        self._recent.append(RawFrame(time.monotonic(), raw))
        if self._record is not None:
            self._record(self.device, "in", raw)

    def sent(self, raw: bytes) -> None:
        """Say that bytes went out, for the recording only: the ring is for answers, not for the same question."""
        self._open = True
        if self._record is not None:
            self._record(self.device, "out", raw)

    def lost(self) -> None:
        """Say that the line broke, for the recording; once, however often it then cannot be opened."""
        if self._open and self._record is not None:
            self._record(self.device, "lost", b"")
        self._open = False

    def recent(self) -> tuple[RawFrame, ...]:
        """What was remembered, oldest first."""
        return tuple(self._recent)

    def up(self) -> None:
        """Report Up, once; not any more when told to stop, for another driver may have the device's place by then."""
        if not self._up and not self.stopping:
            self._up, self._why, self._open = True, None, True
            _log.info("%s is up", self.device)
            self.post(Up(self.device, time.monotonic()))

    def down(self, why: Fault, detail: str = "") -> None:
        """Report Down, once for each cause; a device that was lost and stays away is not reported again."""
        known = why is self._why or (self._why is Fault.lost and why is Fault.unreachable)
        if self.stopping or (known and not self._up):
            return
        self._up, self._why = False, why
        detail = _PASSWORD.sub("://", detail)
        _log.warning("%s is down: %s %s", self.device, why, detail)
        self.post(Down(self.device, why, time.monotonic(), detail))


class Session(Protocol):
    """One kind of device. It keeps what must outlive a connection and opens a new one in each `run`."""

    def run(self, link: Link) -> None:
        """Connect and serve until `link.stopping`; raise DeviceError or OSError when the device fails.

        Buffers and half-read frames live inside the call, so that nothing old survives a reconnect.
        """


class Worker:
    """The thread around a session.

    `backoff_s` is the first and the longest pause between attempts; it starts over once the device was up, or when
    `nudge` says that something has changed. `record` is given all bytes in both directions.
    """

    def __init__(
        self,
        device: str,
        session: Session,
        post: Callable[[Reading], None],
        backoff_s: tuple[float, float] = BACKOFF_S,
        record: Record | None = None,
    ) -> None:
        self.device = device
        self._session = session
        self._link = Link(device, post, record)
        self._backoff_s = backoff_s
        self._changed = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"device-{device}", daemon=True)

    def start(self) -> None:
        """Begin; readings come from the worker's own thread."""
        self._thread.start()

    def nudge(self) -> None:
        """Try again at once, and soon after: the device may have just been plugged in. From any thread.

        A port that has just appeared may refuse for a moment, until its permissions are set.
        """
        self._changed.set()
        self._link.nudge()

    def stop(self) -> None:
        """End the session and join its thread, within two seconds; safe to call twice or before start."""
        self._link.stop()
        if self._thread.ident is None:
            return
        self._thread.join(STOP_WITHIN_S)
        if self._thread.is_alive():
            _log.error("%s did not stop within %s s", self.device, STOP_WITHIN_S)

    def recent(self) -> tuple[RawFrame, ...]:
        """The last raw frames, oldest first."""
        return self._link.recent()

    def _work(self) -> None:
        first_s, longest_s = self._backoff_s
        pause_s = first_s
        while not self._link.stopping:
            if self._attempt():
                pause_s = first_s
            self._link.wait(pause_s)
            pause_s = min(pause_s * 2, longest_s)
            if self._changed.is_set():
                self._changed.clear()
                pause_s = first_s

    def _attempt(self) -> bool:
        """Run the session once; True when the device was up in it."""
        link = self._link
        try:
            self._session.run(link)
        except DeviceError as error:
            was_up, why, detail = link.is_up, error.why, error.detail
        except OSError as error:
            was_up, detail = link.is_up, str(error)
            why = Fault.lost if was_up else Fault.unreachable
            link.lost()
        except Exception as error:  # noqa: BLE001 # top of thread
            _log.exception("%s: the driver failed", link.device)
            was_up, why, detail = link.is_up, Fault.broken, repr(error)
        else:
            return link.is_up
        if not link.stopping:
            link.down(why, detail)
        return was_up
