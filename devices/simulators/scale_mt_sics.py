"""A scale that speaks MT-SICS: answers S, SI, SIR, Z, ZI, T, TI, TA, TAC, I0, I4 and @ as the AL-IC and AT manuals say.

Anything else is ES.
"""

from devices.simulators.scale_pan import CAPACITY_MG, ZERO_RANGE_MG, Pan
from devices.simulators.wire import FACTORY_FRAMING

STABLE_WAIT_S = 3.0
STREAM_EVERY_S = 0.1
SERIAL_NUMBER = "B021002593"
_COMMANDS = ("I0", "I4", "S", "SI", "SIR", "Z", "ZI", "T", "TI", "TA", "TAC", "@")


class MtSics:
    """The scale's own program."""

    framing = FACTORY_FRAMING

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting_until = 0.0  # S was asked and waits for a stable weight
        self._streaming_at = 0.0  # SIR was asked: when the next weight is due

    def hear(self, data: bytes, pan: Pan, now: float) -> list[bytes]:
        """What it answers to bytes of the driver."""
        *lines, rest = (self._buffer + data).split(b"\r\n")
        self._buffer = rest[-200:]
        answers = [self._answer(line.decode("ascii", "replace"), pan, now) for line in lines]
        return [answer.encode("ascii") + b"\r\n" for answer in answers if answer]

    def unasked(self, pan: Pan, now: float) -> list[bytes]:
        """What a waiting S or a running SIR has to say now."""
        out = []
        if self._streaming_at and now >= self._streaming_at:
            self._streaming_at = now + STREAM_EVERY_S
            out.append(_weight(pan, now))
        if self._waiting_until:
            if not pan.moving(now):
                self._waiting_until = 0.0
                out.append(_weight(pan, now))
            elif now >= self._waiting_until:
                self._waiting_until = 0.0
                out.append("S I")
        return [answer.encode("ascii") + b"\r\n" for answer in out]

    def printed(self, pan: Pan, now: float) -> list[bytes]:
        """The print key sends the weight."""
        return [_weight(pan, now).encode("ascii") + b"\r\n"]

    def _answer(self, line: str, pan: Pan, now: float) -> str:
        name = line.split(" ", 1)[0]
        if name not in _COMMANDS or (" " in line and name != "TA"):
            return "ES"
        if name in {"S", "SI", "SIR", "@"}:
            self._waiting_until = self._streaming_at = 0.0
        match name:
            case "S":
                self._waiting_until = now + STABLE_WAIT_S
                return ""
            case "SIR":
                self._streaming_at = now
                return ""
            case "SI":
                return _weight(pan, now)
            case "Z" | "ZI":
                return _zero(name, pan, now)
            case "T" | "TI":
                return _tare(name, pan, now)
            case "TA":
                return _preset(line, pan)
            case "TAC":
                pan.tare_mg = 0
                return "TAC A"
            case "I0":
                return "\r\n".join([*(f'I0 B 0 "{command}"' for command in _COMMANDS[:-1]), 'I0 A 0 "@"'])
            case _:
                return f'I4 A "{SERIAL_NUMBER}"'


def _weight(pan: Pan, now: float) -> str:
    if pan.over:
        return "S +"
    if pan.under:
        return "S -"
    return f"S {'D' if pan.moving(now) else 'S'} {pan.shown(now):>7.0f}.00 g"


def _zero(name: str, pan: Pan, now: float) -> str:
    moving = pan.moving(now)
    if moving and name == "Z":
        return "Z I"
    if abs(pan.load_mg) > ZERO_RANGE_MG:
        return f"{name} {'+' if pan.load_mg > 0 else '-'}"
    pan.zero_mg, pan.tare_mg = pan.load_mg, 0
    return "Z A" if name == "Z" else f"ZI {'D' if moving else 'S'}"


def _tare(name: str, pan: Pan, now: float) -> str:
    moving = pan.moving(now)
    if moving and name == "T":
        return "T I"
    if pan.load_mg < pan.zero_mg:
        return f"{name} -"
    pan.tare_mg = pan.load_mg - pan.zero_mg
    return f"{name} {'D' if moving else 'S'} {_grams(pan.tare_mg)} g"


def _preset(line: str, pan: Pan) -> str:
    """TA asks for the tare, TA with a weight sets it."""
    words = line.split()
    if len(words) == 1:
        return f"TA A {_grams(pan.tare_mg)} g"
    try:
        tare_mg = round(float(words[1]) * 1000)
    except ValueError:
        return "TA L"
    if len(words) != 3 or words[2] != "g" or not 0 <= tare_mg <= CAPACITY_MG:
        return "TA L"
    pan.tare_mg = tare_mg
    return f"TA A {_grams(tare_mg)} g"


def _grams(weight_mg: int) -> str:
    return f"{weight_mg / 1000:10.2f}"
