"""The real things a desk sends words to: the printer's worker, the camera's worker, and the photo work beside them."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import msgspec

from devices.cameras.stream import Camera
from devices.printers.models import LabelPrinter
from devices.readings import Fault, NoStill, NotPrinted, Still
from grading import codes, mat, photo, privacy, reading
from grading.bare import bare
from grading.jpeg import decode
from resources import find
from station.cli.text_process import TextProcess
from station.cli.watching import Watcher
from station.comparing import Comparing
from station.facts import PhotoTaken
from station.inputs import LabelRead, PhotoChecked, PhotoFailed
from station.photos import PhotoError, PhotoStore
from station.settings import PRINTER

# A shorter code of a parcel is found in too many others.
_TELLING = 6
_log = logging.getLogger(__name__)


class Equipment:
    """What lies on one bench. `post` brings answers to the desk's thread; printer and cameras may be missing."""

    def __init__(
        self,
        post: Callable[[object], None],
        store: PhotoStore,
        comparing: Comparing,
        is_private: privacy.IsPrivate,
        text: TextProcess | None = None,
    ) -> None:
        self._post = post
        self._store = store
        self._printer: LabelPrinter | None = None
        self._cameras: dict[str, Camera] = {}
        self._shots: dict[str, str] = {}
        self._is_private = is_private
        # How much larger than 100 % the mat was printed.
        self.mat_scale = 1.0
        self._comparing = comparing
        self._watcher = Watcher(post)
        self.reads_text = False
        self._text = text or TextProcess()
        self._patterns = reading.load(find.read("readings.toml"))
        self._pool = ThreadPoolExecutor(1, "photo")
        # What a power cut left half done goes before the first photo is saved, in the one thread that saves; beside
        # the main thread, for a year of photos is many folders to look through.
        self._pool.submit(store.sweep)
        # What takes long, and may come after the item has gone on.
        self._slow = ThreadPoolExecutor(1, "evidence")
        self._slow.submit(self._remember)

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
            self._watcher.taken()
            self._cameras[name].request_still(request)

    def preview(self, wanted: bool, shot: str = "", camera: str = "", due: str = "") -> None:
        """Say whether live pictures are looked at: those of a camera, or else of the one that takes a shot.

        They are judged when a photo can be taken of them; `due` is the one that is taken by itself, once, when good.
        """
        chosen = camera if camera in self._cameras else self._camera_of(shot)
        self._watcher.due(due, shot, None)
        for name, each in self._cameras.items():
            seen = wanted and name == chosen
            each.want_preview(seen, partial(self._watcher.see, name) if seen and shot else None)

    def _camera_of(self, shot: str) -> str:
        return self._shots.get(shot) or next(iter(self._cameras), "")

    def check(self, still: Still, item: str, parcel: str = "") -> None:
        """Judge a still, put it on disk, and post what came of it; in the pool, for it takes tens of milliseconds."""
        self._pool.submit(self._check, still, item, parcel)

    def read(self, photo: PhotoTaken) -> None:
        """Read the print in a kept photo of a label when its turn comes, and post what was found."""
        if self.reads_text and photo.shot in self._patterns.shots:
            self._slow.submit(self._read, photo)

    def close(self) -> None:
        """Finish the photo in work and end the threads; what was to be read or compared is given up."""
        self._watcher.close()
        self._text.close()
        self._comparing.stop()
        self._pool.shutdown()
        self._slow.shutdown(cancel_futures=True)
        self._comparing.close()

    def _read(self, photo: PhotoTaken) -> None:
        try:
            lines = self._text.read(self._store.path(photo.sha256).read_bytes()) or ()
            found = reading.find(lines, photo.codes, self._patterns)
            if found:
                today = datetime.now(UTC).date().isoformat()
                self._post(LabelRead(photo.item, photo.shot, photo.sha256, found, today))
        except Exception:  # noqa: BLE001 - top of thread
            _log.exception("the print in a photo could not be read")

    def _check(self, still: Still, item: str, parcel: str) -> None:
        try:
            jpeg = bare(still.jpeg)
            copy = self._shared_copy(jpeg, parcel) if jpeg is not None else None
            if jpeg is None or copy is None:
                # What nobody can look at cannot be looked through for addresses either: it is not kept.
                self._post(PhotoFailed(still.request, str(Fault.broken)))
                return
            checked = self._judge(still.request, jpeg, item)
            matrix, gains = self._mat(jpeg)
            self._post(msgspec.structs.replace(checked, shared_sha256=copy, mat=matrix, gains=gains))
        except PhotoError as error:
            _log.error("the photo could not be saved: %s", error)
            self._post(PhotoFailed(still.request, error.code))
        except Exception:  # noqa: BLE001 - top of thread
            _log.exception("the photo could not be judged")
            self._post(PhotoFailed(still.request, str(Fault.broken)))

    def _shared_copy(self, jpeg: bytes, parcel: str) -> str | None:
        """Save the copy without shipping labels and return its SHA-256; empty when none is needed, None for no picture.

        It is on disk before the photo: no fact can name a photo with a label in it and not the copy.
        """

        def is_private(text: str, aim: str) -> bool:
            return (len(parcel) >= _TELLING and parcel in text.upper()) or self._is_private(text, aim)

        try:
            copy = privacy.private_copy(jpeg, is_private)
        except ValueError:
            return None
        return self._store.put(copy) if copy is not None else ""

    def _mat(self, jpeg: bytes) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """What lengths and colours can be told by later, without the pixels; empty when no mat is seen."""
        pixels = decode(jpeg)
        found = mat.locate_in(pixels, self.mat_scale) if pixels is not None else None
        if pixels is None or found is None:
            return (), ()
        # Nine digits are a hundredth of a micrometre.
        matrix = tuple(float(f"{each:.9g}") for each in mat.in_permille(found, pixels.shape[1], pixels.shape[0]))
        return matrix, found.gains

    def _judge(self, request: str, jpeg: bytes, item: str) -> PhotoChecked:
        gate = photo.check(jpeg, None)
        fingerprint = photo.fingerprint(jpeg)
        sha256 = self._store.put(jpeg)
        mark = "" if fingerprint is None else f"{fingerprint:016x}"
        repeat_of = "" if fingerprint is None else self._comparing.same(jpeg, item)
        if mark and not gate.problems:
            self._comparing.remember(jpeg, sha256, item)
        return PhotoChecked(
            request,
            sha256,
            len(jpeg),
            gate.problems,
            round(gate.sharpness * 1000),
            round(gate.brightness * 1000),
            mark,
            tuple(code.text for code in codes.read(jpeg)),
            repeat_of,
        )

    def compare(self, taken: PhotoTaken, size_mm: tuple[int, ...]) -> None:
        """Compare a photo that was recorded with what it should look like; each hint comes as `PhotoCompared`."""
        self._slow.submit(self._compare, taken, size_mm)

    def _compare(self, taken: PhotoTaken, size_mm: tuple[int, ...]) -> None:
        try:
            for hint in self._comparing.hints(taken, size_mm):
                self._post(hint)
        except Exception:  # noqa: BLE001 - top of thread
            _log.exception("the photo could not be compared")

    def _remember(self) -> None:
        try:
            self._comparing.catch_up()
        except Exception:  # noqa: BLE001 - top of thread
            _log.exception("the photos of before could not be looked through")
