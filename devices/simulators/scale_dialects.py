"""The other languages of simulated scales, written from the same manuals as the drivers and sharing no line with them.

Two are kept apart: MT-SICS, for its many commands, and the AZextra, which remembers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import xor

from devices.simulators.scale_pan import Pan
from devices.simulators.wire import FACTORY_FRAMING, Framing

STREAM_EVERY_S = 0.1
Answer = Callable[[Pan, float], bytes]


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: commands end with `end` (or are single bytes), each has an answer; `stream` is sent unasked."""

    framing: Framing
    answers: Mapping[bytes, Answer]
    end: bytes = b""
    unknown: Answer = lambda pan, now: b""
    stream: Answer | None = None


class Speaker:
    """The program of a scale with such a language."""

    def __init__(self, tongue: Tongue) -> None:
        self.framing = tongue.framing
        self._tongue = tongue
        self._buffer = b""
        self._due = 0.0

    def hear(self, data: bytes, pan: Pan, now: float) -> list[bytes]:
        """What it answers to bytes of the driver."""
        tongue = self._tongue
        if tongue.end:
            *commands, rest = (self._buffer + data).split(tongue.end)
            self._buffer = rest[-40:]
        else:
            commands = [bytes([byte]) for byte in data]
        answers = [tongue.answers.get(command, tongue.unknown)(pan, now) for command in commands]
        return [answer for answer in answers if answer]

    def unasked(self, pan: Pan, now: float) -> list[bytes]:
        """What it sends by itself."""
        if self._tongue.stream is None or now < self._due:
            return []
        self._due = now + STREAM_EVERY_S
        return [self._tongue.stream(pan, now)]

    def printed(self, pan: Pan, now: float) -> list[bytes]:
        """The print key does nothing here."""
        return []


class AzExtra:
    """Prints a label for a still weight that is new and not zero; asked for one it has given, it beeps."""

    framing = Framing(4800)

    def __init__(self) -> None:
        self._given = -1  # at which clearing of the platform it gave its last weight
        self._buffer = b""

    def hear(self, data: bytes, pan: Pan, now: float) -> list[bytes]:
        """P prints."""
        *commands, rest = (self._buffer + data).split(b"\r\n")
        self._buffer = rest[-40:]
        return [label for command in commands if command == b"P" for label in self.printed(pan, now)]

    def unasked(self, pan: Pan, now: float) -> list[bytes]:
        """Nothing."""
        return []

    def printed(self, pan: Pan, now: float) -> list[bytes]:
        """The label."""
        if pan.moving(now) or pan.over or pan.load_mg <= 0 or self._given == pan.cleared:
            return []
        self._given = pan.cleared
        weight = f"{pan.shown(now, 'kg', 3)}"
        return [f"Date 12/09/2026\r\nTime 14:56:27\r\nGross Wt    {weight} Kg\r\nUnit price 1.00\r\n\r\n\r\n".encode()]


def _toledo(unit: str, decimals: int, zero_as_status: bool = False) -> Answer:
    def answer(pan: Pan, now: float) -> bytes:
        shown = pan.shown(now, unit, decimals)
        net = 32 if pan.tare_mg else 0
        status = 64 | net | pan.moving(now) | 2 * pan.over | 4 * (shown < 0) | 16 * (shown == 0)
        if status & 7 or (zero_as_status and status & 16):
            return b"\x02?%c\r" % status
        width = 6 if decimals else 0
        digits = f"{shown:0{width}.{decimals}f}" if decimals else f"{shown:06.0f}"
        return b"\x02" + digits.encode() + (b"N" if net and not zero_as_status else b"") + b"\r"

    return answer


def _toledo_tongue(unit: str, decimals: int, framing: Framing, zero_as_status: bool = False) -> Tongue:
    answer = _toledo(unit, decimals, zero_as_status)
    # Whatever it does not know is answered by a status: 0x40, nothing to say.
    return Tongue(framing, {b"W": answer}, unknown=lambda pan, now: b"\x02?\x40\r")


def _standard_status(pan: Pan, now: float, negative: bool) -> bytes:
    first = 0x30 | pan.moving(now) | 2 * (not pan.moving(now) and pan.shown(now) == 0)
    return bytes([first, 0x30 | negative | 2 * pan.over])


def _diva(pan: Pan, now: float) -> bytes:
    shown = pan.shown(now, "kg", 3)
    status = b"\nS" + _standard_status(pan, now, shown < 0) + b"\r\x03"
    if pan.moving(now) or shown < 0 or pan.over:
        return status
    return b"\n" + f"{shown:06.3f}KG\r".encode() + status


def _nci_7800(pan: Pan, now: float) -> bytes:
    field = "^^^^^^^" if pan.over else "_______" if pan.under else f"{pan.shown(now, 'lb', 2):7.2f}"
    return f"\n{field}lb\r\n".encode() + _standard_status(pan, now, pan.under) + b"\r\x03"


def _scp_12(pan: Pan, now: float) -> bytes:
    shown = pan.shown(now, "lb", 2)
    first = 0x3C | (not pan.moving(now)) | 2 * (shown != 0)
    sign = "-" if shown < 0 else " "
    return f"\n{sign}{abs(shown):06.2f}LB\r".encode() + bytes([first, 0x30 | pan.under | 2 * pan.over]) + b"\x03"


