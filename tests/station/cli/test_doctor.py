"""The doctor proves every device by a real answer, and says in words what it could not prove."""

import re
import socket
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from station import __main__ as main
from station.database import DRIVER
from station.journal import Journal
from station.moments import utc
from station.settings import CentralSettings, PrinterSettings, ScaleSettings, Settings, write
from station.shifts.facts import ShiftOpened

DEVICES = {"scanner", "scale", "camera", "printer"}


@pytest.fixture
def closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def lines(text: str) -> dict[str, tuple[str, str]]:
    """Return sign and words by what was looked at."""
    found = (re.fullmatch(r"(\S) (\S+) +(.+)", line) for line in text.splitlines())
    return {match[2]: (match[1], match[3]) for match in found if match is not None}


def test_the_demonstration_proves_four_devices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["doctor", "--demo", "--data", str(tmp_path)]) == 0
    told = lines(capsys.readouterr().out)
    proved = dict.fromkeys(DEVICES, ("✔", "proved itself with a real answer"))
    proved["scanner"] = ("✔", "is open; only a scan proves it: scan any code on page Devices (F6)")
    assert {name: told[name] for name in DEVICES} == proved
    for name in ("versions", "sqlite", "disk", "journal", "clock"):
        assert told[name][0] in "✔!"
    assert "Python 3." in told["versions"][1] and "WAL-reset" in told["sqlite"][1]
    assert not list((tmp_path / "demo").glob("*.sqlite"))


def test_devices_that_do_not_answer_are_named_in_words(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    closed_port: int,
    expect_log,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What is not there is not waited for as long as what may still answer.
    monkeypatch.setattr("station.cli.doctor.PROVEN_WITHIN_S", 3600.0)
    expect_log("printer is down: unreachable")
    expect_log("scale is down: unreachable")
    settings = Settings(
        printer=PrinterSettings(host="127.0.0.1", port=closed_port),
        scale=ScaleSettings(port=str(tmp_path / "no-such-port")),
    )
    write(tmp_path / "settings.toml", settings)
    assert main.main(["doctor", "--data", str(tmp_path)]) == 1
    told = lines(capsys.readouterr().out)
    for name in ("printer", "scale"):
        assert told[name][0] == "✘" and told[name][1].startswith("Not connected: check cable and power.")
    assert "scanner" not in told and "camera" not in told
    assert told["devices"] == ("…", "asking printer, scale; this takes up to 3600 s")
    assert told["central"] == ("!", "not in the settings: facts stay on this computer")


def test_central_that_is_away_or_refuses_us_is_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], closed_port: int
) -> None:
    token = tmp_path / "token"
    central = CentralSettings(f"http://127.0.0.1:{closed_port}", "leeds", str(token))
    write(tmp_path / "settings.toml", Settings(central=central))
    assert main.main(["doctor", "--data", str(tmp_path)]) == 1
    assert lines(capsys.readouterr().out)["central"][0] == "✘"
    token.write_text("secret\n")
    assert main.main(["doctor", "--data", str(tmp_path)]) == 0
    sign, words = lines(capsys.readouterr().out)["central"]
    assert sign == "!" and words.startswith("not reachable now, work goes on without it")
    write(tmp_path / "settings.toml", Settings(central=msgspec.structs.replace(central, url="nonsense")))
    main.main(["doctor", "--data", str(tmp_path)])
    assert "http://" in lines(capsys.readouterr().out)["central"][1]


def test_a_damaged_journal_is_told_and_nothing_is_made_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Journal.open(tmp_path / "station.sqlite", "A01").close()
    assert main.main(["doctor", "--data", str(tmp_path)]) == 0
    assert lines(capsys.readouterr().out)["journal"] == ("✔", "the chain is whole and the tables agree with it")
    (tmp_path / "station.sqlite").write_bytes(b"no database" * 999)
    assert main.main(["doctor", "--data", str(tmp_path)]) == 1
    assert lines(capsys.readouterr().out)["journal"][0] == "✘"
    (tmp_path / "station.sqlite").unlink()
    (tmp_path / "expected.sqlite").touch()
    assert main.main(["doctor", "--data", str(tmp_path)]) == 1
    sign, words = lines(capsys.readouterr().out)["journal"]
    assert sign == "✘" and "is missing, but there was one" in words
    assert not (tmp_path / "station.sqlite").exists()


