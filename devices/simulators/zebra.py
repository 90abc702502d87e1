"""The inside of a simulated ZPL printer: what it understands, what it holds, and when it prints.

Source: Zebra ZPL II programming guide, ~HS, ~HQ, ~HI, ~JA, ~PP, ~PS, ^PQ, "SGD: getvar". A format is everything
from ^XA to ^XZ; tilde commands are obeyed as soon as they arrive, also inside a format. The printer holds what it
cannot print, and prints a label again from its start when it ran out in the middle of it. With another language
than ZPL it answers getvar alone and prints everything else as lines of text.
"""

import re
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_GETVAR = rb'! U1 getvar "(?P<variable>[^"\r\n]*)"\r?\n'
_COMMAND = re.compile(rb"~(?P<tilde>HQES|[A-Za-z]{2})|(?P<begin>\^[Xx][Aa])|(?P<end>\^[Xx][Zz])|" + _GETVAR)
_LINE = re.compile(_GETVAR + rb"|(?P<text>[^\n]*)\n|(?P<bare>~H(?:QES|[SI]))")
_QUANTITY = re.compile(rb"\^PQ(\d{1,8})")
# What may be the beginning of a command that has not come whole.
_LONGEST_COMMAND = 80


@dataclass(slots=True)
class Panel:
    """What is wrong with the printer, as a person at its front sees it."""

    media_out: bool = False
    ribbon_out: bool = False
    head_open: bool = False
    paused: bool = False
    cutter_jammed: bool = False
    labels_low: bool = False
    head_dirty: bool = False

    @property
    def error(self) -> bool:
        """In these states ~HS gets no answer."""
        return self.media_out or self.ribbon_out or self.head_open

    @property
    def error_bits(self) -> int:
        """The errors of ~HQES."""
        stopped = self.paused * 0x10000 | self.cutter_jammed * 0x8
        return self.media_out * 0x1 | self.ribbon_out * 0x2 | self.head_open * 0x4 | stopped

    @property
    def warning_bits(self) -> int:
        """The warnings of ~HQES."""
        return self.head_dirty * 0x2 | self.labels_low * 0x8


@dataclass(slots=True)
class _Held:
    """One format that was received whole, and how many labels of it are still to come."""

    data: bytes
    left: int


