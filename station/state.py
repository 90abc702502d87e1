"""The bench's state: the facts of the running shift and parcel, arranged by `station.fold`."""

import msgspec

from station.authority.facts import SignedIn
from station.authority.pins import Wrong
from station.bins.checking import Check
from station.bins.facts import (
    BinLabelled,
    BinStep,
)
from station.calibration.facts import RefresherAsked
from station.calibration.looking import Looking
from station.calibration.practising import Practice
from station.inputs import PhotoChecked
from station.receiving.parcel import Item, Parcel
from station.records import Apart, Disposition
from station.shifts import closing as closings
from station.shifts.closing import Closing, HalfSigned


class OpenBin(msgspec.Struct, frozen=True, omit_defaults=True):
    """A bin at this bench that takes goods, and how many it holds by our own count."""

    code: str
    disposition: Disposition
    client: str = ""
    items: int = 0
    hazard: bool = False
    fill: int = 0
    apart: Apart = ""


class Step(msgspec.Struct, frozen=True):
    """A step a person can take back: its name, its transactions, and the parcel as it was before.

    `bins` are those of a step with bins alone, as they were before it, `kind` says which, `moved` is the move it made.
    """

    name: str
    txns: tuple[str, ...]
    before: Parcel | None
    placed_bin: str = ""
    plate: str = ""
    kind: BinStep | None = None
    bins: tuple[OpenBin, ...] = ()
    labelled: tuple[BinLabelled, ...] = ()
    moved: int = 0


class Choice(msgspec.Struct, frozen=True):
    """One thing that can be chosen: the value the workflow gets, and the words the person reads."""

    value: str
    text: str
    params: dict[str, str] = {}


class Ask(msgspec.Struct, frozen=True):
    """A question inside a step, not yet a fact: it is asked again after a power cut. `stage` names it.

    `code` and `value` are what was scanned or chosen so far; `photo` is a picture that the gate doubts.
    """

    stage: str
    code: str = ""
    value: str = ""
    params: dict[str, str] = {}
    choices: tuple[Choice, ...] = ()
    photo: PhotoChecked | None = None


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """All a bench is in the middle of. Counters only ever rise, undone or not: numbers are never reused."""

    station: str
    bench: str
    shift: str = ""
    operator: SignedIn | None = None
    parcel: Parcel | None = None
    bins: tuple[OpenBin, ...] = ()
    labelled: tuple[BinLabelled, ...] = ()
    steps: tuple[Step, ...] = ()
    parcels: int = 0
    items: int = 0
    plates: int = 0
    bin_labels: int = 0
    exceptions: int = 0
    shifts: int = 0
    ask: Ask | None = None
    closing: Closing | None = None
    check: Check | None = None
    checks: int = 0
    half_signed: tuple[HalfSigned, ...] = ()
    pins: tuple[Wrong, ...] = ()
    looking: Looking | None = None
    practice: Practice | None = None
    refreshers: tuple[RefresherAsked, ...] = ()

    @property
    def item(self) -> Item | None:
        """The item in work, if any."""
        return self.parcel.item if self.parcel is not None else None

    @property
    def phase(self) -> closings.Phase:
        """How far the close of the shift has come; empty while it works."""
        return self.closing.phase if self.closing is not None else ""
