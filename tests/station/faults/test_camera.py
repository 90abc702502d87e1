"""A camera that shows nothing is told, and work goes on without it or when it is back."""

import pytest

from station.inputs import Do
from station.inspecting.facts import PhotoSkipped, PhotoTaken


def test_a_camera_that_is_gone_is_told_and_the_photo_can_be_left_out_with_a_reason(opened, expect_log) -> None:
    expect_log("camera is down: ")
    floor = opened("camera")
    floor.go_to("photo")
    floor.devices.unplug("camera")
    floor.until_lamp("camera", "down")
    floor.do(Do.SHOOT)
    floor.until(lambda: floor.bench.notice is not None and "no picture" in floor.bench.notice.text, "words")
    assert floor.stage == "photo" and floor.facts(PhotoTaken) == []
    floor.do(Do.SKIP)
    floor.do(Do.CHOOSE, "camera")
    assert [fact.why for fact in floor.facts(PhotoSkipped)] == ["camera"]
    floor.go_to("result")


@pytest.mark.parametrize("trouble", ["freeze", "stall"])
def test_a_camera_that_shows_nothing_new_is_told_and_works_again(opened, expect_log, trouble: str) -> None:
    expect_log("camera is down: ")
    floor = opened("camera")
    floor.go_to("photo")
    floor.do(Do.SHOOT)
    floor.until(lambda: floor.stage == "doubt" or floor.facts(PhotoTaken), "the first picture")
    getattr(floor.devices.camera, trouble)()
    floor.until(lambda: floor.desk.lamps["camera"].light == "down", "word of it")
    floor.do(Do.SHOOT)
    floor.until(lambda: floor.bench.notice is not None and "no picture" in floor.bench.notice.text, "words")
    floor.devices.camera.thaw()
    floor.until_lamp("camera", "ok")
    floor.devices.camera.scene("electronics", seed=9)
    taken = len(floor.facts(PhotoTaken))
    floor.do(Do.SHOOT)
    # The simulated item may lie as before: then the bench asks.
    floor.until(lambda: floor.stage == "doubt" or len(floor.facts(PhotoTaken)) > taken, "a photo")
