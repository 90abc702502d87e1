"""A Zebra label printer on TCP: `python -m devices.simulators.printer --out DIR [--port 9100]`.

Each label that comes out is written to DIR/0001.zpl and so on and announced. Commands: {"do":"media_out"}
(with "mid_job":true: while the next label prints), refill, ribbon_out, new_ribbon, head_open, head_close,
pause, resume, cutter_jam, cutter_free, labels_low, head_dirty, {"do":"language","speaks":"line_print"} (as by its
menu; --languages sets the first), {"do":"garbage","seed":1} (sent to whoever is connected), {"do":"unplug"} (with
"power":true it forgets what it holds), plug.
"""

import argparse
import contextlib
import random
import select
import socket
import threading
from pathlib import Path

from devices.simulators.control import Command, Control
from devices.simulators.zebra import Zebra

_LOOK_S = 0.05


class PrinterServer:
    """The network side: one connection at a time, the next one waits until the first is closed."""

    def __init__(self, zebra: Zebra, port: int) -> None:
        self._zebra = zebra
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._connection: socket.socket | None = None
        self._port = port
        self._ended = threading.Event()
        self._server = threading.Thread(target=self._serve, name="printer-server")
        self.plug()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        """Begin to accept."""
        self._server.start()

    def end(self) -> None:
        """Close everything."""
        self._ended.set()
        self._server.join()
        self.unplug()

    def unplug(self) -> None:
        """Pull the network plug: connections break, new ones are refused."""
        with self._lock:
            for end in (self._connection, self._listener):
                if end is not None:
                    end.close()
            self._connection = self._listener = None

    def plug(self) -> None:
        """Put it back, at the same port."""
        with self._lock:
            if self._listener is None:
                self._listener = socket.create_server(("127.0.0.1", self._port), backlog=4)
                self._port = self._listener.getsockname()[1]

    def send(self, data: bytes) -> None:
        """Send to whoever is connected."""
        with self._lock, contextlib.suppress(OSError):
            if self._connection is not None:
                self._connection.sendall(data)

    def _serve(self) -> None:
        while not self._ended.is_set():
            end = self._connection or self._listener
            if end is None:
                self._ended.wait(_LOOK_S)
                continue
            try:
                ready = select.select([end], [], [], _LOOK_S)[0]
            except (OSError, ValueError):  # unplugged meanwhile
                continue
            if ready:
                self._attend(end)

    def _attend(self, end: socket.socket) -> None:
        data = b""
        with self._lock, contextlib.suppress(OSError):
            if end is self._listener:
                self._connection, _ = end.accept()
                return
            if end is not self._connection:
                return
            data = end.recv(65_536)
        if not data:
            with self._lock:
                end.close()
                if end is self._connection:
                    self._connection = None
            return
        answer = self._zebra.receive(data)
        # In pieces, as printers do: three segments of ~HS are three writes.
        for piece in answer.splitlines(keepends=True):
            self.send(piece)


class Tray:
    """Where labels come out."""

    def __init__(self, folder: Path, control: Control) -> None:
        self._folder = folder
        self._control = control
        self._count = len(list(folder.glob("*.zpl")))

    def take(self, label: bytes) -> None:
        """Write one label so that a file that is there is whole, and announce it."""
        self._count += 1
        path = self._folder / f"{self._count:04d}.zpl"
        partial = path.with_suffix(".partial")
        partial.write_bytes(label)
        partial.rename(path)
        self._control.announce("label", path=str(path))


def main() -> None:
    """Run until stdin closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the labels that come out")
    parser.add_argument("--port", type=int, default=0, help="TCP port; 0 takes a free one")
    parser.add_argument("--languages", default="zpl", help="what it speaks: zpl, epl_zpl, epl or line_print")
    parser.add_argument("--print-s", type=float, default=0.15, help="seconds a label takes to come out")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    control = Control()
    zebra = Zebra(options.print_s, Tray(options.out, control).take, control.announce, options.languages)
    server = PrinterServer(zebra, options.port)
    zebra.start()
    server.start()
    control.announce("ready", address=server.address)
    serve(control, zebra, server)
    server.end()
    zebra.end()


def serve(control: Control, zebra: Zebra, server: PrinterServer) -> None:
    """Obey commands until stdin closes."""

    def media_out(command: Command) -> None:
        if command.get("mid_job"):
            zebra.out_of_media_in_next = True
        else:
            zebra.change(media_out=True)

    def unplug(command: Command) -> None:
        server.unplug()
        if command.get("power"):
            zebra.forget()

    def garbage(command: Command) -> None:
        noise = random.Random(int(command.get("seed", 1)))
        server.send(bytes(noise.randrange(256) for _ in range(200)))

    control.serve(
        {
            "media_out": media_out,
            "refill": lambda _: zebra.change(media_out=False),
            "ribbon_out": lambda _: zebra.change(ribbon_out=True),
            "new_ribbon": lambda _: zebra.change(ribbon_out=False),
            "head_open": lambda _: zebra.change(head_open=True),
            "head_close": lambda _: zebra.change(head_open=False),
            "pause": lambda _: zebra.change(paused=True),
            "resume": lambda _: zebra.change(paused=False),
            "cutter_jam": lambda _: zebra.change(cutter_jammed=True),
            "cutter_free": lambda _: zebra.change(cutter_jammed=False),
            "labels_low": lambda _: zebra.change(labels_low=True),
            "head_dirty": lambda _: zebra.change(head_dirty=True),
            "language": lambda command: zebra.speak(str(command["speaks"])),
            "garbage": garbage,
            "unplug": unplug,
            "plug": lambda _: server.plug(),
        }
    )


if __name__ == "__main__":
    main()
