"""The camera driver against a real MJPEG server: stills are fresh and whole, and a dead picture is noticed."""

import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import count, islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from devices.cameras.codes import CodeSettings
from devices.cameras.controls import Control
from devices.cameras.stream import Camera, CameraSettings
from devices.readings import Down, Fault, Frame, NoStill, Reading, Scan, Still, Up
from devices.simulators.process import Simulator
from devices.worker import Worker


def working(camera: Camera, inbox) -> Worker:
    worker = Worker("camera", camera, inbox.post, backoff_s=(0.05, 0.2))
    worker.start()
    return worker


def picture(still: Still) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_COLOR)


@pytest.fixture(scope="module")
def one_for_all() -> Iterator[Simulator]:
    simulated = Simulator("camera")
    yield simulated
    simulated.close()


@pytest.fixture
def simulator(one_for_all: Simulator) -> Simulator:
    """A simulated camera without troubles; starting one takes a second."""
    one_for_all.do("plug")
    one_for_all.do("scene", look="empty")
    one_for_all.do("thaw")
    return one_for_all


@pytest.fixture
def camera(simulator: Simulator, inbox) -> Iterator[Camera]:
    # Every picture is looked at: of a few only, a busy computer may by chance see the same noise time after time.
    controls = {"FOCUS": 30.0, "NONSENSE": 1.0}
    settings = CameraSettings(simulator.address, look_every_s=0.0, frozen_s=0.6, controls=controls)
    camera = Camera("camera", settings)
    worker = working(camera, inbox)
    inbox.next(Up)
    yield camera
    worker.stop()


def test_a_still_shows_what_lies_there_when_it_is_asked_for(simulator, camera, inbox) -> None:
    brightness = {}
    for look in ("sharp", "dark", "sharp", "dark"):
        simulator.do("scene", category="footwear", seed=7, look=look)
        camera.request_still(f"shot-{look}")
        still = inbox.next(Still)
        assert (still.request, still.width, still.height) == (f"shot-{look}", 1280, 720)
        assert picture(still).shape == (720, 1280, 3)
        brightness.setdefault(look, []).append(picture(still).mean())
    assert min(brightness["sharp"]) > 60 > 30 > max(brightness["dark"])


def test_pictures_that_waited_in_a_buffer_are_not_taken_for_the_still(simulator, inbox) -> None:
    """A busy program reads late: what the camera sent meanwhile is older than the request."""
    held_up, go_on = threading.Event(), threading.Event()

    def post(reading: Reading) -> None:
        if isinstance(reading, Frame):
            held_up.set()
            assert go_on.wait(60.0)
        inbox.post(reading)

    simulator.do("scene", category="home", look="sharp")
    camera = Camera("camera", CameraSettings(simulator.address))
    worker = Worker("camera", camera, post)
    worker.start()
    for number in range(4):  # enough frames to know the camera's pace
        camera.request_still(str(number))
        inbox.next(Still)
    camera.want_preview(True)
    assert held_up.wait(60.0)
    camera.want_preview(False)
    simulator.do("pass", frames=12)
    simulator.do("scene", category="home", look="dark")
    camera.request_still("now")
    go_on.set()
    assert picture(inbox.next(Still)).mean() < 30
    worker.stop()


def test_previews_come_only_when_wanted(camera, inbox) -> None:
    assert not inbox.of(Frame)
    camera.want_preview(True)
    frame = inbox.next(Frame)
    assert (frame.width, frame.height) == (640, 360)
    assert len(frame.bgr) == 640 * 360 * 3
    inbox.next(Frame)
    camera.want_preview(False)
    camera.request_still("last")
    inbox.next(Still)
    seen = len(inbox.of(Frame))
    camera.request_still("later")
    inbox.next(Still)
    assert len(inbox.of(Frame)) == seen


