"""A station that runs on an old copy takes new numbers by itself between two parcels, in the same window."""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from station.cli import windowed
from station.journal import Journal, read_entries
from station.receiving.facts import ParcelArrived, ParcelFinished
from station.settings import CentralSettings, ReadingSettings, Settings
from station.verify import verify
from tests.sync.conftest import Book, Central


def test_an_old_copy_begins_anew_in_a_quiet_moment(
    own_central: Central,
    enrol_at: Any,
    site: str,
    run_courier: Callable[..., Any],
    until: Callable[..., Any],
    expect_log: Any,
    qapp: QApplication,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = own_central.enrol("KF1", site)
    book = Book(tmp_path / "now", "KF1")
    book.parcels(3)
    first = run_courier(book, bench)
    until(first.is_through)
    first.courier.stop()
    book.close()
    old = shutil.copytree(book.folder, tmp_path / "old")
    later = Book(book.folder, "KF1")
    later.parcels(2)
    until(run_courier(later, bench).is_through)
    later.close()
    with Journal.open(old / "station.sqlite", "KF1") as journal:
        facts = [ParcelArrived("P-9", "T9", "ups", "return", "none"), ParcelFinished("P-9", 0, 0)]
        journal.append(facts, operator="BDG-1", shift="S-1")
        epoch = journal.epoch
    (tmp_path / "token").write_text(bench.token)
    central = CentralSettings(own_central.url, site, str(tmp_path / "token"))
    settings = Settings(station="KF1", sound=False, central=central, reading=ReadingSettings(text=False))
    monkeypatch.setattr("station.desk._QUIET_S", 0.1)
    expect_log("push: fork")
    expect_log("the journal was an old copy; salvaged")

    looks = itertools.count()

    def close_when_through() -> None:
        if len(bench.events()) == 7 or next(looks) > 1000:
            QApplication.closeAllWindows()

    looking = QTimer()
    looking.timeout.connect(close_when_through)
    looking.start(200)
    assert windowed.run(old, settings, None, tmp_path / "settings.toml", None) == 0
    looking.stop()
    entries = read_entries(old / "station.sqlite", 0, 100)
    assert entries[0].epoch != epoch
    assert [entry.type for entry in entries[-2:]] == ["ParcelArrived", "ParcelFinished"]
    assert len({event["id"] for event in bench.events()}) == 7
    assert verify(old) == []
