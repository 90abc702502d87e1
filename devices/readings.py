"""What devices say, as frozen values: scans, weights, pictures, printer outcomes and their own health.

Every `at` is `time.monotonic()` of the machine the driver runs on, in seconds; it orders readings of one
process and is never a wall clock. Every `why` is a stable code for screens to translate; `detail` is
English for the log only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from enum import StrEnum
from typing import Literal


class Fault(StrEnum):
    """Why a device is down, or a job or picture did not come: stable codes, translated by the screen."""

    unreachable = "unreachable"  # cannot be opened: not plugged in, wrong address, refused
    in_use = "in_use"  # another program has it open
    lost = "lost"  # was there and went: unplugged, connection closed
    no_answer = "no_answer"  # open, but silent
    wrong_line_settings = "wrong_line_settings"  # it talks, and nothing it says makes sense
    garbled = "garbled"  # one scan or frame that makes no sense
    too_long = "too_long"  # a scan longer than any barcode can be
    empty = "empty"  # a scan without a character in it
    no_frames = "no_frames"  # the camera is open and sends no pictures
    frozen = "frozen"  # the camera sends the same picture again and again
    media_out = "media_out"
    ribbon_out = "ribbon_out"
    head_open = "head_open"
    paused = "paused"
    overheated = "overheated"
    cutter_fault = "cutter_fault"
    label_jam = "label_jam"
    head_worn = "head_worn"  # an element of the print head is dead
    mark_not_found = "mark_not_found"  # no gap or black mark where the next label should begin
    label_not_taken = "label_not_taken"  # peeled off and waiting to be taken; the next one waits for that
    wrong_language = "wrong_language"  # a label printer that does not speak ZPL
    queue_stopped = "queue_stopped"  # the system's print queue was stopped or refuses jobs
    no_queue = "no_queue"  # the system has no print queue of that name
    stuck = "stuck"  # held for long, and nobody says why
    printer_fault = "printer_fault"  # any other error the printer reports; detail has its bits
    buffer_full = "buffer_full"
    cancelled = "cancelled"
    outcome_unknown = "outcome_unknown"  # sent, then lost sight of it: it may or may not have been printed
    broken = "broken"  # a bug in the driver itself; the log has it


class WeightState(StrEnum):
    """What a scale says about its own figure; only `stable` may ever be taken as a weight."""

    stable = "stable"
    stable_zero = "stable_zero"
    moving = "moving"
    over = "over"
    under = "under"
    fault = "fault"
    needs_calibration = "needs_calibration"
    no_answer = "no_answer"
    garbled = "garbled"


# Every factor is exact. Tael and ton are missing on purpose: they differ from country to country.
MILLIGRAMS_PER_UNIT: Mapping[str, Decimal] = {
    "mg": Decimal(1),
    "g": Decimal(1_000),
    "kg": Decimal(1_000_000),
    "t": Decimal(1_000_000_000),
    "lb": Decimal("453592.37"),  # exact since the 1959 international yard and pound agreement
    "oz": Decimal("28349.523125"),
    "ozt": Decimal("31103.4768"),
    "ct": Decimal(200),  # the metric carat
    "gr": Decimal("64.79891"),  # the grain, a 7000th of a pound
    "dwt": Decimal("1555.17384"),  # the pennyweight, 24 grains
}


@dataclass(frozen=True, slots=True)
class Scan:
    """One code read: `text` without AIM identifier and suffix, 0x1d kept; `aim` such as "]C1", or empty."""

    device: str
    text: str
    aim: str
    at: float


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something came from a scanner that is no code: `raw` is the start of it (at most 80 bytes)."""

    device: str
    why: Fault
    raw: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Weight:
    """What the scale shows now. `value` is None where the scale gave a state instead of a figure."""

    device: str
    state: WeightState
    value: Decimal | None
    unit: str
    basis: Literal["gross", "net", "unknown"]
    raw: bytes
    at: float

    @property
    def weight_mg(self) -> int | None:
        """The figure in whole milligrams, or None without a figure or with a unit we do not know."""
        factor = MILLIGRAMS_PER_UNIT.get(self.unit)
        if self.value is None or factor is None:
            return None
        with localcontext(prec=60):
            return int((self.value * factor).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


@dataclass(frozen=True, slots=True)
class AcceptedWeight:
    """A weight the bench may use: stable, and the platform was empty before it."""

    device: str
    weight_mg: int
    at: float


@dataclass(frozen=True, slots=True)
class Up:
    """The device has just proved itself with a real answer."""

    device: str
    at: float


@dataclass(frozen=True, slots=True)
class Down:
    """The device has just stopped being of use, or is still of no use for another reason than before."""

    device: str
    why: Fault
    at: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """One preview picture: `bgr` is width * height * 3 bytes, rows from the top, no padding."""

    device: str
    bgr: bytes
    width: int
    height: int
    at: float


@dataclass(frozen=True, slots=True)
class Still:
    """The picture asked for by `request`, taken after it was asked for; width and height in pixels."""

    device: str
    request: str
    jpeg: bytes
    width: int
    height: int
    at: float


@dataclass(frozen=True, slots=True)
class NoStill:
    """The picture that was asked for by `request` will not come; ask again when the camera is up."""

    device: str
    request: str
    why: Fault
    at: float


@dataclass(frozen=True, slots=True)
class Printed:
    """Every byte of the job reached the printer and the printer reports nothing left to print."""

    device: str
    job: str
    at: float


@dataclass(frozen=True, slots=True)
class PrintWaiting:
    """The job is neither printed nor given up.

    `sent` False: it is still with us and goes out by itself when the printer is ready.
    `sent` True: the printer holds it and prints it by itself when the cause is removed; sending it again
    would give two labels.
    """

    device: str
    job: str
    why: Fault
    sent: bool
    at: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class NotPrinted:
    """The job is given up: cancelled, or `outcome_unknown`, when a person must look for the label."""

    device: str
    job: str
    why: Fault
    at: float
    detail: str = ""


Reading = (
    Scan
    | Unreadable
    | Weight
    | AcceptedWeight
    | Up
    | Down
    | Frame
    | Still
    | NoStill
    | Printed
    | PrintWaiting
    | NotPrinted
)
