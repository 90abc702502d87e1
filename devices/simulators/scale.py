"""A Mettler-Toledo scale speaking MT-SICS: `python -m devices.simulators.scale --link PATH`.

Commands: {"do":"place","weight_mg":2310000,"wobble_s":0.6}, {"do":"remove"}, {"do":"wobble"},
{"do":"garbage","seed":1}, {"do":"silence"}, {"do":"speak"}, {"do":"unplug"}, {"do":"plug"}.
Answers S, SI, SIR, Z, ZI, T, TI, TA, TAC, I0, I4 and @ as the AL-IC and AT manuals say; anything else is ES.
"""

import argparse
import random
import threading
import time
from dataclasses import dataclass

from devices.simulators import wire
from devices.simulators.control import Command, Control

CAPACITY_MG = 60_000_000
STEP_MG = 1_000
STABLE_WAIT_S = 3.0
ZERO_RANGE_MG = CAPACITY_MG // 50
STREAM_EVERY_S = 0.1
SERIAL_NUMBER = "B021002593"
_COMMANDS = ("I0", "I4", "S", "SI", "SIR", "Z", "ZI", "T", "TI", "TA", "TAC", "@")


@dataclass(frozen=True, slots=True)
class Platform:
    """What lies on the scale, and until when it rocks (monotonic seconds)."""

    load_mg: int = 0
    zero_mg: int = 0
    tare_mg: int = 0
    moving_until: float = 0.0

    @property
    def net_mg(self) -> int:
        """What the display shows when still, rounded to the scale's step."""
        return round((self.load_mg - self.zero_mg - self.tare_mg) / STEP_MG) * STEP_MG


