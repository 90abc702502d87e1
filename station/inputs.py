"""What the workflow can be told: readings of devices, checked photos, and the commands a person gives."""

from enum import StrEnum

import msgspec

from devices.readings import AcceptedWeight, NotPrinted, Printed, PrintWaiting, Scan, Unreadable

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


Input = (
    Scan
    | Unreadable
    | AcceptedWeight
    | Command
    | PhotoChecked
    | PhotoCompared
    | PhotoFailed
    | Printed
    | PrintWaiting
    | NotPrinted
)
