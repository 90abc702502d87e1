"""The support bundle tells what a helper needs; what was planted in settings, log and records is nowhere in it."""

import json
import zipfile
from pathlib import Path

import msgspec
import pytest

from devices.worker import RawFrame
from station import __main__ as main
from station import sample
from station.cli import support
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.settings import CameraSettings, CentralSettings, Settings, write
from sync.central import sample as sample_records

PLANTED = ("geheim", "Priya", "priya", "BDG-1001", "77123", "SN-99-QX", "Elm", "tok-5f3a", "1234")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A station's folder with private things in its settings, its log and its copy of central's records."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "token").write_text("tok-5f3a-geheim")
    settings = Settings(
        central=CentralSettings("http://user:geheim@127.0.0.1:9", "leeds", str(folder / "token")),
        cameras=(CameraSettings(source="http://admin:geheim@127.0.0.1:9/s?pwd=geheim"),),
    )
    write(folder / "settings.toml", settings)
    Journal.open(folder / "station.sqlite", sample.STATION).close()
    copy = LocalCopy.open(folder / "expected.sqlite")
    feed = enumerate(sample_records.records(), start=1)
    records = [Record(seq, each.kind, each.key, msgspec.Raw(each.body)) for seq, each in feed]
    copy.apply(1, len(records), records)
    copy.close()
    (folder / "logs").mkdir()
    (folder / "logs" / "station.log").write_text(
        "2026-11-26 17:35:14,123 WARNING devices.worker: scale is down: lost SN-99-QX\n"
        "2026-11-26 17:35:15,000 CRITICAL ui.session: failed after ['77123 Elm Road', 'BDG-1001', '1234']\n"
        '  File "/home/priya/desk.py", line 3, in take\n'
        "ValueError: priya typed 1234\n"
    )
    return folder


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def test_the_bundle_tells_everything_but_what_is_private(data: Path, capsys) -> None:
    out = data.parent / "bundle.zip"
    with Journal.open(data / "station.sqlite", sample.STATION):
        assert main.main(["support-bundle", str(out), "--data", str(data)]) == 0
    told = parts(out)
    assert capsys.readouterr().out.startswith(f"{out} holds README.txt, versions.json, settings.json, ")
    for name, text in told.items():
        assert [secret for secret in PLANTED if secret in text] == [], name
    assert json.loads(told["settings.json"])["cameras"][0]["source"] == "http://127.0.0.1:9/s?‹…›"
    assert json.loads(told["settings.json"])["central"]["token_file"] == "‹set›"
    assert "PySide6_Essentials" in str(told["versions.json"]).replace("-", "_")
    assert "scale is down: lost ‹" in told["log.txt"] and '  File "desk.py", line 3, in take' in told["log.txt"]
    assert "not proved: a station is running" in told["doctor.txt"] and "sqlite" in told["doctor.txt"]
    assert told["journal.json"] == "The journal is empty."
    assert not list(data.parent.glob("*.part"))


def test_raw_frames_are_in_it_only_when_they_are_given_and_then_masked(data: Path, capsys) -> None:
    out = data.parent / "bundle.zip"
    frames = {"scanner": [RawFrame(1.5, b"]C077123-BDG-1001\r")], "scale": [RawFrame(2.0, b"S S 10 g\r\n")]}
    with Journal.open(data / "station.sqlite", sample.STATION):
        support.bundle(out, data, None, frames)
    assert "77123" not in parts(out)["frames.txt"] and "scale 2.000 " in parts(out)["frames.txt"]
    with Journal.open(data / "station.sqlite", sample.STATION):
        support.bundle(out, data, None)
    assert "frames.txt" not in parts(out)


def test_what_a_scanner_read_is_not_told_in_pieces_either(data: Path, capsys) -> None:
    """On a slow line each byte comes for itself, and a single figure or small word looks harmless."""
    out = data.parent / "bundle.zip"
    (data / "settings.toml").write_text(
        '[[scanners]]\nname = "left"\nport = "/dev/none"\n'
        '[[scanners]]\nname = "keys"\nconnection = "evdev"\nport = "/dev/none"\n'
    )
    frames = {
        "left": [*(RawFrame(1.0, bytes([byte])) for byte in b"77123\r"), RawFrame(2.0, b"jane doe, 12 elm st\r")],
        "keys": [RawFrame(3.0, b"\x02" * 24)],
        "unknown": [RawFrame(4.0, b"jane")],
    }
    with Journal.open(data / "station.sqlite", sample.STATION):
        support.bundle(out, data, None, frames)
    told = parts(out)["frames.txt"]
    assert told.startswith("left 1.000 1 bytes 9\n" * 5 + "left 1.000 1 bytes \\r\n")
    assert "left 2.000 20 bytes aaaa aaa, 99 aaa aa\\r\n" in told
    assert told.endswith("keys 3.000 24 bytes\nunknown 4.000 4 bytes\n")


def test_a_station_that_is_broken_in_every_way_still_gives_a_bundle(tmp_path: Path, capsys) -> None:
    (tmp_path / "station.sqlite").write_bytes(b"no database" * 999)
    (tmp_path / "expected.sqlite").write_bytes(b"no database" * 999)
    (tmp_path / "settings.toml").write_text("station = [")
    assert main.main(["support-bundle", str(tmp_path / "b.zip"), "--data", str(tmp_path)]) == 0
    told = parts(tmp_path / "b.zip")
    assert told["journal.json"].startswith("The journal cannot be read") and "mend it there" in told["settings.json"]
    assert told["log.txt"] == ""


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, capsys) -> None:
    assert main.main(["support-bundle", str(tmp_path / "none" / "b.zip"), "--data", str(tmp_path)]) == 1
    assert "returns-station: " in capsys.readouterr().err
