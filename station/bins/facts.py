"""The facts of bins: labelled, opened, closed, reopened, merged, checked, and what was carried between them."""

from typing import Literal

import msgspec

from station.fact import Fact
from station.records import Apart, Disposition

BinStep = Literal["opened", "closed", "reopened", "moved", "merged", "carried"]


class BinOpened(Fact, frozen=True):
    """A bin's label was scanned at the bench: goods of this disposition (and client) may go in, or hazards only.

    `fill` is how often the bin had left the bench before. One that is `apart` takes only goods decided so.
    """

    bin: str
    disposition: Disposition
    client: str = ""
    hazard: bool = False
    fill: int = 0
    apart: Apart = ""


class BinLabelled(Fact, frozen=True):
    """A new bin code was allotted and its label sent to the printer; `replaces` names the full bin."""

    bin: str
    disposition: Disposition
    client: str = ""
    replaces: str = ""
    apart: Apart = ""


class BinClosed(Fact, frozen=True):
    """A bin takes no more goods; `items` units lie in it, and `manifest` is the SHA-256 (hex) of the list of them."""

    bin: str
    why: str
    items: int = 0
    manifest: str = ""


class Misplaced(msgspec.Struct, frozen=True):
    """A plate that lies in another bin than it was put into; `belongs_to` is empty for one that is in none yet."""

    plate: str
    belongs_to: str = ""


class BinReopened(Fact, frozen=True):
    """A closed bin takes goods again, and why; `items` is what lay in it by our own count."""

    bin: str
    disposition: Disposition
    why: str
    client: str = ""
    fill: int = 0
    items: int = 0
    apart: Apart = ""


class BinMerged(Fact, frozen=True):
    """All that lay in a bin, `items` units, was put into another one of the same way and client.

    `fill` and `into_fill` are how often each had left the bench before.
    """

    bin: str
    fill: int
    into: str
    into_fill: int
    items: int


class Carried(Fact, frozen=True):
    """An item was taken out of one bin and put into another one, for it goes another way now; proven by both scans.

    `disposition` is that of the bin, `fill` how often the bin had left the bench before.
    """

    item: str
    plate: str
    bin: str
    disposition: Disposition
    was_bin: str
    fill: int = 0


class BinCheckBegan(Fact, frozen=True):
    """Somebody counts one bin without knowing what it should hold: the bench's `n`-th such check (from 1)."""

    bin: str
    n: int


class BinPlateChecked(Fact, frozen=True):
    """A plate was scanned in the bin that is checked, whatever it is."""

    bin: str
    n: int
    plate: str


class BinPlateUnchecked(Fact, frozen=True):
    """A plate was scanned by mistake: it does not lie in the bin that is checked."""

    bin: str
    n: int
    plate: str


class BinChecked(Fact, frozen=True):
    """All plates of a bin were scanned: so many; and which are missing, belong elsewhere, or are nobody's here."""

    bin: str
    n: int
    plates: int
    missing: tuple[str, ...] = ()
    misplaced: tuple[Misplaced, ...] = ()
    foreign: tuple[str, ...] = ()


class BinCheckLeft(Fact, frozen=True):
    """The check of a bin was not brought to its end, and says nothing."""

    bin: str
    n: int


class BinStepTakenBack(Fact, frozen=True):
    """The last step with a bin holds no longer: what transaction `txn` did to bins, and to what lay in them.

    `fill` is that of the move which is taken back, 0 for every other step.
    """

    step: BinStep
    txn: str
    bin: str
    fill: int = 0
