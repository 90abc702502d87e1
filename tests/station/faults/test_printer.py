"""A label that cannot be printed waits, is told, and comes out once."""

from pathlib import Path

from station.inputs import Do
from station.routing.facts import PlatePrinted


def _labels(floor, before: list[Path]) -> list[bytes]:
    return [path.read_bytes() for path in floor.devices.printer.labels() if path not in before]


def test_a_label_for_a_printer_that_is_gone_waits_and_prints_once(opened, expect_log) -> None:
    expect_log("printer is down: lost")
    floor = opened("printer")
    before = floor.devices.printer.labels()
    floor.go_to("result")
    floor.devices.unplug("printer")
    floor.until_lamp("printer", "down")
    floor.do(Do.CONFIRM)
    floor.until(lambda: floor.desk.lamps["printer"].light == "attention", "word that the label waits")
    assert "waits at the printer" in floor.bench.notice.text
    assert floor.stage == "label" and floor.facts(PlatePrinted) == []
    floor.devices.plug("printer")
    floor.until(lambda: floor.facts(PlatePrinted), "the label")
    floor.until_lamp("printer", "ok")
    (label,) = _labels(floor, before)
    assert floor.bench.state.item.plate.encode() in label
    floor.scan(floor.bench.state.item.plate)
    assert floor.stage == "place"


def test_no_media_in_the_middle_of_a_label_gives_one_label_after_the_refill(opened, expect_log) -> None:
    expect_log("printer is down: media_out")
    floor = opened("printer")
    before = floor.devices.printer.labels()
    floor.go_to("result")
    floor.devices.printer.media_out(mid_job=True)
    floor.do(Do.CONFIRM)
    floor.until(lambda: floor.desk.lamps["printer"].why == "media_out", "word that there are no labels left")
    assert _labels(floor, before) == [] and floor.facts(PlatePrinted) == []
    floor.devices.printer.refill()
    floor.until(lambda: floor.facts(PlatePrinted), "the label")
    (label,) = _labels(floor, before)
    assert floor.bench.state.item.plate.encode() in label
    assert len(floor.facts(PlatePrinted)) == 1


def test_an_undone_label_that_waits_is_never_printed(opened, expect_log) -> None:
    expect_log("printer is down: lost")
    floor = opened("printer")
    before = floor.devices.printer.labels()
    floor.go_to("result")
    floor.devices.unplug("printer")
    floor.until_lamp("printer", "down")
    floor.do(Do.CONFIRM)
    first = floor.bench.state.item.plate
    floor.do(Do.UNDO)
    floor.do(Do.CONFIRM)
    second = floor.bench.state.item.plate
    floor.devices.plug("printer")
    floor.until(lambda: floor.facts(PlatePrinted), "the label")
    (label,) = _labels(floor, before)
    assert second.encode() in label and first.encode() not in label and first != second


def test_undone_reprints_that_wait_are_never_printed(opened, expect_log) -> None:
    expect_log("printer is down: lost")
    floor = opened("printer")
    before = floor.devices.printer.labels()
    floor.go_to("result")
    floor.devices.unplug("printer")
    floor.until_lamp("printer", "down")
    floor.do(Do.CONFIRM)
    for _ in range(2):
        floor.do(Do.REPRINT)
        floor.do(Do.CHOOSE, "damaged")
    assert floor.bench.state.item.copies_asked == 3
    for _ in range(3):
        floor.do(Do.UNDO)
    assert floor.stage == "result"
    floor.do(Do.CONFIRM)
    plate = floor.bench.state.item.plate
    floor.devices.plug("printer")
    floor.until(lambda: floor.facts(PlatePrinted), "the label")
    assert [plate.encode() in label for label in _labels(floor, before)] == [True]
