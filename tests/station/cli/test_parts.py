"""A station put together from its settings: what training keeps apart, and what is opened and closed."""

import queue
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from devices.readings import AcceptedWeight, Fault, Frame, NoStill, NotPrinted, Printed, PrintWaiting, Scan, Still, Up
from devices.simulators.bench import SimulatedBench
from station import sample
from station.cli.parts import open_station, session_of, sessions_of
from station.local_copy import LocalCopy, Record
from station.settings import (
    CameraSettings,
    CentralSettings,
    PrinterSettings,
    ScaleSettings,
    ScannerSettings,
    Settings,
    SettingsError,
    read,
    write,
)
from sync.central.sample import records


def filled(folder: Path) -> Path:
    """The folder of a station that has pulled the sample site."""
    folder.mkdir()
    copy = LocalCopy.open(folder / "expected.sqlite")
    rows = [Record(seq, each.kind, each.key, msgspec.Raw(each.body)) for seq, each in enumerate(records(), start=1)]
    copy.apply(1, len(rows), rows)
    copy.close()
    return folder


def typed(text: str) -> Scan:
    return Scan("keyboard", text, "", float(len(text)))


def work(folder: Path, settings: Settings, training: bool) -> list[str]:
    """Sign in and scan a parcel; return the names of the facts that were written."""
    words: list[Any] = []
    with open_station(folder, settings, words.append, training) as station:
        for text in ("BDG-1001", "1234", sample.parcels()[0].code):
            station.desk.take(typed(text))
        assert station.desk.bench.training is training
        return [entry.type for entry in station.desk.bench.journal.entries(0, 100)]


def test_training_is_the_same_work_on_a_journal_that_never_leaves(tmp_path: Path) -> None:
    folder = tmp_path / "station"
    token = tmp_path / "token"
    token.write_text("secret", encoding="utf-8")
    central = CentralSettings("http://127.0.0.1:9", "sample", str(token))
    settings = Settings(central=central)
    filled_folder = work_begun(folder)
    with open_station(filled_folder, settings, lambda word: None, training=True) as station:
        station.begin()
        started = [thread.name for thread in threading.enumerate()]
        for text in ("BDG-1001", "1234", sample.parcels()[0].code):
            station.desk.take(typed(text))
        assert station.desk.bench.journal.last_seq > 0
    assert not any("courier" in name for name in started)
    assert work(filled_folder, Settings(), training=False) == ["ShiftOpened", "SignedIn", "ParcelArrived"]


def work_begun(folder: Path) -> Path:
    """A station's folder as its first start leaves it, with the sample site pulled."""
    with open_station(folder, Settings(), lambda word: None):
        pass
    (folder / "expected.sqlite").unlink()
    copy_folder = filled(folder.parent / "pulled")
    (copy_folder / "expected.sqlite").rename(folder / "expected.sqlite")
    return folder


def test_a_station_without_devices_works_by_keyboard_and_says_what_is_missing(tmp_path: Path) -> None:
    folder = work_begun(tmp_path / "station")
    with open_station(folder, Settings(), lambda word: None) as station:
        assert station.workers == {}
    assert work(folder, Settings(), training=False) == ["ShiftOpened", "SignedIn", "ParcelArrived"]


def test_live_pictures_come_when_somebody_watches(tmp_path: Path) -> None:
    folder = work_begun(tmp_path / "station")
    words: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with SimulatedBench(tmp_path / "devices") as devices:
        settings = Settings(cameras=(CameraSettings(source=devices.address("camera")),))
        with open_station(folder, settings, words.put) as station:
            station.begin()
            await_word(words, Up)
            station.desk.watch("")
            await_word(words, Frame)


def await_word(words: "queue.SimpleQueue[Any]", kind: type) -> Any:
    while not isinstance(word := words.get(timeout=60), kind):
        pass
    return word


