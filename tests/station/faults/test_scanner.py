"""Whatever a scanner sends, the desk answers it, and nothing but a code of ours changes anything."""

import sqlite3
import threading
import time

import msgspec
import pytest

from devices.readings import Unreadable
from station import sample
from station.inputs import Do
from station.outcome import Tone
from station.verify import verify

PARCEL = next(each for each in sample.parcels() if each.key == "headphones")
PIN = next(each.pin for each in sample.people() if each.role == "grader")


def test_garbage_from_the_scanner_is_refused_and_the_next_scan_is_read(opened) -> None:
    floor = opened("scanner")
    floor.go_to("idle")
    before = floor.bench.state
    for seed in range(5):
        floor.devices.scanner.garbage(seed)
    floor.until_heard(Unreadable)
    assert floor.bench.notice is not None and floor.bench.notice.tone is Tone.REFUSED
    assert floor.bench.state == before
    floor.devices.scanner.scan(PARCEL.code)
    floor.until(lambda: floor.stage == "weigh", "the parcel")
    assert floor.bench.state.parcel.arrived.code == PARCEL.code
    assert Tone.REFUSED in floor.sounds


@pytest.mark.parametrize(
    ("text", "name"),
    [("", "an empty scan"), ("A" * 5_000, "5,000 characters"), ("0" * 8_000, "8,000")],
)
def test_a_scan_that_is_no_code_changes_nothing_at_any_stage(opened, text: str, name: str) -> None:
    floor = opened("scanner")
    for stage in ("sign-in", "pin", "idle", "weigh", "item", "serial", "photo", "inspect", "result", "label", "place"):
        floor.go_to(stage)
        floor.desk.acknowledge()
        before, last = msgspec.structs.replace(floor.bench.state, ask=None), floor.bench.journal.last_seq
        floor.devices.scanner.scan(text and f"{text}{stage}")
        floor.until(lambda: floor.bench.notice is not None, f"an answer to {name} at {stage}")
        assert floor.bench.notice.tone in (Tone.REFUSED, Tone.ATTENTION)
        assert msgspec.structs.replace(floor.bench.state, ask=None) == before
        assert floor.bench.journal.last_seq == last
        assert floor.stage == stage
    floor.go_to("idle")
    assert verify(floor.folder) == []


def test_a_code_no_one_knows_is_asked_about_and_receives_nothing_by_itself(opened) -> None:
    floor = opened("scanner")
    floor.go_to("idle")
    floor.devices.scanner.scan("HELLO-WORLD 77")
    floor.until(lambda: floor.stage == "meaning", "the question what it is")
    assert floor.bench.notice.text == "Nobody knows this code."
    floor.do(Do.CHOOSE, "not-a-parcel")
    assert floor.stage == "idle" and floor.bench.state.parcel is None
    assert floor.bench.state.parcels == 0


def test_a_code_no_one_knows_can_be_received_under_exactly_that_code(opened) -> None:
    floor = opened("scanner")
    floor.go_to("idle")
    floor.devices.scanner.scan("ODD|UPS|CODE")
    floor.until(lambda: floor.stage == "meaning", "the question what it is")
    floor.do(Do.CHOOSE, "1")
    assert floor.bench.state.parcel.arrived.code == "ODD|UPS|CODE"
    assert floor.bench.state.parcel.arrived.match == "none"


def test_the_same_scan_twice_within_300_ms_is_one_scan(opened) -> None:
    floor = opened("scanner")
    floor.go_to("idle")
    floor.devices.scanner.scan(f"{PARCEL.code}\r{PARCEL.code}")
    floor.devices.scanner.scan("RS:skip")
    floor.until(lambda: floor.stage == "skip-why", "the next scan")
    assert Tone.REFUSED not in floor.sounds
    assert floor.bench.state.parcels == 1


def test_scans_during_saving_wait_their_turn_and_none_is_lost(opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program holds the file locked: the commit waits, and four scans come meanwhile."""
    monkeypatch.setattr("station.database._BUSY_TIMEOUT_S", 120.0)  # else a busy computer gives up before the scans
    floor = opened("scanner")
    floor.go_to("pin")
    lock = sqlite3.connect(floor.bench.journal.path, isolation_level=None, check_same_thread=False)
    lock.execute("BEGIN IMMEDIATE")
    came: list[int] = []

    def scan_and_unlock() -> None:
        try:
            for text in (PARCEL.code, "RS:skip", "RS:choose:scale", PARCEL.items[0].code):
                floor.devices.scanner.scan(text)
            deadline = time.monotonic() + 60.0
            while floor.words.qsize() < 4 and time.monotonic() < deadline:
                time.sleep(0.01)
            came.append(floor.words.qsize())
        finally:
            lock.execute("ROLLBACK")
            lock.close()

    thread = threading.Thread(target=scan_and_unlock)
    thread.start()
    floor.scan(PIN)
    thread.join()
    assert came == [4]
    floor.until(lambda: floor.stage == "inspect", "the item")
    assert [type(fact).__name__ for fact in floor.facts()] == [
        "ShiftOpened",
        "SignedIn",
        "ParcelArrived",
        "WeighingSkipped",
        "ItemIdentified",
    ]
