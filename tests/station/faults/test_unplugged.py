"""Every device can be unplugged and plugged in again."""

from station import sample
from station.inputs import Do
from station.inspecting.facts import PhotoTaken
from station.routing.facts import PlatePrinted

PARCEL = next(each for each in sample.parcels() if each.key == "headphones")


def test_each_device_can_be_unplugged_and_plugged_in_again(opened, expect_log) -> None:
    names = ("scanner", "scale", "camera", "printer")
    floor = opened(*names)
    for name in names:
        expect_log(f"{name} is down: ")
        floor.devices.unplug(name)
        floor.until_lamp(name, "down")
        assert floor.desk.lamps[name].why
    for name in names:
        floor.devices.plug(name)
    for name in names:
        floor.until_lamp(name, "ok")
    floor.go_to("idle")
    floor.devices.scanner.scan(PARCEL.code)
    floor.until(lambda: floor.stage == "weigh", "the scanner")
    floor.devices.scale.place(PARCEL.weight_mg, 0.05)
    floor.until(lambda: floor.stage == "item", "the scale")
    floor.go_to("photo")
    floor.devices.camera.scene("electronics", seed=3)
    floor.do(Do.SHOOT)
    floor.until(lambda: floor.facts(PhotoTaken), "the camera")
    floor.go_to("label")
    floor.until(lambda: floor.facts(PlatePrinted), "the printer")