def test_a_changed_device_is_replaced_and_the_others_go_on(tmp_path: Path) -> None:
    folder = work_begun(tmp_path / "station")
    words: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with SimulatedBench(tmp_path / "devices") as devices:
        scanner = ScannerSettings(port=devices.address("scanner"))
        before = Settings(scanners=(scanner,))
        with open_station(folder, before, words.put) as station:
            station.begin()
            assert await_word(words, Up).device == "scanner"
            kept = station.workers["scanner"]
            station.use(Settings(scanners=(scanner,), scale=ScaleSettings(port=devices.address("scale"))))
            assert await_word(words, Up).device == "scale"
            assert station.workers["scanner"] is kept
            station.use(
                Settings(scanners=(msgspec.structs.replace(scanner, repeat_s=0.5),), scale=station.settings.scale)
            )
            assert list(station.workers) == ["scanner", "scale"]
            station.desk.take(Up("scanner", 0.0))
            station.use(Settings(scale=ScaleSettings(port=devices.address("scale"))))
            assert list(station.workers) == ["scale"]
            assert "scanner" not in station.desk.lamps
            devices.scanner.scan("1Z999AA10123456784")
            devices.scale.place(500_000, 0.0)
            assert await_word(words, AcceptedWeight).weight_mg == 500_000
            assert words.empty() or not isinstance(words.get(), Scan)


def test_a_label_that_waits_when_the_printer_is_replaced_is_not_lost_in_silence(tmp_path: Path, expect_log) -> None:
    expect_log("printer is down")
    folder = work_begun(tmp_path / "station")
    words: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with SimulatedBench(tmp_path / "devices") as devices:
        printer = PrinterSettings(host=devices.printer.host, port=devices.printer.port)
        with open_station(folder, Settings(printer=printer), words.put) as station:
            station.begin()
            await_word(words, Up)
            devices.printer.media_out(mid_job=True)
            station.equipment.print("LPNA010000017K/1", b"^XA^FDone^FS^XZ")
            assert await_word(words, PrintWaiting).sent
            station.equipment.print("LPNA010000025K/1", b"^XA^FDtwo^FS^XZ")
            station.use(Settings(printer=msgspec.structs.replace(printer, dpi=300)))
            told = [await_word(words, NotPrinted) for _ in range(2)]
            assert [(each.job, each.why) for each in told] == [
                ("LPNA010000017K/1", Fault.outcome_unknown),
                ("LPNA010000025K/1", Fault.cancelled),
            ]


def test_a_still_that_a_replaced_camera_owed_is_refused(tmp_path: Path) -> None:
    folder = work_begun(tmp_path / "station")
    words: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with open_station(folder, Settings(cameras=(CameraSettings(source="http://127.0.0.1:9"),)), words.put) as station:
        station.equipment.still("I1/whole", "whole")
        station.use(Settings())
        assert await_word(words, NoStill).request == "I1/whole"


def test_each_camera_takes_its_own_shots_and_the_first_all_others(tmp_path: Path) -> None:
    folder = work_begun(tmp_path / "station")
    words: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with SimulatedBench(tmp_path / "front") as front, SimulatedBench(tmp_path / "above") as above:
        cameras = (
            CameraSettings(source=front.address("camera")),
            CameraSettings(name="above", source=above.address("camera"), shots=("label",)),
        )
        with open_station(folder, Settings(cameras=cameras), words.put) as station:
            station.begin()
            assert {await_word(words, Up).device, await_word(words, Up).device} == {"camera", "above"}
            for shot, device in (("label", "above"), ("whole", "camera")):
                station.equipment.still(f"I1/{shot}", shot)
                still = await_word(words, Still)
                assert (still.device, still.request) == (device, f"I1/{shot}")


