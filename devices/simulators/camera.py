"""A bench camera as an MJPEG stream over HTTP: `python -m devices.simulators.camera [--port 8080]`.

Commands: {"do":"scene","category":"footwear","seed":7,"look":"sharp","ean":"","text":"","label":"DHL","mat":true}
(looks: scenes.LOOKS),
{"do":"freeze"} (the same frame again and again), {"do":"stall"} (open, but no frames), {"do":"slow","frames_per_s":2},
{"do":"size","width":640,"height":480} (another size from the next frame on), {"do":"corrupt"} (every third frame has
flipped bits, with "cut":true its second half is missing), {"do":"shake"} (three of five frames are blurred),
{"do":"thaw"} (ends all of these), {"do":"drop"} (breaks the connection, the next one is served),
{"do":"pass","frames":12} (done when so many frame times have passed), {"do":"unplug"}, {"do":"plug"}.
"""

import argparse
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import cv2
import numpy as np

from devices.simulators.articles import HEIGHT, WIDTH
from devices.simulators.control import Command, Control
from devices.simulators.scenes import Scene, draw

FRAMES_PER_S = 15.0
JPEG_QUALITY = 92
_NOISE_PICTURES = 5  # not a divisor of how many frames a driver skips, or every one it looks at were the same
_BOUNDARY = "frame"
_BITS_FLIPPED = 20
_WRITE_WITHIN_S = 5.0  # or one who does not read would keep an unplugged camera alive
_JPEG_HEAD = 2_000  # bytes of tables, which a hit would make no picture at all


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with the camera; width and height of 0 are the picture's own."""

    frozen: bool = False
    stalled: bool = False
    corrupt: bool = False
    cut: bool = False
    shaken: bool = False
    frames_per_s: float = 0.0
    width: int = 0
    height: int = 0


