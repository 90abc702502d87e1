"""`returns-central`: starts, says where, stops cleanly, and puts what goes wrong in a plain word."""

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from station import sample
from sync.central import places
from sync.central.__main__ import main
from sync.client import Client

ROOT = Path(__file__).parents[3]


def serve(data: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sync.central", "serve", "--data", str(data), "--port", "0", *more]
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(r"returns-central: listening on (http://127\.0\.0\.1:\d+)\n", line)
    assert found, line
    return found[1]


def test_the_sample_is_served_and_its_station_may_speak(tmp_path: Path) -> None:
    with serve(tmp_path, "--sample", "--generated", "10", "--with-parent") as process:
        url = url_of(process)
        token = (tmp_path / "tokens" / f"{sample.STATION}.token").read_text().strip()
        client = Client(url, sample.STATION, token)
        page = client.pull(sample.SITE, 0, 2000)
        client.close()
        kinds = [record.kind for record in page.records]
        assert kinds.count("order") == len(sample.orders()) + 10
        assert kinds.count("product") == len(sample.products())
        assert {"operator", "bin", "receipt"} <= set(kinds)
        assert not any(b'"pin"' in bytes(record.body) for record in page.records)
        # Whoever started it is gone: it goes too.
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, output, errors) == (0, "", "")
    assert main(["show", sample.orders()[0].rma, "--data", str(tmp_path)]) == 0


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_told(tmp_path: Path, name: signal.Signals) -> None:
    with serve(tmp_path) as process:
        assert httpx.get(f"{url_of(process)}/v1/health", trust_env=False).status_code == 200
        process.send_signal(name)
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, output, errors) == (0, "", "")


def test_a_port_in_use_and_a_database_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", "--data", str(tmp_path), "--port", port]) == 1
    assert "cannot listen on 127.0.0.1" in capsys.readouterr().err
    (tmp_path / "central.sqlite").write_bytes(b"this is no database at all" * 100)
    assert main(["serve", "--data", str(tmp_path)]) == 1
    assert "cannot be opened" in capsys.readouterr().err
    assert main(["serve", "--data", str(tmp_path), "--database", "nonsense"]) == 1
    assert "cannot be opened" in capsys.readouterr().err
    nobody = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    assert main(["serve", "--data", str(tmp_path), "--database", nobody]) == 1
    assert "cannot be opened" in capsys.readouterr().err