@pytest.mark.usefixtures("goes_down")
def test_a_frozen_picture_is_down_until_it_moves_again(simulator, camera, inbox) -> None:
    simulator.do("freeze")
    assert inbox.next(Down).why is Fault.frozen
    camera.request_still("dead")
    refused = inbox.next(NoStill)
    assert (refused.request, refused.why) == ("dead", Fault.frozen)
    simulator.do("thaw")
    inbox.next(Up)
    camera.request_still("alive")
    assert inbox.next(Still).request == "alive"
    assert [down.why for down in inbox.of(Down)] == [Fault.frozen]


@pytest.mark.usefixtures("goes_down")
def test_a_stream_that_stalls_or_breaks_is_noticed_and_found_again(simulator, camera, inbox) -> None:
    simulator.do("stall")
    assert inbox.next(Down).why is Fault.no_frames
    simulator.do("thaw")
    inbox.next(Up)
    simulator.do("unplug")
    assert inbox.next(Down).why is Fault.lost
    camera.request_still("gone")
    assert inbox.next(NoStill).request == "gone"
    simulator.do("plug")
    inbox.next(Up)


def test_controls_that_did_not_take_are_named(camera) -> None:
    fixed = (Control("FOCUS", "not_controllable", None), Control("NONSENSE", "not_controllable", None))
    assert camera.controls[:2] == fixed


@pytest.mark.usefixtures("goes_down")
def test_a_camera_that_is_not_there(inbox) -> None:
    camera = Camera("camera", CameraSettings("http://127.0.0.1:9/stream"))
    camera.request_still("early")
    worker = working(camera, inbox)
    assert inbox.next(NoStill).why is Fault.unreachable
    assert inbox.next(Down).why is Fault.unreachable
    worker.stop()
    assert len(inbox.of(Down)) == 1


def test_a_video_file_is_a_camera_that_starts_over(tmp_path: Path, inbox) -> None:
    path = tmp_path / "bench.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (2560, 1440))
    for shade in range(0, 200, 25):
        writer.write(np.full((1440, 2560, 3), shade, np.uint8))
    writer.release()
    camera = Camera("camera", CameraSettings(str(path)))
    worker = working(camera, inbox)
    inbox.next(Up)
    for number in range(3):
        camera.request_still(str(number))
        still = inbox.next(Still)
        assert (still.width, still.height) == (2048, 1152)
    worker.stop()
    assert not inbox.of(Down)


@pytest.mark.usefixtures("goes_down")
def test_a_connection_that_is_dropped_is_made_again(simulator, camera, inbox) -> None:
    simulator.do("drop")
    assert inbox.next(Down).why is Fault.lost
    inbox.next(Up)
    camera.request_still("after")
    assert inbox.next(Still).request == "after"


@pytest.mark.parametrize("cut", [False, True])
def test_a_frame_that_is_damaged_now_and_then_is_no_fault(simulator, camera, inbox, cut: bool) -> None:
    simulator.do("corrupt", cut=cut)
    camera.want_preview(True)
    for _ in range(12):
        inbox.next(Frame)
    camera.request_still("still there")
    still = inbox.next(Still)
    assert (still.request, still.width, still.height) == ("still there", 1280, 720)
    assert not inbox.of(Down)


def test_another_size_is_no_fault_and_the_next_still_has_it(simulator, camera, inbox) -> None:
    for width, height in ((1920, 1080), (640, 480)):
        simulator.do("size", width=width, height=height)
        camera.request_still(f"{width}")
        still = inbox.next(Still)
        assert (still.request, still.width, still.height) == (f"{width}", width, height)
    assert not inbox.of(Down)


def test_of_a_few_pictures_in_a_row_the_sharpest_is_the_still(simulator, inbox) -> None:
    """Of five pictures the first, third and fifth are shaken: among any three in a row is a good one."""
    simulator.do("scene", category="footwear", seed=7)
    simulator.do("shake")
    with closing(details(simulator, inbox, burst=3)) as stills:
        sharp = list(islice(stills, 6))
    assert min(sharp) > 0.8 * max(sharp), "each is as sharp as the sharpest"
    # Asked for in step with the shaking, some in a row may be good ones.
    with closing(details(simulator, inbox, burst=1)) as stills:
        assert any(each < 0.5 * max(sharp) for each in islice(stills, 60)), "not so without"