class Sensor:
    """The pictures of the present scene: a few with different noise, shown in turn."""

    def __init__(
        self, size: tuple[int, int] = (WIDTH, HEIGHT), frames_per_s: float = FRAMES_PER_S, mat: bool = False
    ) -> None:
        self._chance = np.random.default_rng(1)
        self._size = size
        self._frames_per_s = frames_per_s
        self._scene = Scene(look="empty", mat=mat)
        self._frames: tuple[bytes, ...] = ()
        self.trouble = Trouble()
        self.show(self._scene)

    @property
    def frame_s(self) -> float:
        """Seconds from one frame to the next."""
        return 1 / (self.trouble.frames_per_s or self._frames_per_s)

    def show(self, scene: Scene) -> None:
        """Put something else under the camera."""
        wide, high = self.trouble.width or self._size[0], self.trouble.height or self._size[1]
        moments = range(_NOISE_PICTURES if scene.look == "hand" else 1)
        drawn = [cv2.resize(draw(scene, each), (wide, high), interpolation=cv2.INTER_AREA) for each in moments]
        if self.trouble.shaken:
            drawn = [cv2.blur(drawn[0], (25, 25)), drawn[0]]
        pictures = [each.astype(np.int16) for each in drawn]
        self._frames = tuple(self._exposure(pictures[each % len(pictures)]) for each in range(_NOISE_PICTURES))
        self._scene = scene

    def suffer(self, trouble: Trouble) -> None:
        """Have this trouble from now on, and no other."""
        self.trouble = trouble
        self.show(self._scene)

    def frame(self, number: int) -> bytes:
        """The picture of that number as JPEG."""
        jpeg = self._frames[0 if self.trouble.frozen else number % _NOISE_PICTURES]
        if number % 3 or not self.trouble.corrupt:
            return jpeg
        if self.trouble.cut:
            return jpeg[: len(jpeg) // 2]
        damaged = bytearray(jpeg)
        for place in self._chance.integers(_JPEG_HEAD, len(jpeg) - 2, _BITS_FLIPPED):
            damaged[place] ^= 1 << int(self._chance.integers(8))
        return bytes(damaged)

    def _exposure(self, picture: np.ndarray[tuple[int, ...], np.dtype[np.int16]]) -> bytes:
        noise = self._chance.integers(-3, 4, picture.shape[:2], np.int16)[..., None]
        noisy = np.clip(picture + noise, 0, 255).astype(np.uint8)
        done, jpeg = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        assert done
        return jpeg.tobytes()


class Camera:
    """The plug and the server behind it."""

    def __init__(self, sensor: Sensor, port: int) -> None:
        self._sensor = sensor
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self._broken = threading.Event()
        self.plug()

    @property
    def address(self) -> str:
        """The URL of the stream."""
        return f"http://127.0.0.1:{self._port}/stream"

    def plug(self) -> None:
        """Serve, at the same port as before."""
        if self._server is not None:
            return
        self._broken = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler())
        self._server.daemon_threads = False
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="camera-server")
        self._thread.start()

    def unplug(self) -> None:
        """Break every stream and stop listening."""
        if self._server is None:
            return
        self._broken.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = None

    def drop(self) -> None:
        """Break every stream; who connects again is served."""
        broken, self._broken = self._broken, threading.Event()
        broken.set()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        camera, sensor = self, self._sensor

        class Stream(BaseHTTPRequestHandler):
            timeout = _WRITE_WITHIN_S

            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
                self.end_headers()
                broken, due = camera._broken, time.monotonic()
                # From the clock: whoever connects sees what the sensor sees now, and not its first picture again. After
                # that one by one: two in a row are alike of a frozen camera only, however busy the computer.
                numbers = count(int(due / sensor.frame_s))
                while True:
                    # As a sensor does: by the clock, and what could not be sent in time is not made up for.
                    due = max(due + sensor.frame_s, time.monotonic())
                    if broken.wait(due - time.monotonic()):
                        return
                    if sensor.trouble.stalled:
                        continue
                    jpeg = sensor.frame(next(numbers))
                    head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    try:
                        self.wfile.write(head.encode("ascii") + jpeg + b"\r\n")
                    except OSError:
                        return

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing on stderr."""

        return Stream


def serve(control: Control, sensor: Sensor, camera: Camera) -> None:
    """Obey commands until stdin closes."""

    def scene(command: Command) -> None:
        sensor.show(
            Scene(
                category=str(command.get("category", "electronics")),
                seed=int(command.get("seed", 1)),
                look=str(command.get("look", "sharp")),
                ean=str(command.get("ean", "")),
                text=str(command.get("text", "")),
                label=str(command.get("label", "")),
                mat=bool(command.get("mat", False)),
            )
        )

    def suffer(command: Command) -> None:
        match command["do"]:
            case "corrupt":
                sensor.suffer(Trouble(corrupt=True, cut=bool(command.get("cut", False))))
            case "slow":
                sensor.suffer(Trouble(frames_per_s=max(0.05, float(command["frames_per_s"]))))
            case "size":
                sensor.suffer(Trouble(width=int(command["width"]), height=int(command["height"])))

    control.serve(
        {
            "scene": scene,
            "freeze": lambda _: sensor.suffer(Trouble(frozen=True)),
            "stall": lambda _: sensor.suffer(Trouble(stalled=True)),
            "shake": lambda _: sensor.suffer(Trouble(shaken=True)),
            "corrupt": suffer,
            "slow": suffer,
            "size": suffer,
            "thaw": lambda _: sensor.suffer(Trouble()),
            "drop": lambda _: camera.drop(),
            "pass": lambda command: time.sleep(int(command["frames"]) * sensor.frame_s),
            "unplug": lambda _: camera.unplug(),
            "plug": lambda _: camera.plug(),
        }
    )


def main() -> None:
    """Run until stdin closes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="TCP port; 0 takes a free one")
    parser.add_argument("--width", type=int, default=WIDTH, help="pixels (default: %(default)s)")
    parser.add_argument("--height", type=int, default=HEIGHT, help="pixels (default: %(default)s)")
    parser.add_argument("--frames-per-s", type=float, default=FRAMES_PER_S, help="default: %(default)s")
    parser.add_argument("--mat", action="store_true", help="the printed mat lies there, with nothing on it")
    options = parser.parse_args()
    sensor = Sensor((options.width, options.height), options.frames_per_s, options.mat)
    control = Control()
    camera = Camera(sensor, options.port)
    control.announce("ready", address=camera.address)
    serve(control, sensor, camera)
    camera.unplug()


if __name__ == "__main__":
    main()
