"""The real things a desk sends words to: the printer's worker, the camera's worker, and the photo work beside them."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from devices.cameras.stream import Camera
from devices.printers.models import LabelPrinter
from devices.readings import Fault, NoStill, NotPrinted, Still
from grading import codes, photo, reading
from resources import find
from station.cli.text_process import TextProcess
from station.facts import PhotoTaken
from station.inputs import LabelRead, PhotoChecked, PhotoFailed
from station.photos import PhotoError, PhotoStore
from station.settings import PRINTER

_log = logging.getLogger(__name__)


class Equipment:
    """What lies on one bench. `post` brings answers to the desk's thread; printer and cameras may be missing."""

    def __init__(
        self,
        post: Callable[[object], None],
        store: PhotoStore,
        earlier: dict[str, tuple[str, str]],
        text: TextProcess | None = None,
    ) -> None:
        self._post = post
        self._store = store
        self._printer: LabelPrinter | None = None
        self._cameras: dict[str, Camera] = {}
        self._shots: dict[str, str] = {}
        self._earlier = earlier
        self.reads_text = False
        self._text = text or TextProcess()
        self._patterns = reading.load(find.read("readings.toml"))
        self._pool = ThreadPoolExecutor(1, "photo")
        # What takes seconds waits here, so that the next photo is judged at once.
        self._slow = ThreadPoolExecutor(1, "evidence")
        # What a power cut left half done goes before the first photo is saved, in the one thread that saves; beside
        # the main thread, for a year of photos is many folders to look through.
        self._pool.submit(store.sweep)

    def use(self, printer: LabelPrinter | None, cameras: dict[str, Camera], shots: dict[str, str]) -> None:
        """Take these from now on. `shots` names the camera of a shot; the first one takes all others."""
        self._printer, self._cameras, self._shots = printer, cameras, shots

    def print(self, job: str, data: bytes) -> None:
        """Queue a label, or say at once that there is no printer."""
        if self._printer is None:
            self._post(NotPrinted(PRINTER, job, Fault.unreachable, 0.0, "no printer in the settings"))
        else:
            self._printer.print(job, data)

    def cancel(self, job: str) -> None:
        """Take back a label that was not sent."""
        if self._printer is not None:
            self._printer.cancel(job)

    def still(self, request: str, shot: str) -> None:
        """Ask for a still, or say at once that there is no camera."""
        name = self._camera_of(shot)
        if not name:
            self._post(NoStill("camera", request, Fault.unreachable, 0.0))
        else:
            self._cameras[name].request_still(request)

    def preview(self, wanted: bool, shot: str = "", camera: str = "") -> None:
        """Say whether live pictures are looked at: those of a camera, or else of the one that takes a shot."""
        chosen = camera if camera in self._cameras else self._camera_of(shot)
        for name, each in self._cameras.items():
            each.want_preview(wanted and name == chosen)

    def _camera_of(self, shot: str) -> str:
        return self._shots.get(shot) or next(iter(self._cameras), "")

    def check(self, still: Still, item: str) -> None:
        """Judge a still, put it on disk, and post what came of it; in the pool, for it takes tens of milliseconds."""
        self._pool.submit(self._check, still, item)

    def read(self, photo: PhotoTaken) -> None:
        """Read the print in a kept photo of a label when its turn comes, and post what was found."""
        if self.reads_text and photo.shot in self._patterns.shots:
            self._slow.submit(self._read, photo)

    def close(self) -> None:
        """Finish the photo in work, give up what was to be read, and end the pools."""
        self._text.close()
        self._slow.shutdown(cancel_futures=True)
        self._pool.shutdown()

    def _read(self, photo: PhotoTaken) -> None:
        try:
            lines = self._text.read(self._store.path(photo.sha256).read_bytes()) or ()
            found = reading.find(lines, photo.codes, self._patterns)
            if found:
                today = datetime.now(UTC).date().isoformat()
                self._post(LabelRead(photo.item, photo.shot, photo.sha256, found, today))
        except Exception:  # noqa: BLE001 - top of thread
            _log.exception("the print in a photo could not be read")

    def _check(self, still: Still, item: str) -> None:
        try:
            self._post(self._judge(still, item))
        except PhotoError as error:
            _log.error("the photo could not be saved: %s", error)
            self._post(PhotoFailed(still.request, error.code))
        except Exception:  # noqa: BLE001 - top of thread
            _log.exception("the photo could not be judged")
            self._post(PhotoFailed(still.request, str(Fault.broken)))

    def _judge(self, still: Still, item: str) -> PhotoChecked:
        gate = photo.check(still.jpeg, None)
        fingerprint = photo.fingerprint(still.jpeg)
        sha256 = self._store.put(still.jpeg)
        mark = "" if fingerprint is None else f"{fingerprint:016x}"
        repeat_of = "" if fingerprint is None else self._same(fingerprint, still.jpeg, item)
        if mark and not gate.problems:
            self._earlier.setdefault(mark, (item, sha256))
        return PhotoChecked(
            still.request,
            sha256,
            len(still.jpeg),
            gate.problems,
            round(gate.sharpness * 1000),
            round(gate.brightness * 1000),
            mark,
            tuple(code.text for code in codes.read(still.jpeg)),
            repeat_of,
        )

    def _same(self, fingerprint: int, jpeg: bytes, item: str) -> str:
        """Return the other item this very picture was taken of, or an empty string: a frozen or replayed camera."""
        for mark, (other, sha256) in self._earlier.items():
            if other == item or photo.distance(fingerprint, int(mark, 16)) > photo.SAME_PICTURE_BITS:
                continue
            path = self._store.path(sha256)
            if path.exists() and photo.is_same_picture(jpeg, path.read_bytes()):
                return other
        return ""
