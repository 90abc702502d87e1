"""A bench camera as an MJPEG stream over HTTP: `python -m devices.simulators.camera [--port 8080]`.

Commands: {"do":"scene","category":"footwear","seed":7,"look":"sharp|blurred|dark|empty","ean":"","text":""},
{"do":"freeze"} (the same frame again and again), {"do":"thaw"}, {"do":"stall"} (open, but no frames; ended by
thaw), {"do":"pass","frames":12} (done when so many frame times have passed), {"do":"unplug"}, {"do":"plug"}.
"""

import argparse
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

from devices.simulators.control import Command, Control
from devices.simulators.scenes import Scene, draw

FRAMES_PER_S = 15
JPEG_QUALITY = 92
_NOISE_PICTURES = 4
_BOUNDARY = "frame"


class Sensor:
    """The pictures of the present scene: a few with different noise, shown in turn."""

    def __init__(self) -> None:
        self._chance = np.random.default_rng(1)
        self._frames: tuple[bytes, ...] = ()
        self.frozen = False
        self.stalled = False
        self.show(Scene(look="empty"))

    def show(self, scene: Scene) -> None:
        """Put something else under the camera."""
        picture = draw(scene).astype(np.int16)
        self._frames = tuple(self._exposure(picture) for _ in range(_NOISE_PICTURES))

    def frame(self, number: int) -> bytes:
        """The picture of that number as JPEG."""
        return self._frames[0 if self.frozen else number % _NOISE_PICTURES]

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
        self._unplugged = threading.Event()
        self.plug()

    @property
    def address(self) -> str:
        """The URL of the stream."""
        return f"http://127.0.0.1:{self._port}/stream"

    def plug(self) -> None:
        """Serve, at the same port as before."""
        if self._server is not None:
            return
        self._unplugged.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler())
        self._server.daemon_threads = False
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="camera-server")
        self._thread.start()

    def unplug(self) -> None:
        """Break every stream and stop listening."""
        if self._server is None:
            return
        self._unplugged.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sensor, unplugged = self._sensor, self._unplugged

        class Stream(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
                self.end_headers()
                number = 0
                while not unplugged.wait(1 / FRAMES_PER_S):
                    number += 1
                    if sensor.stalled:
                        continue
                    jpeg = sensor.frame(number)
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
            )
        )

    def hold(frozen: bool = False, stalled: bool = False) -> None:
        sensor.frozen, sensor.stalled = frozen, stalled

    control.serve(
        {
            "scene": scene,
            "freeze": lambda _: hold(frozen=True),
            "stall": lambda _: hold(stalled=True),
            "thaw": lambda _: hold(),
            "pass": lambda command: time.sleep(int(command["frames"]) / FRAMES_PER_S),
            "unplug": lambda _: camera.unplug(),
            "plug": lambda _: camera.plug(),
        }
    )


def main() -> None:
    """Run until stdin closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="TCP port; 0 takes a free one")
    options = parser.parse_args()
    sensor, control = Sensor(), Control()
    camera = Camera(sensor, options.port)
    control.announce("ready", address=camera.address)
    serve(control, sensor, camera)
    camera.unplug()


if __name__ == "__main__":
    main()