class Scale:
    """The scale's own program: a platform people change and a line that is served."""

    def __init__(self, line: wire.Wire) -> None:
        self._line = line
        self._lock = threading.Lock()
        self._platform = Platform()
        self._noise = random.Random(1)
        self._ended = threading.Event()
        self._silent = False
        self._waiting_until = 0.0  # S was asked and waits for a stable weight
        self._streaming_at = 0.0  # SIR was asked: when the next weight is due
        self._server = threading.Thread(target=self._serve, name="scale-line")

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def end(self) -> None:
        """Stop and hang up."""
        self._ended.set()
        self._server.join()
        self._line.unplug()

    def place(self, command: Command) -> None:
        """Put something on the platform instead of what is there; it rocks for `wobble_s`."""
        self._load(int(command["weight_mg"]), float(command.get("wobble_s", 0.6)))

    def remove(self, command: Command) -> None:
        """Clear the platform."""
        self._load(0, float(command.get("wobble_s", 0.2)))

    def wobble(self, command: Command) -> None:
        """Knock against the bench."""
        with self._lock:
            self._move(self._platform.load_mg, float(command.get("wobble_s", 0.6)))

    def garbage(self, command: Command) -> None:
        """Line noise."""
        noise = random.Random(int(command.get("seed", 1)))
        self._line.write(bytes(noise.randrange(256) for _ in range(200)))

    def silence(self, command: Command) -> None:
        """Switched off: the line is there and nobody answers."""
        self._silent = True

    def speak(self, command: Command) -> None:
        """Switched on again."""
        self._silent = False

    def unplug(self, command: Command) -> None:
        """Pull the plug."""
        self._line.unplug()

    def plug(self, command: Command) -> None:
        """Put it back."""
        self._line.plug()

    def _load(self, load_mg: int, wobble_s: float) -> None:
        with self._lock:
            self._move(load_mg, wobble_s)

    def _move(self, load_mg: int, wobble_s: float) -> None:
        old = self._platform
        self._platform = Platform(load_mg, old.zero_mg, old.tare_mg, time.monotonic() + wobble_s)

    def _serve(self) -> None:
        buffer = b""
        while not self._ended.is_set():
            data = self._line.read()
            if not data:
                self._ended.wait(0.01)
            if not self._line_fits(data):
                continue
            *lines, buffer = (buffer + data).split(b"\r\n")
            for line in lines:
                self._answer(line.decode("ascii", "replace"))
            buffer = buffer[-200:]
            self._unasked()

    def _line_fits(self, data: bytes) -> bool:
        """At the wrong line settings both sides hear noise."""
        if self._silent:
            return False
        if data and not self._line.fits():
            self._line.write(bytes(self._noise.randrange(128, 256) for _ in range(12)))
            return False
        return True

    def _say(self, answer: str) -> None:
        self._line.write(answer.encode("ascii") + b"\r\n")

    def _answer(self, line: str) -> None:
        with self._lock:
            name = line.split(" ", 1)[0]
            if name not in _COMMANDS or (" " in line and name != "TA"):
                self._say("ES")
                return
            if name in {"S", "SI", "SIR", "@"}:
                self._waiting_until = self._streaming_at = 0.0
            self._obey(name, line)

    def _obey(self, name: str, line: str) -> None:
        now = time.monotonic()
        match name:
            case "S":
                self._waiting_until = now + STABLE_WAIT_S
            case "SI":
                self._say(self._weight(now))
            case "SIR":
                self._streaming_at = now
            case "Z" | "ZI":
                self._say(self._zero(name, now))
            case "T" | "TI":
                self._say(self._tare(name, now))
            case "TA":
                self._say(self._preset(line))
            case "TAC":
                self._platform = Platform(self._platform.load_mg, self._platform.zero_mg, 0)
                self._say("TAC A")
            case "I4":
                self._say(f'I4 A "{SERIAL_NUMBER}"')
            case "I0":
                for command in _COMMANDS[:-1]:
                    self._say(f'I0 B 0 "{command}"')
                self._say('I0 A 0 "@"')
            case _:
                self._say(f'I4 A "{SERIAL_NUMBER}"')

    def _unasked(self) -> None:
        """What a waiting S or a running SIR has to say now."""
        now = time.monotonic()
        with self._lock:
            if self._streaming_at and now >= self._streaming_at:
                self._streaming_at = now + STREAM_EVERY_S
                self._say(self._weight(now))
            if self._waiting_until:
                if now >= self._platform.moving_until:
                    self._waiting_until = 0.0
                    self._say(self._weight(now))
                elif now >= self._waiting_until:
                    self._waiting_until = 0.0
                    self._say("S I")

    def _weight(self, now: float) -> str:
        platform = self._platform
        if platform.load_mg > CAPACITY_MG:
            return "S +"
        if platform.load_mg - platform.zero_mg < -ZERO_RANGE_MG:
            return "S -"
        moving = now < platform.moving_until
        shown_mg = platform.net_mg
        if moving:
            shown_mg += self._noise.randrange(-40, 41) * STEP_MG
        return f"S {'D' if moving else 'S'} {_grams(shown_mg):>10} g"

    def _zero(self, name: str, now: float) -> str:
        platform = self._platform
        if now < platform.moving_until and name == "Z":
            return "Z I"
        if platform.load_mg > ZERO_RANGE_MG:
            return f"{name} +"
        if platform.load_mg < -ZERO_RANGE_MG:
            return f"{name} -"
        self._platform = Platform(platform.load_mg, platform.load_mg, 0, platform.moving_until)
        if name == "Z":
            return "Z A"
        return "ZI D" if now < platform.moving_until else "ZI S"

    def _tare(self, name: str, now: float) -> str:
        platform = self._platform
        moving = now < platform.moving_until
        if moving and name == "T":
            return "T I"
        tare_mg = platform.load_mg - platform.zero_mg
        if tare_mg < 0:
            return f"{name} -"
        self._platform = Platform(platform.load_mg, platform.zero_mg, tare_mg, platform.moving_until)
        return f"{name} {'D' if moving else 'S'} {_grams(tare_mg):>10} g"

    def _preset(self, line: str) -> str:
        """TA asks for the tare, TA with a weight sets it."""
        platform = self._platform
        words = line.split()
        if len(words) == 1:
            return f"TA A {_grams(platform.tare_mg):>10} g"
        try:
            tare_mg = round(float(words[1]) * 1000)
        except ValueError:
            return "TA L"
        if len(words) != 3 or words[2] != "g" or not 0 <= tare_mg <= CAPACITY_MG:
            return "TA L"
        self._platform = Platform(platform.load_mg, platform.zero_mg, tare_mg, platform.moving_until)
        return f"TA A {_grams(tare_mg):>10} g"


def _grams(weight_mg: int) -> str:
    sign = "-" if weight_mg < 0 else ""
    return f"{sign}{abs(weight_mg) // 1000}.{abs(weight_mg) % 1000 // 10:02d}"


def main() -> None:
    """Run until stdin closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    wire.add_arguments(parser)
    line = wire.from_arguments(parser.parse_args())
    scale, control = Scale(line), Control()
    scale.start()
    control.announce("ready", address=line.address)
    control.serve(
        {
            "place": scale.place,
            "remove": scale.remove,
            "wobble": scale.wobble,
            "garbage": scale.garbage,
            "silence": scale.silence,
            "speak": scale.speak,
            "unplug": scale.unplug,
            "plug": scale.plug,
        }
    )
    scale.end()


if __name__ == "__main__":
    main()