def test_two_devices_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[[cameras]]\nsource = "a"\n[[cameras]]\nsource = "b"\n')
    with pytest.raises(SettingsError, match=r"settings.toml: two devices are called 'camera'"):
        read(path)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ('station = "DOCK7"', "three of A-Z and 0-9, not 'DOCK7'"),
        ('theme = "pink"', r"\$.theme"),
        ("[printer]\ndpi = 250", r"\$.printer.dpi"),
        ("[printer]\nport = 99999", r"\$.printer.port"),
        ("[scale]\ndata_bits = 9", r"\$.scale.data_bits"),
        ("[scale]\nstop_bits = 3", r"\$.scale.stop_bits"),
        ("[[scanners]]\nbaud = -5", r"\$.scanners\[0\].baud"),
        ("[[scanners]]\nrepeat_s = nan", r"\$.scanners\[0\].repeat_s"),
        ('[[cameras]]\nname = ""', r"\$.cameras\[0\].name"),
        ("[keyboard]\nprefix = -4", r"\$.keyboard.prefix"),
        ('[keyboard]\nlayout = "zz"', r"layout: there is no keyboard 'zz'; one of us, uk, de, fr - at `\$.keyboard`"),
        ('[[scanners]]\nlayout = "zz"', r"layout: there is no keyboard 'zz'; one of us, uk, de, fr - at `\$.scanners"),
    ],
)
def test_a_value_that_no_bench_can_have_is_refused_with_its_place(tmp_path: Path, written: str, place: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(written)
    with pytest.raises(SettingsError, match=rf"settings.toml: .*{place}.*mend it there"):
        read(path)


@pytest.mark.parametrize(("stock", "why"), [("57 x 32", "such as 57x32"), ("20x10", "too small")])
def test_a_stock_that_holds_no_label_is_refused_before_anybody_waits_for_one(stock: str, why: str) -> None:
    with pytest.raises(SettingsError, match=f"printer: .*{why}"):
        session_of("printer", PrinterSettings(host="127.0.0.1", stock=stock))


def test_settings_come_back_as_they_were_written(tmp_path: Path) -> None:
    settings = Settings(
        scanners=(ScannerSettings("left", "hid", "/dev/hidraw0"), ScannerSettings("right", "evdev", "/dev/x")),
        scale=ScaleSettings("toledo-8217", "/dev/y", baud=4800, parity="E"),
        cameras=(CameraSettings("camera", "http://x", ("label",), {"FOCUS": 30.0}, True),),
        printer=PrinterSettings("queue", queue="bench", dpi=300, stock="57x32"),
    )
    write(tmp_path / "settings.toml", settings)
    assert read(tmp_path / "settings.toml") == settings


def test_a_scale_is_the_model_and_dialect_that_the_bench_names() -> None:
    assert session_of("scale", ScaleSettings(model="nci", dialect="diva-ecr", port="/dev/scale"))
    for settings, why in (
        (ScaleSettings(model="bathroom", port="/dev/scale"), "there is no scale model 'bathroom'"),
        (ScaleSettings(model="nci", port="/dev/scale"), "its dialects are: diva-ecr, nci-7800"),
    ):
        with pytest.raises(SettingsError, match=why):
            session_of("scale", settings)


def test_every_byte_of_every_device_can_be_recorded(tmp_path: Path) -> None:
    folder = work_begun(tmp_path / "station")
    words: queue.SimpleQueue[Any] = queue.SimpleQueue()
    notes: list[tuple[str, str, bytes]] = []
    with SimulatedBench(tmp_path / "devices") as devices:
        settings = Settings(
            scale=ScaleSettings(port=devices.address("scale")),
            printer=PrinterSettings(host=devices.printer.host, port=devices.printer.port),
        )
        with open_station(folder, settings, words.put, record=lambda *note: notes.append(note)) as station:
            station.begin()
            assert {await_word(words, Up).device, await_word(words, Up).device} == {"scale", "printer"}
    assert {(device, direction) for device, direction, _ in notes} == {
        (device, direction) for device in ("scale", "printer") for direction in ("in", "out")
    }
    assert ("scale", "out", b"SI\r\n") in notes
    assert b"~HS" in b"".join(raw for device, direction, raw in notes if (device, direction) == ("printer", "out"))


def test_labels_are_set_for_the_stock_that_is_in_the_printer(tmp_path: Path) -> None:
    folder = work_begun(tmp_path / "station")
    words: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with SimulatedBench(tmp_path / "devices") as devices:
        printer = PrinterSettings(host=devices.printer.host, port=devices.printer.port)
        with open_station(folder, Settings(printer=printer), words.put) as station:
            station.begin()
            await_word(words, Up)
            for stock, width in (("", b"^PW800"), ("57x32", b"^PW456")):
                station.use(Settings(printer=msgspec.structs.replace(printer, stock=stock)))
                station.desk.print_test()
                assert width in devices.printer.wait_for_label().read_bytes()
                await_word(words, Printed)


@pytest.mark.parametrize(("repeat_s", "scans"), [(0.0, 2), (5.0, 1)])
def test_each_scanner_has_a_time_in_which_it_repeats_itself(tmp_path: Path, repeat_s: float, scans: int) -> None:
    folder = work_begun(tmp_path / "station")
    settings = Settings(scanners=(ScannerSettings("left", repeat_s=repeat_s),))
    with open_station(folder, settings, lambda word: None) as station:
        taken = [station.desk.take(Scan("left", "BDG-1001", "", at)) for at in (1.0, 1.2)]
        assert sum(each is not None for each in taken) == scans


def test_the_settings_in_the_readme_are_settings() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("```toml\n")[2].partition("```")[0]
    settings = msgspec.toml.decode(shown, type=Settings)
    assert list(sessions_of(settings)) == ["scanner", "scale", "camera", "printer"]