class Zebra:
    """The printer itself. `printed` is called with each whole label that comes out, `event` with a word."""

    def __init__(
        self,
        print_s: float,
        printed: Callable[[bytes], None],
        event: Callable[[str], None],
        languages: str = "zpl",
    ) -> None:
        self.panel = Panel()
        self.languages = languages
        self.out_of_media_in_next = False
        self._print_s = print_s
        self._printed = printed
        self._event = event
        self._changed = threading.Condition()
        self._held: deque[_Held] = deque()
        self._received = bytearray()
        self._in_format = False
        self._ended = False
        self._engine = threading.Thread(target=self._run, name="printer-engine")

    def start(self) -> None:
        """Switch on."""
        self._engine.start()

    def end(self) -> None:
        """Switch off."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._engine.join()

    def change(self, **panel: bool) -> None:
        """Change what is wrong with it."""
        with self._changed:
            for name, value in panel.items():
                setattr(self.panel, name, value)
            self._changed.notify_all()

    def speak(self, languages: str) -> None:
        """Take another language, as by its menu: what was received and not printed is lost."""
        self.forget()
        with self._changed:
            self.languages = languages

    def forget(self) -> None:
        """Lose everything held, as when the power goes."""
        with self._changed:
            self._held.clear()
            self._received.clear()
            self._in_format = False

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the network in any pieces; the bytes to answer."""
        with self._changed:
            self._received += data
            answers = self._obey() if "zpl" in self.languages else self._list_lines()
            self._changed.notify_all()
        return answers

    def _obey(self) -> bytes:
        """Carry out every command that has come whole."""
        answers = b""
        while (found := _COMMAND.search(self._received)) is not None:
            end = found.end()
            if found["tilde"]:
                answers += self._immediate(found["tilde"].upper())
                del self._received[found.start() : end]
            elif found["begin"]:
                self._begin(found.start(), end)
            elif found["end"]:
                self._end_format(end)
            else:
                answers += self._value(found["variable"])
                del self._received[found.start() : end]
        if not self._in_format:
            del self._received[:-_LONGEST_COMMAND]
        return answers

    def _list_lines(self) -> bytes:
        """Print whatever comes, line by line, but for the questions every language answers."""
        answers = b""
        while (found := _LINE.match(self._received)) is not None:
            if found["variable"] is not None:
                answers += self._value(found["variable"])
            else:
                self._printed(found["text"] or found["bare"])
            del self._received[: found.end()]
        return answers

    def _value(self, variable: bytes) -> bytes:
        values = {b"device.languages": self.languages, b"device.unique_id": "SIM0001"}
        return f'"{values.get(variable, "?")}"'.encode("ascii")

    def _begin(self, start: int, end: int) -> None:
        """A format starts; its opening is kept where the search does not find it again."""
        self._in_format = True
        del self._received[:start]
        self._received[:3] = b"\x00XA"

    def _end_format(self, end: int) -> None:
        if self._in_format:
            body = bytes(self._received[:end]).replace(b"\x00XA", b"^XA")
            quantity = _QUANTITY.search(body)
            self._held.append(_Held(body, max(1, int(quantity[1])) if quantity else 1))
        self._in_format = False
        del self._received[:end]

    def _immediate(self, command: bytes) -> bytes:
        match command:
            case b"HS":
                return b"" if self.panel.error else self._host_status()
            case b"HQES":
                return self._host_query()
            case b"HI":
                return b"\x02ZD421-203dpi,V93.21.17Z,8,8192KB\x03\r\n"
            case b"JA":
                self._held.clear()
                self._received.clear()
                self._in_format = False
            case b"PP":
                self.panel.paused = True
            case b"PS":
                self.panel.paused = False
        return b""

    def _host_status(self) -> bytes:
        panel = self.panel
        left = max(0, self._held[0].left - 1) if self._held else 0
        first = f"030,{panel.media_out:d},{panel.paused:d},1245,{len(self._held):03d},0,0,{self._in_format:d},000,0,0,0"
        second = f"000,0,{panel.head_open:d},{panel.ribbon_out:d},1,2,6,0,{left:08d},1,000"
        return b"".join(b"\x02" + part.encode("ascii") + b"\x03\r\n" for part in (first, second, "1234,0"))

    def _host_query(self) -> bytes:
        bits, warned = self.panel.error_bits, self.panel.warning_bits
        return (
            f"\x02\r\n  PRINTER STATUS                         \r\n"
            f"   ERRORS:         {bool(bits):d} 00000000 {bits:08X} \r\n"
            f"   WARNINGS:       {bool(warned):d} 00000000 {warned:08X} \r\n\x03"
        ).encode("ascii")

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended or (bool(self._held) and self._ready()))
                if self._ended:
                    return
                label = self._held[0]
            self._event("printing")
            self._print(label)

    def _ready(self) -> bool:
        return not (self.panel.error or self.panel.paused or self.panel.cutter_jammed)

    def _print(self, label: _Held) -> None:
        """Move the paper for `print_s`; only then is the label out and no longer held."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._stopped(label), self._print_s / 2)
            if self.out_of_media_in_next:
                self.out_of_media_in_next = False
                self.panel.media_out = True
            self._changed.wait_for(lambda: self._ended or self._stopped(label), self._print_s / 2)
            if self._ended or self._stopped(label):
                return
            label.left -= 1
            if not label.left:
                self._held.popleft()
            self._printed(label.data)

    def _stopped(self, label: _Held) -> bool:
        return self.panel.error or not self._held or self._held[0] is not label
