"""What the lamp of the sync says to the person at the bench, in every case that wants something of them."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from station.sync_status import SyncStatus
from ui.header import Header
from ui.sync_words import all_of_it

SINCE = "2026-04-18T08:05:00.000000Z"


def said(header: Header) -> tuple[str, str]:
    """The lamp's words, and what is told of it."""
    (lamp,) = (each for each in header._lamps if each.accessibleName().startswith(("Sync", "Sincro")))
    return lamp.accessibleName(), lamp.toolTip()


@pytest.mark.parametrize(
    ("status", "word", "told"),
    [
        (SyncStatus(online=True), "3 waiting", "safe to switch off"),
        (SyncStatus(waiting=7, oldest_waiting_at=SINCE), "offline", "7 facts wait, the oldest since"),
        (SyncStatus(online=True, photos_waiting=4, photos_bytes=2_340_000), "3 waiting", "4 photos wait, 2.3 MB."),
        (SyncStatus(online=True, clock_offset_s=-7200.5), "clock is off", "120 minutes apart"),
        (SyncStatus(online=True, waiting=2, why="token_unknown"), "not let in", "Ask IT to enrol it again"),
        (SyncStatus(online=True, waiting=2, why="fork", rolled_back=5), "old copy", "5 facts that were recorded"),
        (SyncStatus(online=True, is_put_back=True), "3 waiting", "what it lacks is sent again"),
        (SyncStatus(waiting=2, why="disk_full"), "disk full", "Delete what is not needed"),
        (SyncStatus(online=True, waiting=2, why="damaged"), "damaged", "returns-station verify says what"),
    ],
)
def test_the_lamp_says_what_a_person_must_know(
    hands: Any, see: Callable[..., Any], qapp: QApplication, status: SyncStatus, word: str, told: str
) -> None:
    hands.desk.take(status)
    header = Header()
    header.render(see())
    assert word in said(header)[0]
    assert told in said(header)[1]
    assert ("safe to switch off" in said(header)[1]) is (not status.waiting and not status.photos_waiting)
    header.deleteLater()


def test_two_minutes_are_not_yet_wrong() -> None:
    assert not SyncStatus(clock_offset_s=120.0).is_clock_off
    assert SyncStatus(clock_offset_s=-120.5).is_clock_off
    # Nothing is known before central was heard for the first time.
    assert not SyncStatus().is_safe_to_switch_off
    assert SyncStatus(last_ack_at=SINCE).is_safe_to_switch_off


def test_the_page_of_the_devices_tells_all_of_the_sync(hands: Any, see: Callable[..., Any]) -> None:
    hands.desk.take(SyncStatus())
    assert list(all_of_it(see(), "1.2.3")) == [
        "Central is away; it is tried again and again.",
        "Central has taken nothing since this program was started.",
        "Returns Station 1.2.3",
    ]
    status = SyncStatus(
        online=True,
        waiting=7,
        oldest_waiting_at=SINCE,
        refused=2,
        photos_waiting=4,
        photos_bytes=2_340_000,
        last_ack_at=SINCE,
        clock_offset_s=-3.5,
        disk_free_bytes=41_300_000_000,
    )
    hands.desk.take(status)
    said = list(all_of_it(see(), "1.2.3"))
    assert said[0] == "Central is there."
    assert said[1].startswith("Central last took something on Saturday, ")
    assert said[2].startswith("7 facts wait, the oldest since Saturday, ")
    assert said[3:] == [
        "4 photos wait, 2.3 MB.",
        "2 facts or photos were refused or set aside; a supervisor must look.",
        "Central's clock and this one are 3.5 seconds apart.",
        "41.3 GB of the disk are free.",
        "Returns Station 1.2.3",
    ]
    hands.desk.take(SyncStatus(online=True, last_ack_at=SINCE))
    assert "Central has everything: it is safe to switch off." in list(all_of_it(see(), "1.2.3"))
