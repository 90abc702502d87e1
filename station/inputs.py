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
    SHOOT = "shoot"
    SKIP = "skip"
    NO_CODE = "no-code"
    OVERRIDE = "override"
    REPRINT = "reprint"
    BIN_FULL = "bin-full"
    SIGN_OUT = "sign-out"


class Command(msgspec.Struct, frozen=True):
    """A command of the person at the bench; `value` is the choice's value (or its key) with CHOOSE."""

    do: Do
    value: str = ""


class PhotoChecked(msgspec.Struct, frozen=True):
    """A still that is already on disk under its hash, and what the gate says of it.

    `problems` are codes of grading.photo, worst first; `repeat_of` is the plate or item an equal photo was taken of.
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


class PhotoFailed(msgspec.Struct, frozen=True):
    """The still could not be had: `why` is the camera's fault code."""

    request: str
    why: str


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
    | Printed
    | PrintWaiting
    | NotPrinted
    | LabelRead
)