def test_show_and_enrol(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "--data", str(tmp_path)]) == 0
    assert main(["show", "RMA-1", "--data", str(tmp_path)]) == 1
    assert "nothing is known of RMA-1" in capsys.readouterr().err
    assert main(["enrol-code", "--site", "leeds", "--data", str(tmp_path)]) == 0
    assert re.fullmatch(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\n", capsys.readouterr().out)
    assert main(["enrol-code", "--site", "leeds", "--station", "nonsense", "--data", str(tmp_path)]) == 1
    assert "three of A-Z and 0-9" in capsys.readouterr().err
    assert main(["revoke", "B07", "--data", str(tmp_path)]) == 1
    assert "there is no station B07" in capsys.readouterr().err


def test_show_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve(tmp_path, "--sample", "--with-parent") as process:
        url_of(process)
        process.communicate(timeout=60)
    rma = sample.orders()[0].rma
    assert main(["show", rma, "--data", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["order"]["rma"] == rma


def test_the_help_names_what_can_be_done(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert all(word in text for word in ("serve", "show", "enrol", "--sample"))
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    assert "listening on" in capsys.readouterr().out


def test_a_recall_is_added_changed_listed_and_withdrawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def recall(*words: str) -> tuple[int, str, str]:
        code = main(["recall", *words, "--site", "leeds", "--data", str(tmp_path)])
        said = capsys.readouterr()
        return code, said.out, said.err

    assert main(["migrate", "--data", str(tmp_path)]) == 0
    capsys.readouterr()
    assert recall("add", "R-1", "--title", "Burns")[0] == 1
    assert recall("add", "R-1", "--title", "Burns", "--sku", "A-1")[0] == 0
    limits = ("--gtin", "0950*", "--lot", "B77*", "--serials", "100:200", "--made", "2026-01-01:2026-02-01")
    assert recall("add", "R-1", "--title", "Burns badly", *limits, "--owner", "client", "--until", "2027-01-01")[0] == 0
    line = "R-1  Burns badly  [0950*] only B77*, 100:200, 2026-01-01:2026-02-01  client\n"
    assert recall("list") == (0, line, "")
    assert recall("withdraw", "R-1")[0] == 0
    assert recall("list") == (0, "", "")
    assert recall("withdraw", "R-1") == (1, "", "returns-central: nothing stands under R-1\n")


@pytest.mark.parametrize(
    "more", [("--serials", "9:10"), ("--serials", "9"), ("--made", "May:Jul"), ("--until", "tomorrow")]
)
def test_a_recall_that_makes_no_sense_is_refused(tmp_path: Path, more: tuple[str, str]) -> None:
    given = ["recall", "add", "R-1", "--title", "Burns", "--sku", "A-1", *more, "--site", "leeds"]
    with pytest.raises(SystemExit) as ended:
        main([*given, "--data", str(tmp_path)])
    assert ended.value.code == 2


def test_a_serial_number_is_reported_and_taken_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ("--site", "leeds", "--data", str(tmp_path))
    assert main(["migrate", "--data", str(tmp_path)]) == 0
    assert main(["serial", "report", "SN1", "--status", "stolen", "--where", "Police", *where]) == 0
    assert main(["serial", "report", "SN2", "--status", "returned", "--at", "2026-05-01", *where]) == 0
    capsys.readouterr()
    assert main(["serial", "list", *where]) == 0
    assert capsys.readouterr().out == "SN1  stolen  Police\nSN2  returned    2026-05-01\n"
    assert main(["serial", "withdraw", "SN1", *where]) == 0
    assert main(["serial", "withdraw", "SN1", *where]) == 1


def test_where_no_central_is_none_is_made_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["reviews"], ["revoke", "A01"], ["resolutions", "list"], ["enrol-code", "--site", "leeds"]):
        assert main([*words, "--data", str(tmp_path / "nowhere")]) == 1
        told = capsys.readouterr()
        assert ("there is no central in" in told.err, told.out) == (True, "")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("words", [("tidy", "--days", "99999999"), ("serve", "--port", "99999")])
def test_a_number_out_of_bounds_is_named(words: tuple[str, ...], tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    assert main(["migrate", "--data", str(tmp_path)]) == 0
    try:
        code = main([*words, "--data", str(tmp_path)])
    except SystemExit as ended:  # argparse's own way to say no
        code = ended.code
    assert code in (1, 2)
    assert words[1] in capfd.readouterr().err


def test_a_database_elsewhere_is_remembered_without_its_password_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places.remember(tmp_path, "postgresql+psycopg://central:SECRET@db.example/returns?sslpassword=SECRET")
    assert main(["reviews", "--data", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "are in postgresql+psycopg://central@db.example/returns: name it with --database" in told
    assert "SECRET" not in told + (tmp_path / "database.txt").read_text()
    with serve(tmp_path / "d", "--database", f"sqlite:///{tmp_path / 'other.sqlite'}", "--with-parent") as process:
        url_of(process)
        process.communicate(timeout=60)
    assert main(["reviews", "--data", str(tmp_path / "d")]) == 1
    assert "other.sqlite: name it with --database" in capsys.readouterr().err


def test_migrating_a_database_by_its_url_needs_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'other.sqlite'}"
    assert main(["migrate", "--database", url]) == 0
    assert "the tables are of revision" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["reviews", "--database", url])
    assert "--data is required" in capsys.readouterr().err
