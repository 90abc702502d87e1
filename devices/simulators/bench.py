"""A whole simulated bench: scanner, scale, camera and printer as processes, each with a typed handle.

The scanner and the scale are ptys behind links in the bench's folder (RFC 2217 where there are no ptys), the
camera is an HTTP stream, the printer a TCP port; drivers open them exactly as they open real ones.
"""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from devices.simulators.process import Simulator

Device = Literal["scanner", "scale", "camera", "printer"]


class ScannerHandle:
    """The simulated scanner in somebody's hand."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def scan(self, text: str, aim: str = "") -> None:
        """Read a code."""
        self._simulator.do("scan", text=text, aim=aim)

    def garbage(self, seed: int = 1) -> None:
        """Line noise."""
        self._simulator.do("garbage", seed=seed)


class ScaleHandle:
    """The simulated scale and what lies on it."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def place(self, weight_mg: int, wobble_s: float = 0.6) -> None:
        """Put an article there instead of what is there; it rocks for `wobble_s`."""
        self._simulator.do("place", weight_mg=weight_mg, wobble_s=wobble_s)

    def remove(self, wobble_s: float = 0.2) -> None:
        """Clear the platform."""
        self._simulator.do("remove", wobble_s=wobble_s)

    def wobble(self, wobble_s: float = 0.6) -> None:
        """Knock against the bench."""
        self._simulator.do("wobble", wobble_s=wobble_s)

    def garbage(self, seed: int = 1) -> None:
        """Line noise."""
        self._simulator.do("garbage", seed=seed)

    def silence(self) -> None:
        """Switch it off, with the cable in."""
        self._simulator.do("silence")

    def speak(self) -> None:
        """Switch it on again."""
        self._simulator.do("speak")


class CameraHandle:
    """The simulated camera and what lies under it."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def scene(
        self,
        category: str,
        seed: int = 1,
        look: str = "sharp",
        ean: str = "",
        text: str = "",
        label: str = "",
        mat: bool = False,
    ) -> None:
        """Put an article of a category there: `seed` tells articles apart, `look` is one of scenes.LOOKS,
        `ean` is a 13-digit barcode on a sticker, `text` is printed beside it, `label` is a carrier whose shipping label
        sticks there, and with `mat` all lies on the printed mat."""
        self._simulator.do("scene", category=category, seed=seed, look=look, ean=ean, text=text, label=label, mat=mat)

    def freeze(self) -> None:
        """The same picture again and again."""
        self._simulator.do("freeze")

    def stall(self) -> None:
        """Open, and no pictures."""
        self._simulator.do("stall")

    def slow(self, frames_per_s: float) -> None:
        """Fewer pictures."""
        self._simulator.do("slow", frames_per_s=frames_per_s)

    def corrupt(self, cut: bool = False) -> None:
        """Every third picture has flipped bits, or lacks its second half."""
        self._simulator.do("corrupt", cut=cut)

    def size(self, width: int, height: int) -> None:
        """Pictures of another size from now on."""
        self._simulator.do("size", width=width, height=height)

    def pass_frames(self, frames: int) -> None:
        """Come back when so many frame times are over: what is seen by then is what lies there now."""
        self._simulator.do("pass", frames=frames)

    def drop(self) -> None:
        """Break the connection, and take the next one."""
        self._simulator.do("drop")

    def thaw(self) -> None:
        """Pictures as they should be."""
        self._simulator.do("thaw")


class PrinterHandle:
    """The simulated printer, its front panel and the labels that came out."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self._simulator = simulator
        self._folder = folder

    @property
    def host(self) -> str:
        """Where it listens."""
        return self._simulator.address.rpartition(":")[0]

    @property
    def port(self) -> int:
        """The TCP port."""
        return int(self._simulator.address.rpartition(":")[2])

    def labels(self) -> list[Path]:
        """Every whole label that came out, in order."""
        return sorted(self._folder.glob("*.zpl"))

    def wait_for_label(self, within_s: float = 15.0) -> Path:
        """The next label not waited for before."""
        return Path(self._simulator.wait_for("label", within_s)["path"])

    def media_out(self, mid_job: bool = False) -> None:
        """The roll is empty, now or in the middle of the next label."""
        self._simulator.do("media_out", mid_job=mid_job)

    def refill(self) -> None:
        """Put a new roll in."""
        self._simulator.do("refill")

    def pause(self) -> None:
        """Press pause."""
        self._simulator.do("pause")

    def resume(self) -> None:
        """Press pause again."""
        self._simulator.do("resume")

    def head_open(self) -> None:
        """Lift the print head."""
        self._simulator.do("head_open")

    def head_close(self) -> None:
        """Close it."""
        self._simulator.do("head_close")


class SimulatedBench:
    """The four devices; use with `with`. `folder` holds the links and the labels that come out.

    All start at once. With `wait`, all are ready before the first is used; without, each is waited for when its
    address is asked for, so that the program can get on with its own start meanwhile. With `mat`, the printed mat lies
    bare under the camera at first.
    """

    def __init__(self, folder: Path, labels: Path | None = None, *, wait: bool = True, mat: bool = False) -> None:
        self._folder = folder
        self._labels = labels or folder / "labels"
        self._wait = wait
        self._mat = mat
        self._stack = ExitStack()
        self._simulators: dict[str, Simulator] = {}

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            for name, arguments in self._arguments().items():
                simulator = Simulator(name, arguments)
                self._stack.callback(simulator.close)
                self._simulators[name] = simulator
            for simulator in self._simulators.values() if self._wait else ():
                _ = simulator.address
        except BaseException:
            self._stack.close()
            raise
        self.scanner = ScannerHandle(self._simulators["scanner"])
        self.scale = ScaleHandle(self._simulators["scale"])
        self.camera = CameraHandle(self._simulators["camera"])
        self.printer = PrinterHandle(self._simulators["printer"], self._labels)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def address(self, device: Device) -> str:
        """What the driver opens: a path or rfc2217 URL, an HTTP URL, or host:port."""
        return self._simulators[device].address

    def unplug(self, device: Device) -> None:
        """Pull a plug."""
        self._simulators[device].do("unplug")

    def plug(self, device: Device) -> None:
        """Put it back: the same address."""
        self._simulators[device].do("plug")

    def _arguments(self) -> dict[str, Sequence[str]]:
        def line(name: str) -> Sequence[str]:
            if sys.platform == "win32":
                return ("--rfc2217", "0")
            return ("--link", str(self._folder / name))

        return {
            "scanner": line("scanner"),
            "scale": line("scale"),
            "camera": ("--mat",) if self._mat else (),
            "printer": ("--out", str(self._labels)),
        }
