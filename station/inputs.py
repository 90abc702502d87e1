"""What the workflow can be told: readings of devices, checked photos, and the commands a person gives."""

from enum import StrEnum

import msgspec

from devices.readings import AcceptedWeight, NotPrinted, Printed, PrintWaiting, Scan, Unreadable
from grading.reading import Reading

# The device of what a person typed: such a code proves nothing of who or what is at the bench.
TYPED = "keyboard"


class Do(StrEnum):
    """The commands. Each has a key, a touch target and a command barcode (`RS:` and its value)."""

    CONFIRM = "confirm"
    CHOOSE = "choose"
    UNDO = "undo"
    CANCEL = "cancel"
    FINISH = "finish"
    REST = "rest"
    SHOOT = "shoot"
    SKIP = "skip"
    NO_CODE = "no-code"
    ANOTHER = "another"
    OVERRIDE = "override"
    REPRINT = "reprint"
    BIN_FULL = "bin-full"
    SIGN_OUT = "sign-out"
    CLOSE_SHIFT = "close-shift"
    MOVE_BIN = "move-bin"
    DECIDE = "decide"
    SECOND_LOOK = "second-look"
    BINS = "bins"


class Command(msgspec.Struct, frozen=True):
    """A command of the person at the bench; `value` is the choice's value (or its key) with CHOOSE."""

    do: Do
    value: str = ""


class PhotoChecked(msgspec.Struct, frozen=True):
    """A still that is already on disk under its hash, and what the gate says of it.

    `problems` are codes of grading.photo, worst first; `repeat_of` is the plate or item an equal photo was taken of.
    `shared_sha256` names the copy without shipping labels, on disk too; empty when there is none in the picture.
    `mat` takes thousandths of the photo's width and height to millimetres on the mat (3 × 3, row by row, for
    `station.lengths`), `gains` (red, green, blue, on linear light) make grey grey; both empty when no mat was seen.
    """

    request: str
    sha256: str
    size: int
    problems: tuple[str, ...] = ()
    sharpness_milli: int = 0
    brightness_milli: int = 0
    fingerprint: str = ""
    codes: tuple[str, ...] = ()
    repeat_of: str = ""
    shared_sha256: str = ""
    mat: tuple[float, ...] = ()
    gains: tuple[float, ...] = ()


class PhotoCompared(msgspec.Struct, frozen=True):
    """What comparing a recorded photo hints at; it may come when the item has long gone on.

    `kind` is one of grading.hints, `confidence_permille` up to 1000; all as in `station.facts.Hinted`.
    """

    item: str
    shot: str
    sha256: str
    kind: str
    confidence_permille: int
    region: tuple[int, ...] = ()
    detail: str = ""
    beside: str = ""


class PhotoFailed(msgspec.Struct, frozen=True):
    """The still could not be had: `why` is the camera's fault code."""

    request: str
    why: str


class PhotoReady(msgspec.Struct, frozen=True):
    """The live picture has been good and still for a while: `request` names the photo that was due then."""

    request: str


class FrameJudged(msgspec.Struct, frozen=True):
    """What the gate sees in the live picture; for the screen alone.

    `problems` are codes of grading.gate.LIVE_TEXTS, what to mend first first, or `same` alone when a photo was taken
    of just this (`same_item`: one of the item before); `box` is the item's left, top, right and bottom, `outline` the
    width and height of the shot's frame, all as shares of the picture; `steady` is the share of the waiting for the
    photo that is over.
    """

    device: str
    problems: tuple[str, ...] = ()
    box: tuple[float, float, float, float] | None = None
    steady: float = 0.0
    outline: tuple[float, float] = (0.8, 0.84)


class DefectDrawn(msgspec.Struct, frozen=True):
    """A person drew on a photo of the item in work where a defect is; points as in `station.facts.DefectMarked`."""

    sha256: str
    start: tuple[int, int]
    end: tuple[int, int]
    zone: str
    kind: str
    severity: int


class LabelRead(msgspec.Struct, frozen=True):
    """What was found in the print and the barcodes of a photo that was kept; `on` is the day (ISO) it was read."""

    item: str
    shot: str
    sha256: str
    readings: tuple[Reading, ...]
    on: str


Input = (
    Scan
    | Unreadable
    | AcceptedWeight
    | Command
    | PhotoChecked
    | PhotoFailed
    | PhotoReady
    | DefectDrawn
    | PhotoCompared
    | Printed
    | PrintWaiting
    | NotPrinted
    | LabelRead
)
