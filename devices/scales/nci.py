"""NCI and ECR: `W CR` is answered by a figure with its unit and status bytes, in one of four dialects.

The dialects share a name and differ in framing and in the sense of bits, so a site names its own. Sources:
DIVA service manual pages 35 to 38 (`diva-ecr`); NCI 7800 manual page 32, Weigh-Tronix SCP-01, 3700LP manual page
10 (`nci-7800`); Brecknell manual AWT35-100089 page 26 (`scp-12`, motion and zero inverted); Brecknell SBI140 manual
page 25 and Adam MDW manual 8.5 (`sbi`, three status bytes). Bits 4 and 5 of each status byte are 1, and from
the second byte on bit 6 says that another follows. On a line with parity the port gives a damaged byte as NUL;
without, a damaged digit is another digit.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from devices.readings import WeightState
from devices.scales.frames import FAULT, GARBLED, MOVING, OVER, UNDER, Basis, Codec, Frames, Shown, figure

REQUEST = b"W\r"
_LONGEST_FRAME = 60
_ETX = 0x03


@dataclass(frozen=True, slots=True)
class _Status:
    """What the status bytes say, whatever their dialect."""

    motion: bool
    under: bool
    over: bool
    fault: bool
    calibration: bool = False
    held: bool = False
    basis: Basis = "unknown"


@dataclass(frozen=True, slots=True)
class _Dialect:
    figure: re.Pattern[bytes]
    alone: re.Pattern[bytes]
    read: Callable[[bytes], _Status | None]


def _standard(status: bytes) -> _Status | None:
    """SCP-01 and ECR; the third byte is there when bit 6 of the second says so."""
    follows = [bool(byte & 0x40) for byte in status]
    if follows != [False, *[True] * (len(status) - 2), False]:
        return None
    first, second, third = status[0], status[1], status[2] if len(status) > 2 else 0
    return _Status(
        motion=bool(first & 1),
        under=bool(second & 1),
        over=bool(second & 2),
        fault=bool(first & 0x0C or second & 4 or third & 8),
        calibration=bool(second & 8),
        basis="unknown" if not third else "net" if third & 4 else "gross",
    )


def _inverted(status: bytes) -> _Status | None:
    """SCP-12: in the first byte 1 is good: still, memory sound."""
    if len(status) != 2 or status[1] & 0x40:
        return None
    first, second = status
    return _Status(
        motion=not first & 1,
        under=bool(second & 1),
        over=bool(second & 2),
        fault=first & 0x0C != 0x0C or bool(second & 4),
        calibration=bool(second & 8),
    )


def _three_bytes(status: bytes) -> _Status | None:
    """SBI and MDW: the bits that are always 0 or 1 are a check, and the third byte tells when a figure is held."""
    if len(status) != 3:
        return None
    first, second, third = status
    if (first & 0x74, second & 0x7C, third & 0x78) != (0x30, 0x70, 0x30) or third & 3 not in {1, 2}:
        return None
    return _Status(
        motion=bool(first & 1),
        under=bool(second & 1),
        over=bool(second & 2),
        fault=bool(first & 8),
        held=third & 3 == 2,
        basis="net" if third & 4 else "gross",
    )


_STATUS = rb"(?P<status>[\x30-\x3f][\x30-\x3f\x70-\x7f]{1,3})"
_TWO_LINES = rb"\r\n" + _STATUS + rb"\r\x03"
_UNIT = rb"(?P<unit>lb|LB|kg|KG|oz|OZ|g|G|ct|CT)"
_POUNDS_AND_OUNCES = rb"(?P<lb> {0,2}\d{1,3}) ?(?:lb|LB) ?(?P<oz>[ \d]\d(?:\.\d{1,2})?) ?(?:oz|OZ)"
# Instead of figures: ^ over capacity, _ under capacity, - zero error; the status bytes say which.
_NO_DIGITS = rb"(?P<none>\^{4,9}|_{4,9}|-{4,9})(?:lb|LB|kg|KG|oz|OZ|g|G| ){0,2}"


def _figure(value: bytes) -> bytes:
    return rb"\n(?:%s *%s ?|%s|%s)" % (value, _UNIT, _POUNDS_AND_OUNCES, _NO_DIGITS)


_DIALECTS: Mapping[str, _Dialect] = {
    "diva-ecr": _Dialect(
        re.compile(_figure(rb"(?=[\d.]{6}[LKO])(?P<value>\d+\.\d+)") + rb"\r\nS" + _STATUS + rb"\r\x03"),
        re.compile(rb"\nS" + _STATUS + rb"\r\x03"),
        _standard,
    ),
    "nci-7800": _Dialect(
        re.compile(_figure(rb"(?=[ \d.-]{5,8}[A-Za-z])(?P<value> *-? *\d+(?:\.\d+)?)") + _TWO_LINES),
        re.compile(rb"\n" + _STATUS + rb"\r\x03"),
        _standard,
    ),
    "scp-12": _Dialect(
        re.compile(_figure(rb"(?P<value>[ -](?=[\d.]{6,8}[A-Za-z])\d+(?:\.\d+)?)") + rb"\r" + _STATUS + rb"\x03"),
        re.compile(rb"\n" + _STATUS + rb"\r\x03"),
        _inverted,
    ),
    "sbi": _Dialect(
        re.compile(_figure(rb"(?=[ \d.-]{5,9}[A-Za-z])(?P<value>[ -] *\d+(?:\.\d+)?)") + _TWO_LINES),
        re.compile(rb"\n" + _STATUS + rb"\r\x03"),
        _three_bytes,
    ),
}


def codec(device: str, dialect: str) -> Codec:
    """Frames end with ETX."""
    return Frames(device, partial(decode, _DIALECTS[dialect]), last=_ETX, longest=_LONGEST_FRAME)


def decode(dialect: _Dialect, frame: bytes) -> Shown | None:
    """What one frame says."""
    found = dialect.figure.fullmatch(frame) or dialect.alone.fullmatch(frame)
    status = dialect.read(found["status"]) if found else None
    if found is None or status is None:
        return GARBLED
    if status.fault:
        return FAULT
    if status.calibration:
        return Shown(WeightState.needs_calibration)
    if status.over:
        return OVER
    if status.under:
        return UNDER
    # Without a figure and without a reason for that, the zero the scale was switched on with is out of range.
    nothing = MOVING if status.motion else FAULT
    if found.re is dialect.alone or found["none"]:
        return nothing
    value, unit = _value(found)
    return figure(value, unit, still=not (status.motion or status.held), basis=status.basis)


def _value(found: re.Match[bytes]) -> tuple[Decimal, str]:
    if found["oz"]:
        return Decimal(found["lb"].decode()) * 16 + Decimal(found["oz"].decode().strip()), "oz"
    return Decimal(found["value"].decode().replace(" ", "")), found["unit"].decode().lower()
