"""A full disk shows nothing as done; a clock set back changes no order."""

import time
from pathlib import Path

import msgspec
import pytest

from devices.readings import Printed
from station import sample
from station.inputs import Do
from station.inspecting.facts import PhotoTaken
from station.outcome import Tone
from station.routing.facts import PlatePrinted
from station.verify import verify

PARCEL = next(each for each in sample.parcels() if each.key == "headphones")


def _fill(folder: Path) -> None:
    """Write until nothing more fits."""
    with (folder / f"ballast-{time.monotonic_ns()}").open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def _make_room(folder: Path) -> None:
    for ballast in folder.glob("ballast-*"):
        ballast.unlink()


def test_a_full_disk_shows_nothing_as_done_and_work_goes_on_when_there_is_room(
    small_disk: Path, opened, expect_log
) -> None:
    expect_log("the reserve of station.sqlite is used")
    expect_log("nothing could be saved: The disk is full")
    floor = opened(folder=small_disk / "data")
    floor.go_to("label")
    plate = floor.bench.state.item.plate
    said: list[str] = []
    for _ in range(1_000):
        _fill(small_disk)
        before, seq = floor.bench.state, floor.bench.journal.last_seq
        floor.do(Do.REPRINT)
        floor.do(Do.CHOOSE, "damaged")
        said.extend([floor.bench.notice.text] if floor.bench.notice is not None else [])
        if floor.desk.cannot_save:
            break
    assert floor.desk.cannot_save == "disk_full"
    assert len([text for text in said if text.startswith("The disk is full. Finish this parcel")]) == 1
    assert floor.sounds[-1] is Tone.REFUSED
    assert msgspec.structs.replace(floor.bench.state, ask=None) == msgspec.structs.replace(before, ask=None)
    assert floor.bench.journal.last_seq == seq
    # What needs no saving does not say that saving works again; what a device says is not forgotten.
    floor.do(Do.CANCEL)
    assert floor.desk.cannot_save == "disk_full"
    floor.desk.take(Printed("printer", f"{plate}/1", 0.0))
    assert floor.desk.cannot_save == "disk_full" and floor.facts(PlatePrinted) == []
    _make_room(small_disk)
    floor.scan(plate)
    assert floor.stage == "place" and not floor.desk.cannot_save
    assert [fact.plate for fact in floor.facts(PlatePrinted)] == [plate]
    floor.go_to("idle")
    assert verify(small_disk / "data") == []


def test_a_photo_that_does_not_fit_on_the_disk_is_told_as_that(small_disk: Path, opened, expect_log) -> None:
    expect_log("the photo could not be saved: The disk is nearly full")
    floor = opened("camera", folder=small_disk / "data")
    floor.go_to("photo")
    floor.devices.camera.scene("electronics", seed=4)
    _fill(small_disk)
    floor.do(Do.SHOOT)
    floor.until(lambda: floor.bench.notice is not None and "no more photos" in floor.bench.notice.text, "words")
    assert floor.stage == "photo" and floor.facts(PhotoTaken) == []
    kept = (small_disk / "data" / "photos").rglob("*.*")
    assert [file for file in kept if not file.name.startswith("seen-")] == []
    _make_room(small_disk)
    floor.do(Do.SHOOT)
    floor.until(lambda: floor.facts(PhotoTaken), "the photo")
    assert verify(small_disk / "data") == []


def test_a_clock_set_back_changes_no_order(opened, monkeypatch: pytest.MonkeyPatch) -> None:
    floor = opened()
    floor.go_to("item")
    with monkeypatch.context() as clock:
        clock.setattr("station.journal.now", lambda: "1999-12-31T23:59:59.000000Z")
        floor.go_to("place")
    floor.go_to("idle")
    entries = floor.bench.journal.entries(0, 1_000)
    assert [entry.at for entry in entries] != sorted(entry.at for entry in entries)
    assert [entry.mono_ms for entry in entries] == sorted(entry.mono_ms for entry in entries)
    assert verify(floor.folder) == []
    story = floor.station.history.seek(PARCEL.code, floor.bench.known.recognise).story
    told = [line.entry.seq for line in story]
    assert told == sorted(told) and len(told) > 10
    floor.scan(PARCEL.code)
    assert floor.stage == "again"


def test_what_a_power_cut_left_of_a_photo_is_swept_away(opened, tmp_path: Path) -> None:
    half = tmp_path / "data" / "photos" / "ab" / "cd" / "abcd.part"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    floor = opened()
    floor.until(lambda: not half.exists(), "the sweep")
