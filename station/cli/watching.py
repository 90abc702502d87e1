"""Watches the live picture beside the screen's thread: judges it, says so, and asks for the photo when it is good."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from grading import gate, mat
from grading.gate import Glance, Guide
from resources import find
from station import shutter
from station.cli import bare_mats
from station.inputs import FrameJudged, PhotoReady
from station.shutter import Shutter

_log = logging.getLogger(__name__)

GUIDES_FILE = "guides.toml"
_WHOLE = "whole"
_LEAST_PX = 64
# Of the time, and not more however busy the computer is: the screen comes first.
_SHARE = 0.4
# So often the printed mat is looked for: with nothing on it, the picture shows what is to be told from items.
_LEARN_S = 1.0
# So seldom it is written down for the next start.
_KEEP_S = 600.0


class Watcher:
    """One live picture at a time, the newest; whatever is slow here, the camera and the screen never wait for it."""

    def __init__(self, post: Callable[[object], None], mats: Path) -> None:
        """`mats` is the folder in which the pictures of bare mats outlive the program."""
        self._post = post
        self._mats = mats
        self._pool = ThreadPoolExecutor(1, "gate")
        self._lock = threading.Lock()
        self._newest: tuple[str, Any, float] | None = None
        self._rests_until = 0.0
        self._told: deque[Callable[[Shutter, Any], Shutter]] = deque()
        self._due = ""
        self._shot = ""
        self._reference: float | None = None
        # From here on, the pool's thread alone.
        self._guides: Mapping[str, Guide] = {}
        self._shutter = Shutter()
        self._glance: Glance | None = None
        self._learn_at = 0.0
        self._keep_at: dict[str, float] = {}
        # Replaced whole by that thread, so that others may read it.
        self._bare: Mapping[str, Any] = {}

    def due(self, request: str, shot: str, reference: float | None) -> None:
        """Say which photo is due (empty: none), of which shot, and the sharpness usual there. From any thread."""
        self._shot, self._reference = shot, reference
        if request != self._due:
            self._due = request
            self._told.append(lambda present, trace: shutter.arm(present, request, trace))

    def taken(self) -> None:
        """Say that a still was asked for. From any thread."""
        self._told.append(shutter.taken)

    def see(self, device: str, pixels: Any, at: float) -> None:
        """Take one picture (height x width x 3, BGR) that nobody will change any more; returns at once."""
        with self._lock:
            if at < self._rests_until:
                return
            waits, self._newest = self._newest is not None, (device, pixels, at)
        if not waits:
            self._pool.submit(self._judge)

    def empty_mat(self, device: str, like: Any) -> Any | None:
        """Return the latest picture of a camera's printed mat with nothing on it, if any was seen and it has the shape
        of that photo: another shape shows another part. From any thread.
        """
        seen = self._bare.get(device)
        if seen is None:
            return None
        (high, wide), (tall, broad) = seen.shape[:2], like.shape[:2]
        return seen if abs(wide * tall - broad * high) < 0.02 * wide * tall else None

    def close(self) -> None:
        """Finish the picture in work and end the thread."""
        self._pool.shutdown()

    def _judge(self) -> None:
        with self._lock:
            newest, self._newest = self._newest, None
        began = time.monotonic()
        try:
            if newest is not None and min(newest[1].shape[:2]) >= _LEAST_PX:
                self._judge_one(*newest)
        except Exception:  # noqa: BLE001 - top of thread
            _log.exception("a live picture could not be judged")
        now = time.monotonic()
        with self._lock:
            self._rests_until = now + (now - began) * (1 / _SHARE - 1)

    def _judge_one(self, device: str, pixels: Any, at: float) -> None:
        self._guides = self._guides or gate.parse_guides(find.read(GUIDES_FILE))
        guide = self._guides.get(self._shot) or self._guides[_WHOLE]
        if at >= self._learn_at:
            self._learn_at = at + _LEARN_S
            found = mat.locate_in(pixels)
            if found is not None and mat.is_bare(pixels, found):
                self._learn(device, pixels, at)
            elif device not in self._bare:
                # None as well: it is looked for once.
                self._bare = {**self._bare, device: bare_mats.kept(self._mats, device)}
        seen = gate.glance(pixels, self._glance, guide, self._reference, self.empty_mat(device, pixels))
        # The first picture after a word shows what lay there when it was said: before, nobody may have looked.
        while self._told:
            self._shutter = self._told.popleft()(self._shutter, seen.trace)
        self._shutter, look = shutter.look(self._shutter, seen.problems, seen.trace, at)
        self._glance = seen
        said = seen.problems or ((look.same,) if look.same else ())
        self._post(FrameJudged(device, said, seen.box, look.steady, (guide.wide, guide.high)))
        if look.shoot:
            self._post(PhotoReady(self._shutter.due))

    def _learn(self, device: str, pixels: Any, at: float) -> None:
        self._bare = {**self._bare, device: pixels}
        if at >= self._keep_at.get(device, 0.0):
            self._keep_at[device] = at + _KEEP_S
            bare_mats.keep(self._mats, device, pixels)
