"""Plays one device of a recording to a driver: `python -m devices.simulators.replay FILE --device scale --link L`.

FILE is what `devices.recording` wrote. The device is played on a pty behind the link L, over RFC 2217, or with --tcp
on a plain TCP port, as printers are, or with --file as a device file, as USB (HID) and grabbed scanners are. Where the
line broke it breaks again. What came in is sent at the times it came, divided by --speed. Where the
recording knows what the driver had said before, that is waited for first (not for ever), so that answers follow
questions also when the driver is slower or faster than it was. Commands: {"do":"begin"}, {"do":"unplug"},
{"do":"plug"}; it announces `end`.
"""

import argparse
import contextlib
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from devices.recording import Note, RecordingError, files_of, read
from devices.simulators import wire
from devices.simulators.control import Control
from devices.simulators.records import RecordFile

# How long the driver may take to say what it had said in the recording, beyond the time it took then.
PATIENCE_S = 5.0
# How long a line that broke stays away, and how long the driver then has to come back, who tries after half a second:
# what a scanner sends while nobody listens is lost.
AWAY_S, BACK_S = 0.3, 0.7


class TcpWire:
    """A plain TCP port with one connection at a time; what is sent while nobody is connected is lost."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener: socket.socket | None = None
        self._connection: socket.socket | None = None
        self.plug()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._port}"

    def read(self) -> bytes:
        """What the driver sent, or nothing."""
        end = self._connection or self._listener
        if end is None:
            time.sleep(wire.READ_TIMEOUT_S)
            return b""
        try:
            if not select.select([end], [], [], wire.READ_TIMEOUT_S)[0]:
                return b""
            if end is self._listener:
                self._connection, _ = end.accept()
                return b""
            data = end.recv(65_536)
        except (OSError, ValueError):  # unplugged meanwhile, or the driver broke off
            data = b""
        if not data:
            self._hang_up()
        return data

    def write(self, data: bytes) -> None:
        """Send to the driver, if it is there."""
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.sendall(data)

    def heard(self) -> wire.Framing:
        """A network has no line settings."""
        return wire.FACTORY_FRAMING

    def unplug(self) -> None:
        """Break the connection and refuse others."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()
        self._hang_up()

    def plug(self) -> None:
        """Listen on the same port again."""
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self._port), backlog=1)
            self._port = self._listener.getsockname()[1]

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class FileWire(RecordFile):
    """A device file: nothing is ever said to it."""

    def read(self) -> bytes:
        """Nothing, after a while."""
        time.sleep(wire.READ_TIMEOUT_S)
        return b""

    def heard(self) -> wire.Framing:
        """A file has no line settings."""
        return wire.FACTORY_FRAMING


class Replay:
    """The device as it was recorded. `ended` is called once, when the last note was played."""

    def __init__(self, line: wire.Wire, notes: Sequence[Note], ended: Callable[[], None], speed: float = 1.0) -> None:
        self._line = line
        self._notes = notes
        self._ended = ended
        self._speed = speed
        self._said = bytearray()  # what the driver has said and was not asked for yet
        self._heard = threading.Condition()
        self._begun, self._stop = threading.Event(), threading.Event()
        self._threads = [
            threading.Thread(target=self._listen, name="replay-line"),
            threading.Thread(target=self._play, name="replay"),
        ]

    def start(self) -> None:
        """Open the line; nothing is played yet."""
        for thread in self._threads:
            thread.start()

    def begin(self) -> None:
        """Play."""
        self._begun.set()

    def end(self) -> None:
        """Stop and hang up."""
        self._stop.set()
        self._begun.set()
        for thread in self._threads:
            thread.join()
        self._line.unplug()

    def _listen(self) -> None:
        while not self._stop.is_set():
            data = self._line.read()
            if not data:
                self._stop.wait(0.005)
            with self._heard:
                self._said += data
                self._heard.notify_all()

    def _play(self) -> None:
        self._begun.wait()
        last_t = self._notes[0].t if self._notes else 0.0
        for note in self._notes:
            pause_s = max(0.0, note.t - last_t) / self._speed
            last_t = note.t
            if note.direction == "out":
                self._await_said(note.raw, pause_s + PATIENCE_S)
            elif note.direction == "lost":
                self._break(pause_s)
                last_t += AWAY_S + BACK_S
            elif not self._stop.wait(pause_s):
                self._line.write(note.raw)
            if self._stop.is_set():
                return
        self._ended()

    def _break(self, pause_s: float) -> None:
        """Pull the plug in its time, and put it back: the driver comes again by itself."""
        self._stop.wait(pause_s)
        self._line.unplug()
        self._stop.wait(AWAY_S)
        with self._heard:
            self._said.clear()
        self._line.plug()
        self._stop.wait(BACK_S)

    def _await_said(self, raw: bytes, within_s: float) -> None:
        """Wait until the driver says this; what it says besides, such as another label, is passed over."""
        with self._heard:
            if self._heard.wait_for(lambda: raw in self._said or self._stop.is_set(), within_s):
                del self._said[: self._said.find(raw) + len(raw)]


def notes_of(path: Path, device: str) -> list[Note]:
    """All notes of one device, from the oldest file of a recording on; raises RecordingError when there are none."""
    everything: Iterable[Note] = (note for file in files_of(path) for note in read(file))
    devices: dict[str, list[Note]] = {}
    for note in everything:
        devices.setdefault(note.device, []).append(note)
    if device not in devices:
        raise RecordingError(
            f"{path}: there is nothing of {device!r}, only of {', '.join(sorted(devices)) or 'nobody'}"
        )
    return devices[device]


def main() -> int:
    """Run until stdin closes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, metavar="FILE", help="a recording; its older files are played first")
    parser.add_argument("--device", required=True, help="whose bytes, such as scale")
    parser.add_argument("--speed", type=float, default=1.0, help="2 plays twice as fast (default: 1)")
    parser.add_argument("--tcp", type=int, metavar="PORT", help="serve plain TCP instead; 0 takes a free port")
    parser.add_argument("--begin", action="store_true", help="play at once, without waiting for the command")
    parser.add_argument("--file", dest="device_file", type=Path, metavar="PATH", help="be a device file at this path")
    wire.add_arguments(parser)
    options = parser.parse_args()
    try:
        notes = notes_of(options.file, options.device)
    except (RecordingError, OSError) as error:
        sys.stderr.write(f"replay: {error}\n")
        return 1
    control = Control()
    line: wire.Wire
    if options.device_file is not None:
        line = FileWire(options.device_file)
    else:
        line = wire.from_arguments(options) if options.tcp is None else TcpWire(options.tcp)
    replay = Replay(line, notes, lambda: control.announce("end"), max(0.01, options.speed))
    replay.start()
    control.announce("ready", address=line.address)
    if options.begin:
        replay.begin()
    control.serve({"begin": lambda _: replay.begin(), "unplug": lambda _: line.unplug(), "plug": lambda _: line.plug()})
    replay.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