def details(simulator, inbox, burst: int) -> Generator[float, None, None]:
    """How much detail is in one still after the other, each the best of `burst` pictures."""
    camera = Camera("camera", CameraSettings(simulator.address, burst=burst))
    worker = working(camera, inbox)
    inbox.next(Up)
    try:
        for number in count():
            camera.request_still(f"{burst}-{number}")
            yield cv2.Laplacian(picture(inbox.next(Still)), cv2.CV_32F).std()
    finally:
        worker.stop()


@pytest.mark.usefixtures("goes_down")
def test_a_slow_camera_is_up_and_one_that_is_too_slow_is_not(simulator, camera, inbox) -> None:
    simulator.do("slow", frames_per_s=3)
    camera.request_still("slowly")
    assert inbox.next(Still).request == "slowly"
    assert not inbox.of(Down)
    simulator.do("slow", frames_per_s=0.2)
    assert inbox.next(Down).why is Fault.no_frames


def test_a_camera_that_froze_a_moment_ago_gives_no_old_picture(simulator, inbox, expect_log) -> None:
    """For as long as nobody can know yet that it is frozen, a still waits for a picture that is new."""
    expect_log("camera is down: frozen")
    camera = Camera("camera", CameraSettings(simulator.address, look_every_s=0.0, frozen_s=1.5))
    worker = working(camera, inbox)
    inbox.next(Up)
    simulator.do("freeze")
    simulator.do("pass", frames=6)
    camera.request_still("stale")
    answer = inbox.next(NoStill)
    assert (answer.request, answer.why) == ("stale", Fault.frozen)
    worker.stop()
    assert not inbox.of(Still)


def test_two_cameras_at_one_bench_do_not_know_of_each_other(simulator, camera, inbox) -> None:
    other = Simulator("camera")
    other.do("scene", category="home", look="dark")
    second = Camera("camera-2", CameraSettings(other.address))
    worker = Worker("camera-2", second, inbox.post)
    worker.start()
    inbox.next(Up, lambda up: up.device == "camera-2")
    camera.request_still("shot")
    second.request_still("shot")
    answers = [inbox.next(Still) for _ in range(2)]
    brightness = {still.device: picture(still).mean() for still in answers}
    assert brightness["camera"] > 60 > 30 > brightness["camera-2"]
    worker.stop()
    other.close()


def test_codes_in_the_live_picture_are_scanned_once_while_they_are_shown(simulator, inbox) -> None:
    """Two looks without a code end its showing here, and it takes two to take the other one."""
    settings = CodeSettings(per_s=10.0, gone_looks=2, gone_s=0.0)
    worker = working(Camera("camera", CameraSettings(simulator.address, codes=settings)), inbox)
    shown = ("4006381333931", "9780201379624", "4006381333931")
    for ean in shown:
        simulator.do("scene", category="footwear", seed=3, ean=ean)
        scan = inbox.next(Scan)
        assert (scan.device, scan.text, scan.aim) == ("camera", ean, "]E0")
        simulator.do("scene", category="footwear", seed=4, ean=ean)
    worker.stop()
    assert len(inbox.of(Scan)) == len(shown)


def test_a_barcode_format_that_does_not_exist_is_named(simulator, inbox, expect_log) -> None:
    expect_log("camera is down: broken no such barcode format: .*EAN-99")
    settings = CameraSettings(simulator.address, codes=CodeSettings(formats=("EAN-99",)))
    worker = working(Camera("camera", settings), inbox)
    assert inbox.next(Down).why is Fault.broken
    worker.stop()


def test_a_file_has_no_controls_and_says_so_once_it_has_settled(tmp_path: Path, inbox, until) -> None:
    path = tmp_path / "bench.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (320, 240))
    for shade in range(0, 200, 25):
        writer.write(np.full((240, 320, 3), shade, np.uint8))
    writer.release()
    camera = Camera("camera", CameraSettings(str(path), settle_s=0.1, held=("focus",)))
    worker = working(camera, inbox)
    inbox.next(Up)
    until(lambda: camera.controls == (Control("focus", "not_controllable", None),))
    worker.stop()
