"""The camera takes guided photos by itself at a real bench, and whatever it suffers costs no photo and no words."""

from devices.readings import NoStill, Still
from station.inputs import Do, FrameJudged, PhotoReady
from station.inspecting.facts import PhotoTaken


def at_photo(opened):
    """A bench at its first photo with nothing under the camera, and the shutter on."""
    floor = opened("camera")
    floor.devices.camera.scene("electronics", look="empty")
    floor.desk.let_shoot(True)
    floor.go_to("photo")
    return floor


def until_said(floor, code: str) -> None:
    floor.until(lambda: floor.desk.judged is not None and floor.desk.judged.problems[:1] == (code,), code)


def test_each_thing_to_do_is_said_and_the_good_picture_is_taken_once(opened) -> None:
    floor = at_photo(opened)
    for look, code in (("hand", "moving"), ("cut", "cut"), ("blurred", "blurred")):
        floor.devices.camera.scene("electronics", seed=4, look=look)
        until_said(floor, code)
    assert floor.facts(PhotoTaken) == [] and floor.stage == "photo"
    floor.devices.camera.scene("electronics", seed=4)
    floor.until(lambda: floor.facts(PhotoTaken), "a photo by itself")
    taken = floor.facts(PhotoTaken)
    assert [(each.shot, each.verdict) for each in taken] == [("whole", "good")]
    until_said(floor, "same")
    floor.devices.camera.scene("electronics", seed=5)
    floor.until(lambda: len(floor.facts(PhotoTaken)) == 2, "the next photo")
    assert sum(isinstance(each, PhotoReady) for each in floor.heard) == 2
    shares = [each.steady for each in floor.heard if isinstance(each, FrameJudged)]
    assert max(shares) == 1.0


def test_undo_and_cancel_are_not_overruled(opened) -> None:
    floor = at_photo(opened)
    floor.devices.camera.scene("electronics", seed=4)
    floor.until(lambda: floor.facts(PhotoTaken), "a photo")
    floor.do(Do.UNDO)
    until_said(floor, "same")
    floor.do(Do.SKIP)
    assert floor.stage == "skip-why"
    floor.devices.camera.scene("electronics", seed=6)
    floor.devices.camera.pass_frames(8)
    floor.do(Do.CANCEL)
    floor.until_heard(FrameJudged, count=15)
    assert not any(isinstance(each, PhotoReady) for each in floor.heard[-12:])


def test_a_camera_that_goes_dark_at_the_shot_gives_a_doubt_and_then_a_photo(opened) -> None:
    floor = at_photo(opened)
    floor.devices.camera.scene("electronics", seed=4, look="dark")
    floor.do(Do.SHOOT)
    floor.until(lambda: floor.stage == "doubt", "the question")
    assert floor.bench.state.ask.photo.problems == ("dark",)
    floor.devices.camera.scene("electronics", seed=4)
    floor.until(lambda: floor.facts(PhotoTaken), "a photo by itself in its place")
    assert floor.facts(PhotoTaken)[0].problems == ()


def test_a_camera_that_is_pulled_at_the_shot_is_told_and_the_photo_is_taken_afterwards(opened, expect_log) -> None:
    expect_log("camera is down: ")
    floor = at_photo(opened)
    floor.devices.camera.scene("electronics", seed=4)
    floor.until_heard(PhotoReady)
    floor.devices.unplug("camera")
    floor.until(lambda: any(isinstance(each, Still | NoStill) for each in floor.heard), "an answer")
    floor.until_lamp("camera", "down")
    if not floor.facts(PhotoTaken):
        floor.until(lambda: floor.facts(PhotoTaken) or floor.bench.notice is not None, "a photo or words")
    floor.devices.plug("camera")
    floor.until_lamp("camera", "ok")
    taken = len(floor.facts(PhotoTaken))
    floor.devices.camera.scene("electronics", seed=8)
    floor.until(lambda: len(floor.facts(PhotoTaken)) > taken, "a photo by itself")


def test_a_camera_that_changes_its_size_is_judged_and_shot_all_the_same(opened) -> None:
    floor = at_photo(opened)
    floor.devices.camera.size(640, 360)
    floor.devices.camera.scene("electronics", seed=4)
    floor.until(lambda: floor.facts(PhotoTaken), "a photo by itself")
    assert floor.facts(PhotoTaken)[0].problems == ()


def test_with_the_shutter_off_only_a_person_takes_photos(opened) -> None:
    floor = at_photo(opened)
    floor.desk.let_shoot(False)
    floor.devices.camera.scene("electronics", seed=4)
    floor.until_heard(FrameJudged, lambda seen: not seen.problems, count=15)
    assert floor.facts(PhotoTaken) == [] and not any(isinstance(each, PhotoReady) for each in floor.heard)
    floor.do(Do.SHOOT)
    floor.until(lambda: floor.facts(PhotoTaken), "a photo")