def _sbi(pan: Pan, now: float) -> bytes:
    shown = pan.shown(now, "kg", 3)
    field = "^" * 9 if pan.over else "_" * 9 if pan.under else f"{'-' if shown < 0 else ' '}{abs(shown):8.3f}"
    first = 0x30 | pan.moving(now) | 2 * (shown == 0)
    status = bytes([first, 0x70 | pan.under | 2 * pan.over, 0x31 | 4 * bool(pan.tare_mg)])
    return f"\n{field}kg\r\n".encode() + status + b"\r\x03"


def _nci_tongue(answer: Answer, framing: Framing) -> Tongue:
    return Tongue(framing, {b"W": answer}, end=b"\r", unknown=lambda pan, now: b"\n?\r\x03")


def _a_and_d(pan: Pan, now: float) -> bytes:
    if pan.over or pan.under:
        return b"OL,%c9999999E+19\r\n" % (b"+" if pan.over else b"-")
    return f"{'US' if pan.moving(now) else 'ST'},{pan.shown(now, 'kg', 3):+09.3f} kg\r\n".encode()


def _cas_22(pan: Pan, now: float) -> bytes:
    moving, shown = pan.moving(now), pan.shown(now, "kg", 3)
    header = b"OL" if pan.over else b"US" if moving else b"ST"
    lamp = 0x80 | 0x40 * (not moving) | (2 if pan.tare_mg else 4) | (shown == 0)
    return header + (b",NT,1" if pan.tare_mg else b",GS,1") + b"%c," % lamp + f"{shown:08.3f} kg\r\n".encode()


def _cas_sw2(pan: Pan, now: float) -> bytes:
    shown = pan.shown(now, "kg", 3)
    status = "F" if pan.over else "U" if pan.moving(now) else "S"
    body = f"{status}{'-' if shown < 0 else ' '}{abs(shown):06.3f}KG".encode()
    return b"\x01\x02" + body + bytes([reduce(xor, body)]) + b"\x03\x04"


def _ohaus_line(pan: Pan, now: float) -> bytes:
    if pan.over or pan.under:
        return b"Err 8.3\r\n" if pan.over else b"Err 8.4\r\n"
    return f"{pan.shown(now, 'g', 1):>11} g {'?' if pan.moving(now) else ' '}\r\n".encode()


def _ohaus_ranger(pan: Pan, now: float) -> bytes:
    if pan.over or pan.under:
        return b"Err 8.3\r\n" if pan.over else b"Err 8.4\r\n"
    shown = pan.shown(now, "kg", 3)
    legend = "NET" if pan.tare_mg else "B/G"
    sign, moving = "-" if shown < 0 else " ", "?" if pan.moving(now) else " "
    return f"{sign}  {abs(shown):>7} kg {moving} {legend}\r\n".encode()


def _cpwplus(pan: Pan, now: float) -> bytes:
    shown = pan.shown(now, "kg", 2, gross=True)
    return f"G {'-' if shown < 0 else '+'} {abs(shown):8.2f} kg\r\n".encode()


def _hid(pan: Pan, now: float) -> bytes:
    shown = pan.shown(now, "g", 0)
    status = 6 if pan.over else 5 if shown < 0 else 3 if pan.moving(now) else 4 if shown else 2
    # Grams up to what 16 bits hold, tens of grams beyond; the sign is lost, as on the real one.
    power = 0 if abs(shown) < 65_536 else 1
    return bytes([3, status, 2, power]) + int(abs(shown) / 10**power).to_bytes(2, "little")


SEVEN_BITS_EVEN = Framing(9600, 7, "E")
TONGUES: Mapping[str, Tongue] = {
    "toledo-8217-kg": _toledo_tongue("kg", 3, SEVEN_BITS_EVEN),
    "toledo-8217-lb": _toledo_tongue("lb", 2, SEVEN_BITS_EVEN),
    "diva-ecr": _nci_tongue(_diva, SEVEN_BITS_EVEN),
    "nci-7800": _nci_tongue(_nci_7800, SEVEN_BITS_EVEN),
    "scp-12": _nci_tongue(_scp_12, FACTORY_FRAMING),
    "sbi": _nci_tongue(_sbi, FACTORY_FRAMING),
    "brecknell-8213-lb": _toledo_tongue("lb", 2, FACTORY_FRAMING, zero_as_status=True),
    "brecknell-8213-kg": _toledo_tongue("kg", 2, FACTORY_FRAMING, zero_as_status=True),
    "brecknell-8213-g": _toledo_tongue("g", 0, FACTORY_FRAMING, zero_as_status=True),
    "a-and-d": Tongue(Framing(2400, 7, "E"), {b"Q": _a_and_d}, end=b"\r\n", unknown=lambda pan, now: b"EC,E01\r\n"),
    "cas-22": Tongue(FACTORY_FRAMING, {}, stream=_cas_22),
    "cas-sw2": Tongue(FACTORY_FRAMING, {b"\x11": _cas_sw2}),
    "ohaus": Tongue(FACTORY_FRAMING, {b"IP": _ohaus_line, b"P": _ohaus_line}, end=b"\r\n"),
    "ohaus-ranger": Tongue(FACTORY_FRAMING, {b"P": _ohaus_ranger}, end=b"\r\n"),
    "adam-cpwplus": Tongue(FACTORY_FRAMING, {b"G": _cpwplus}, end=b"\r\n"),
    "hid-pos": Tongue(FACTORY_FRAMING, {}, stream=_hid),
}
