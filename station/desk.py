"""The desk around a bench: takes what devices and people say, in one thread, and sends on what the bench answers.

Write it, show it, print it, send it: `take` returns after the facts are durable and the screen was told.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec

from devices.readings import (
    Down,
    Frame,
    NoStill,
    NotPrinted,
    Printed,
    PrintWaiting,
    Reading,
    Scan,
    Still,
    Up,
    Weight,
)
from devices.scanners.duplicates import DuplicateWindow
from resources.words import mark
from station.bench import Bench, Shown
from station.errors import JournalError
from station.inputs import (
    Command,
    Do,
    FrameJudged,
    Input,
    LabelRead,
    PhotoChecked,
    PhotoCompared,
    PhotoFailed,
    PhotoReady,
)
from station.inspecting.facts import PhotoTaken
from station.labels import LabelError, load, to_zpl
from station.outcome import Label, Notice, Tone
from station.own_codes import TEST_CODE, command_in, proof_in
from station.print_ledger import Heard, asked, hear
from station.settings import KeyboardSettings
from station.stages import Stage
from station.steps.examine import due_photo, item_of
from station.sync_status import SyncStatus

_log = logging.getLogger(__name__)

TIMINGS_KEPT = 20_000
# Who has not scanned for so long does not notice that the disk is worked on for some milliseconds.
_QUIET_S = 10.0

Word = (
    Reading | PhotoChecked | PhotoCompared | PhotoFailed | PhotoReady | FrameJudged | LabelRead | Command | SyncStatus
)


_NOT_ANSWERED = Notice(Tone.REFUSED, mark("Nothing was answered: a badge was scanned. Press Enter, then answer."))


class Lamp(msgspec.Struct, frozen=True):
    """Whether a device is of use: `ok`, `attention` or `down`, why (a fault code), and since when (monotonic)."""

    device: str
    light: str
    why: str
    since: float


class Timing(msgspec.Struct, frozen=True):
    """How long one scan took from its last byte to its facts being durable, and to the screen having been told."""

    durable_s: float
    shown_s: float


class Equipment(Protocol):
    """What the desk sends things to: printer, camera and the photo work beside the main thread."""

    def print(self, job: str, data: bytes) -> None:
        """Queue a label."""

    def cancel(self, job: str) -> None:
        """Take a label back that was not sent yet."""

    def still(self, request: str, shot: str) -> None:
        """Ask the camera for a still; it comes back as `Still` or `NoStill`."""

    def preview(self, wanted: bool, shot: str = "", camera: str = "", due: str = "") -> None:
        """Say whether live pictures are looked at: those of a camera, or else of the one that takes a shot.

        `due` is the request of the photo that may be taken by itself; it comes back as `PhotoReady`.
        """

    def check(self, still: Still, item: str, parcel: str = "") -> None:
        """Store and judge a still away from the main thread; it comes back as `PhotoChecked`.

        `parcel` is the code on the parcel, which nobody else is to read in a photo.
        """

    def compare(self, taken: PhotoTaken, size_mm: tuple[int, ...]) -> None:
        """Compare a recorded photo with those of before, in its own time; each hint comes as `PhotoCompared`."""

    def read(self, photo: PhotoTaken) -> None:
        """Read the print in a photo that was kept, some time later; it may come back as `LabelRead`."""


class Desk:
    """Everything at one bench but the screen. `on_change` is called after each change; the screen renders then."""

    def __init__(
        self,
        bench: Bench,
        equipment: Equipment,
        photo_path: Callable[[str], Path],
        dpi: int = 203,
        translate: Callable[[str], str] = str,
    ) -> None:
        self.bench = bench
        self.on_change: Callable[[], None] = lambda: None
        self.on_sound: Callable[[Tone], None] = lambda tone: None
        # Has what failed with central tried again at once.
        self.retry_sync: Callable[[], None] = lambda: None
        self.lamps: dict[str, Lamp] = {}
        self.weight: Weight | None = None
        self.frame: Frame | None = None
        self.judged: FrameJudged | None = None
        # Whether a photo is taken by itself once the picture is good and still; the screen that says so switches it on.
        self.auto_shutter = False
        self.cannot_save = ""
        # A still was asked for and is not judged yet: on a slow computer that takes a second or two.
        self.taking_photo = False
        # Monotonic times: of the last notice (one that only says "done" passes), since when the question of the moment
        # is asked (and which it is), and when somebody last did something here.
        self.noticed_at = 0.0
        self.asked_at = self._given_at = time.monotonic()
        self._asked = ("", "")
        self.sync = SyncStatus()
        self.timings: deque[Timing] = deque(maxlen=TIMINGS_KEPT)
        self.photo_path = photo_path
        self._equipment = equipment
        self.dpi, self.stock, self.layout = dpi, "", KeyboardSettings().layout
        self._translate = translate
        self.duplicates = DuplicateWindow()
        # What the printer said of each label in this run; the ledger joins it with the facts.
        self.printing: Heard = {}
        # The printer says only once that a label came out: what could not be saved is said again when saving works.
        self._unsaved: deque[Printed] = deque()
        self._watched: str | None = None
        self._pin_may_follow = False  # a badge was refused: what is typed next answers nothing until Enter is pressed
        self._last_space_told = False

    @property
    def last_space(self) -> bool:
        """Whether the disk is full and the bench lives on the space that was kept in reserve."""
        return self.bench.journal.last_space

    @property
    def is_quiet(self) -> bool:
        """Whether no parcel is in work, nothing can be taken back, and nobody has done anything for a while."""
        state = self.bench.state
        return state.parcel is None and not state.steps and time.monotonic() - self._given_at >= _QUIET_S

    def take(self, word: Word) -> Shown | None:
        """Take one reading or command; return what it did, or None when it only changed a lamp or a live figure."""
        if isinstance(word, Printed | PrintWaiting | NotPrinted):
            self.printing = hear(self.printing, word)
        handler = _HANDLERS.get(type(word))
        return handler(self, word) if handler is not None else self._give(cast("Input", word))

    def acknowledge(self) -> None:
        """The person has seen the notice."""
        self._pin_may_follow = False
        self.bench.acknowledge()
        self.on_change()

    def print_test(self) -> None:
        """Print the label that proves a printer when it is scanned back."""
        self._print(Label("test", "test", {"code": TEST_CODE}))

    def watch(self, camera: str | None) -> None:
        """Ask for live pictures of a camera also when no photo is due: somebody looks at it; None: nobody does.

        Empty means the first camera.
        """
        self._watched = camera
        self._look()

    def let_shoot(self, wanted: bool) -> None:
        """Switch the automatic shutter on or off; the key and the tap always work."""
        self.auto_shutter = wanted
        self._look()

    def rest(self) -> None:
        """In a quiet moment between two parcels, let facts leave the journal that are packed and safe at central."""
        pack = self.sync.ready
        if pack is None or not self.is_quiet:
            return
        try:
            if self.bench.journal.let_go(pack):
                _log.info("facts %s to %s left the journal, packed as %s", pack.first, pack.last, pack.sha256)
        except JournalError as error:
            _log.warning("facts could not leave the journal: %s", error)
        self.sync = msgspec.structs.replace(self.sync, ready=None)

    def forget(self, device: str) -> None:
        """The device is no more: its lamp goes out, and what it showed last."""
        self.lamps.pop(device, None)
        if self.weight is not None and self.weight.device == device:
            self.weight = None
        if self.frame is not None and self.frame.device == device:
            self.frame = None
        self.on_change()

    def _look(self) -> None:
        if self._watched is not None:
            self._equipment.preview(True, camera=self._watched)
            return
        wanted = self.bench.prompt.stage in ("photo", "open-box", "doubt")
        if not wanted:
            self.judged = None
        shot, request = due_photo(self.bench.state, self.bench.known)
        self._equipment.preview(wanted, shot, due=request if wanted and self.auto_shutter else "")

    def _scan(self, scan: Scan) -> Shown | None:
        if self.duplicates.is_repeat(scan):
            _log.info("the same scan twice in a blink: taken once")
            return None
        given = command_in(scan.text) or proof_in(scan.text, self.layout)
        if given is None:
            return self._give(scan, since=scan.at)
        if isinstance(given, Notice):
            self._say(given)
            return None
        if given.do is Do.CONFIRM and self._refusal_stands() and self.bench.prompt.stage != Stage.INTERLOCK:
            self.acknowledge()
            return None
        return self._give(given, since=scan.at)

    def _refusal_stands(self) -> bool:
        return self.bench.notice is not None and self.bench.notice.tone is Tone.REFUSED

    def _give(self, given: Input, since: float | None = None) -> Shown | None:
        self._given_at = time.monotonic()
        if self._pin_may_follow and since is None and isinstance(given, Command) and given.do in (Do.CHOOSE, Do.REST):
            self._say(_NOT_ANSWERED)
            return None
        try:
            shown = self.bench.handle(given)
        except JournalError as error:
            _log.error("nothing could be saved: %s", error)
            self.cannot_save = error.code
            self._tell(Notice(Tone.REFUSED, mark("Nothing could be saved.")))
            return None
        if shown.facts:
            self.cannot_save = ""
        self._note_photo(given, shown)
        if isinstance(given, Scan):
            self._pin_may_follow = self._refusal_stands() and self.bench.known.operator(given.text) is not None
        self._note_question()
        self._tell(shown.notice)
        self._tell_last_space()
        if since is not None:
            self.timings.append(Timing(shown.durable_at - since, time.monotonic() - since))
        for job in shown.cancel_jobs:
            self._equipment.cancel(job)
        for label in shown.labels:
            self._print(label)
        if shown.capture is not None:
            self._equipment.still(shown.capture.request, shown.capture.shot)
        for fact in shown.facts:
            if isinstance(fact, PhotoTaken):
                self._equipment.read(fact)
                item = self.bench.state.item
                self._equipment.compare(fact, item.identified.size_mm if item is not None else ())
        self._look()
        if shown.facts and self._unsaved:
            self._printed(self._unsaved.popleft())
        return shown

    def _print(self, label: Label) -> None:
        today = datetime.now(UTC).astimezone().date().isoformat()
        fields = {**label.fields, "date": today, "training": "1" if self.bench.training else ""}
        try:
            zpl = to_zpl(load(label.template, self.stock), fields, self.dpi, self._translate)
        except LabelError as error:
            # A bin of the site may be called what no barcode of ours can hold; its facts are written all the same.
            _log.error("a label cannot be made: %s", error)
            text = mark("The label of {bin} cannot be printed: no barcode can hold that. Write it by hand.")
            self._say(Notice(Tone.ATTENTION, text, {"bin": label.fields.get("bin", label.job)}))
            return
        self.printing = asked(self.printing, label.job)
        self._equipment.print(label.job, zpl)

    def _note_photo(self, given: Input, shown: Shown) -> None:
        if shown.capture is not None:
            self.taking_photo = True
        elif isinstance(given, PhotoChecked | PhotoFailed):
            self.taking_photo = False

    def _note_question(self) -> None:
        """Let the clock of a question begin when another one is asked."""
        prompt = self.bench.prompt
        if (prompt.stage, prompt.title) != self._asked:
            self._asked, self.asked_at = (prompt.stage, prompt.title), time.monotonic()

    def _tell_last_space(self) -> None:
        """Say once that the disk is full and the reserve in use; no refusal is taken off the screen for it."""
        standing = self.bench.notice is not None and self.bench.notice.tone.stands
        if self.last_space and not self._last_space_told and not standing:
            self._last_space_told = True
            self._say(Notice(Tone.ATTENTION, mark("The disk is full. Finish this parcel, then make room or call IT.")))

    def _say(self, notice: Notice) -> None:
        self.bench.notice = notice
        self._tell(notice)

    def _tell(self, notice: Notice | None) -> None:
        if notice is not None:
            self.noticed_at = time.monotonic()
        self.on_change()
        if notice is not None:
            self.on_sound(notice.tone)

    def _still(self, still: Still) -> None:
        parcel = self.bench.state.parcel
        self._equipment.check(still, item_of(still.request), parcel.arrived.code if parcel is not None else "")

    def _no_still(self, reading: NoStill) -> Shown | None:
        return self._give(PhotoFailed(reading.request, str(reading.why)))

    def _up(self, reading: Up) -> None:
        self._light(Lamp(reading.device, "ok", "", reading.at))

    def _down(self, reading: Down) -> None:
        if reading.device == "scale":
            self.weight = None
        self._light(Lamp(reading.device, "down", str(reading.why), reading.at))

    def _light(self, lamp: Lamp) -> None:
        self.lamps[lamp.device] = lamp
        self.on_change()

    def _waiting(self, reading: PrintWaiting) -> Shown | None:
        self.lamps[reading.device] = Lamp(reading.device, "attention", str(reading.why), reading.at)
        return self._give(reading)

    def _printed(self, reading: Printed) -> Shown | None:
        self.lamps[reading.device] = Lamp(reading.device, "ok", "", reading.at)
        shown = self._give(reading)
        if shown is None:
            self._unsaved.append(reading)
        return shown

    def _weight(self, reading: Weight) -> None:
        self.weight = reading
        self.on_change()

    def _frame(self, reading: Frame) -> None:
        self.frame = reading
        self.on_change()

    def _judged(self, seen: FrameJudged) -> None:
        """Keep what the gate sees; the next live picture, which is never far, shows it."""
        self.judged = seen

    def _ready(self, ready: PhotoReady) -> Shown | None:
        """Take the photo by itself, unless a still is on its way or nothing could be saved."""
        if self.taking_photo or self.cannot_save or not self.auto_shutter or self._watched is not None:
            return None
        return self._give(ready)

    def _synced(self, status: SyncStatus) -> None:
        self.sync = status
        self.on_change()


_HANDLERS: Mapping[type, Callable[[Desk, Any], Shown | None]] = {
    Scan: Desk._scan,
    Still: Desk._still,
    NoStill: Desk._no_still,
    Up: Desk._up,
    Down: Desk._down,
    PrintWaiting: Desk._waiting,
    Printed: Desk._printed,
    Weight: Desk._weight,
    Frame: Desk._frame,
    FrameJudged: Desk._judged,
    PhotoReady: Desk._ready,
    SyncStatus: Desk._synced,
}
