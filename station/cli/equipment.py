"""The real things a desk sends words to: the printer's worker, the camera's worker, and the photo work beside them."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from devices.cameras.stream import Camera
from devices.printers.models import LabelPrinter
from devices.readings import Fault, NoStill, NotPrinted, Still
from grading import codes, mat, photo, privacy, reading
from grading.bare import bare
from grading.jpeg import Pixels, decode
from resources import find
from station.cli.text_process import TextProcess
from station.cli.watching import Watcher
from station.comparing import Comparing
from station.inputs import LabelRead, PhotoChecked, PhotoFailed
from station.inspecting.facts import PhotoTaken
from station.photos import PhotoError, PhotoStore
from station.settings import PRINTER
from station.usual_sharpness import usual_sharpness

MATS_FOLDER = "mats"

# A shorter code of a parcel is found in too many others.
_TELLING = 6
# So long the barcodes of a photo that is not good are looked for: nobody should wait long for the word.
_REFUSED_S = 0.1
_log = logging.getLogger(__name__)


class Equipment:
    """What lies on one bench. `post` brings answers to the desk's thread; printer and cameras may be missing."""

    def __init__(
        self,
        post: Callable[[object], None],
        store: PhotoStore,
        comparing: Comparing,
        is_private: privacy.IsPrivate,
        journal: Path,
        text: TextProcess | None = None,
    ) -> None:
        self._post = post
        self._journal = journal
        self._store = store
        self._printer: LabelPrinter | None = None
        self._cameras: dict[str, Camera] = {}
        self._shots: dict[str, str] = {}
        self._is_private = is_private
        # How much larger than 100 % the mat was printed.
        self.mat_scale = 1.0
        self._comparing = comparing
        self._watcher = Watcher(post, journal.parent / MATS_FOLDER)
        # By shot; replaced whole by the thread that reads it.
        self._usual: Mapping[str, float] = {}
        self.reads_text = False
        self._text = text or TextProcess()
        self._patterns = reading.load(find.read("readings.toml"))
        self._pool = ThreadPoolExecutor(1, "photo")
        # What a power cut left half done goes before the first photo is saved, in the one thread that saves; beside
        # the main thread, for a year of photos is many folders to look through.
        self._pool.submit(store.sweep)
        # What takes long, and may come after the item has gone on.
        self._slow = ThreadPoolExecutor(1, "evidence")
        self._slow.submit(self._get_used_to)
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
        self._watcher.due(due, shot, self._usual.get(shot))
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
        jpeg = b""
        checked: PhotoChecked | PhotoFailed = PhotoFailed(still.request, str(Fault.broken))
        try:
            jpeg = bare(still.jpeg) or b""
            pixels = decode(jpeg)
            # What nobody can look at cannot be looked through for addresses either: it is not kept.
            if pixels is not None:
                checked = self._judge(still, jpeg, pixels, item, parcel)
        except PhotoError as error:
            _log.error("the photo could not be saved: %s", error)
            checked = PhotoFailed(still.request, error.code)
        except Exception:  # noqa: BLE001 - top of thread
            _log.exception("the photo could not be judged")
        self._post(checked)
        if isinstance(checked, PhotoChecked) and checked.fingerprint and not checked.problems:
            self._keep_in_mind(jpeg, checked.sha256, item)

    def _judge(self, still: Still, jpeg: bytes, pixels: Pixels, item: str, parcel: str) -> PhotoChecked:
        """Say all there is to say of one photo; it was decoded once, and its barcodes are read once.

        The copy is on disk before the photo: no fact can name a photo with a label in it and not the copy.
        """
        shot = _shot_of(still.request)
        gate = photo.check(pixels, self._usual.get(shot), self._watcher.empty_mat(still.device, pixels))
        seen = codes.find(pixels, codes.WITHIN_S if gate.ok else _REFUSED_S)
        # A close-up of the goods' own label is taken for its print, which may be laid out like an address.
        whole = shot not in self._patterns.shots
        found = mat.locate_in(pixels, self.mat_scale)
        looked = pixels if found is None else mat.without_print(pixels, found, self.mat_scale)
        copy = privacy.private_copy(pixels, self._private_with(parcel), seen, addresses=whole, looked=looked)
        shared = self._store.put(copy) if copy is not None else ""
        fingerprint = photo.fingerprint(pixels)
        return PhotoChecked(
            still.request,
            self._store.put(jpeg),
            len(jpeg),
            gate.problems,
            round(gate.sharpness * 1000),
            round(gate.brightness * 1000),
            "" if fingerprint is None else f"{fingerprint:016x}",
            tuple(dict.fromkeys(each.code.text for each in seen)),
            "" if fingerprint is None else self._comparing.same(jpeg, item),
            shared,
            _permille(found, pixels),
            () if found is None else found.gains,
        )

    def _private_with(self, parcel: str) -> privacy.IsPrivate:
        """What nobody else is to read: the carriers' codes, and the one on the parcel."""
        return lambda text, aim: (len(parcel) >= _TELLING and parcel in text.upper()) or self._is_private(text, aim)

    def _keep_in_mind(self, jpeg: bytes, sha256: str, item: str) -> None:
        """Remember what the photo looks like before the next one is checked; what fails here is made up at a start."""
        try:
            self._comparing.remember(jpeg, sha256, item)
        except Exception:  # noqa: BLE001 - top of thread
            _log.exception("the photo could not be remembered")

    def compare(self, taken: PhotoTaken, size_mm: tuple[int, ...]) -> None:
        """Compare a photo that was recorded with what it should look like; each hint comes as `PhotoCompared`."""
        self._slow.submit(self._compare, taken, size_mm)

    def _compare(self, taken: PhotoTaken, size_mm: tuple[int, ...]) -> None:
        try:
            for hint in self._comparing.hints(taken, size_mm):
                self._post(hint)
        except Exception:  # noqa: BLE001 - top of thread
            _log.exception("the photo could not be compared")

    def _get_used_to(self) -> None:
        try:
            self._usual = usual_sharpness(self._journal)
        except Exception:  # noqa: BLE001 - top of thread
            _log.exception("the sharpness of the photos of before could not be read")

    def _remember(self) -> None:
        try:
            self._comparing.catch_up()
        except Exception:  # noqa: BLE001 - top of thread
            _log.exception("the photos of before could not be looked through")


def _shot_of(request: str) -> str:
    """The shot in a request for a still."""
    return request.split("/")[1] if "/" in request else ""


def _permille(found: mat.Mat | None, pixels: Pixels) -> tuple[float, ...]:
    """What lengths can be told by later, without the pixels; empty when no mat is seen."""
    if found is None:
        return ()
    # Nine digits are a hundredth of a micrometre.
    return tuple(float(f"{each:.9g}") for each in mat.in_permille(found, pixels.shape[1], pixels.shape[0]))
