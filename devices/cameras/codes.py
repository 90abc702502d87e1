"""Reads barcodes in a camera's live picture: each code once for as long as it is shown.

Reading takes 10 to 50 ms of a full HD picture and several times that of a cluttered one, so it is done a few times a
second at most, for named symbologies only, and not at all while nothing in the picture changes.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from devices.readings import Fault, Scan
from devices.worker import DeviceError

if TYPE_CHECKING:
    from cv2.typing import MatLike

# Reading may take this part of the worker's time and no more, whatever lies under the camera.
_SHARE = 0.2
_LOOKED_AT = (64, 36)
# Between two pictures of the same thing a cell of 30 x 30 noisy pixels differs by well under one level.
_CHANGED_LEVELS = 5


@dataclass(frozen=True, slots=True)
class CodeSettings:
    """Which codes are read, and how often; `formats` are zxing-cpp's names.

    A code counts when it was read `reads` times. It has left when `gone_looks` looks in a row did not show it and
    `gone_s` have passed: a hand over it for a moment, or one look that failed, is not a new scan.
    """

    formats: tuple[str, ...] = ("EAN13", "UPCA", "Code128", "QRCode", "DataMatrix")
    per_s: float = 4.0
    reads: int = 2
    gone_looks: int = 3
    gone_s: float = 0.7


@dataclass(frozen=True, slots=True)
class Code:
    """What a symbol says: its text with GS (0x1d) for FNC1, and its AIM identifier such as `]E0`."""

    text: str
    aim: str


@dataclass(slots=True)
class _Sight:
    """How often a code was read since it came, and since when it has been missing."""

    reads: int = 0
    missed: int = 0
    missed_since: float = 0.0


class Shown:
    """Which codes lie under the camera, from look to look. It outlives a reconnect: what lay there still does."""

    def __init__(self, settings: CodeSettings) -> None:
        self._settings = settings
        self._sights: dict[Code, _Sight] = {}

    @property
    def unsettled(self) -> bool:
        """Whether another look at the same picture could tell something new."""
        return any(each.reads < self._settings.reads or each.missed for each in self._sights.values())

    def see(self, codes: Collection[Code], at: float) -> list[Code]:
        """Take one look's codes; those that count from now on."""
        fresh = []
        for code in dict.fromkeys(codes):
            sight = self._sights.setdefault(code, _Sight())
            sight.reads += 1
            sight.missed = 0
            if sight.reads == self._settings.reads:
                fresh.append(code)
        for code in [each for each in self._sights if each not in codes]:
            self._miss(code, at)
        return fresh

    def _miss(self, code: Code, at: float) -> None:
        sight = self._sights[code]
        sight.missed += 1
        if sight.missed == 1:
            sight.missed_since = at
        if sight.missed >= self._settings.gone_looks and at - sight.missed_since >= self._settings.gone_s:
            del self._sights[code]


class CodeReader:
    """Looks at a camera's pictures and gives scans."""

    def __init__(self, device: str, settings: CodeSettings) -> None:
        self._device = device
        self._settings = settings
        self._shown = Shown(settings)
        self._due = 0.0
        self._cells: MatLike | None = None

    def due(self, now: float) -> bool:
        """Whether the next picture is to be looked at."""
        return now >= self._due

    def look(self, cv2: ModuleType, picture: "MatLike", now: float) -> list[Scan]:
        """The scans that this picture, taken at `now`, completes. DeviceError for a format that does not exist."""
        self._due = now + 1 / self._settings.per_s
        changed = self._has_changed(cv2, picture)
        if not changed and not self._shown.unsettled:
            return []
        began = time.monotonic()
        codes = _read(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), self._settings.formats)
        self._due = max(self._due, now + (time.monotonic() - began) / _SHARE)
        return [Scan(self._device, code.text, code.aim, now) for code in self._shown.see(codes, now)]

    def _has_changed(self, cv2: ModuleType, picture: "MatLike") -> bool:
        """Whether anything moved since the last picture that was read."""
        cells = cv2.cvtColor(cv2.resize(picture, _LOOKED_AT, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
        last = self._cells
        if last is not None and int(cv2.absdiff(cells, last).max()) < _CHANGED_LEVELS:
            return False
        self._cells = cells
        return True


def _read(grey: "MatLike", names: tuple[str, ...]) -> list[Code]:
    import zxingcpp

    try:
        formats = zxingcpp.BarcodeFormats([getattr(zxingcpp.BarcodeFormat, name) for name in names])
    except AttributeError as error:
        raise DeviceError(Fault.broken, f"no such barcode format: {error}") from error
    found = zxingcpp.read_barcodes(
        grey,
        formats=formats,
        try_downscale=False,  # for codes larger than a bench camera shows them
        try_invert=False,
        text_mode=zxingcpp.TextMode.Plain,
    )
    return [Code(each.text, each.symbology_identifier) for each in found if each.valid and each.text.strip()]