def test_a_data_folder_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main.main(["doctor", "--data", str(tmp_path / "file" / "station")]) == 1
    sign, words = lines(capsys.readouterr().out)["disk"]
    assert sign == "✘" and "cannot be written" in words


def test_a_missing_reader_of_print_is_no_reason_to_stop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main.main(["doctor", "--data", str(tmp_path)])
    sign, words = lines(capsys.readouterr().out)["text"]
    assert sign == "✔" and words.startswith("rapidocr 3.")
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    assert main.main(["doctor", "--data", str(tmp_path)]) == 0
    sign, words = lines(capsys.readouterr().out)["text"]
    assert sign == "!" and "all else works" in words


def test_a_running_station_keeps_its_devices_to_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A printer takes one connection, a port one reader: to prove them would call a sound device broken."""
    write(tmp_path / "settings.toml", Settings(scale=ScaleSettings(port=str(tmp_path / "no-such-port"))))
    with Journal.open(tmp_path / "station.sqlite", "A01"):
        main.main(["doctor", "--data", str(tmp_path)])
    told = lines(capsys.readouterr().out)
    assert "scale" not in told and told["devices"] == ("!", "not proved: a station is running and has them open")


def test_a_clock_that_stands_before_the_last_fact_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "settings.toml", Settings())
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        journal.append([ShiftOpened("A01-1", "Bench 1")], operator="", shift="A01-1")
    main.main(["doctor", "--data", str(tmp_path)])
    assert lines(capsys.readouterr().out)["clock"][0] == "✔"
    with closing(DRIVER.connect(tmp_path / "station.sqlite")) as connection, connection:
        later = utc(datetime.now(UTC) + timedelta(minutes=10))
        connection.execute("UPDATE journal SET at = ?", (later,))
    main.main(["doctor", "--data", str(tmp_path)])
    sign, words = lines(capsys.readouterr().out)["clock"]
    assert sign == "!" and "was the clock set back?" in words


_EMPTY_PAGE = '"from":1,"to":0,"head":0'


class _Central(BaseHTTPRequestHandler):
    """Says that it is another time than here."""

    def do_GET(self) -> None:
        server_time = utc(datetime.now(UTC) + self.server.ahead)  # type: ignore[attr-defined]
        said = '"service":"central","version":"1","database":"sqlite"' if "health" in self.path else _EMPTY_PAGE
        body = f'{{{said},"server_time":"{server_time}"}}'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


@pytest.mark.parametrize(
    ("minutes", "sign", "word"),
    [(0, "✔", "answers ("), (10, "!", " s behind its"), (-10, "!", " s ahead of its")],
)
def test_a_clock_that_is_not_centrals_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], minutes: int, sign: str, word: str
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Central) as server:
        server.ahead = timedelta(minutes=minutes)
        serving = threading.Thread(target=server.serve_forever, args=(0.02,))
        serving.start()
        (tmp_path / "token").write_text("secret")
        central = CentralSettings(f"http://127.0.0.1:{server.server_address[1]}", "leeds", str(tmp_path / "token"))
        write(tmp_path / "settings.toml", Settings(central=central))
        main.main(["doctor", "--data", str(tmp_path)])
        server.shutdown()
        serving.join()
    told = lines(capsys.readouterr().out)["central"]
    assert told[0] == sign and word in told[1]


def test_a_category_of_hints_that_there_is_none_of_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "settings.toml", Settings(hints={"damage_area": ("toyz", "phones"), "wrong_item": ("*",)}))
    main.main(["doctor", "--data", str(tmp_path)])
    told = capsys.readouterr().out
    assert "damage_area is on for toyz, of which there is none; one of apparel" in told
    assert "wrong_item is on" not in told
