"""`returns-station enrol`: from a code to a bench that central knows, and what it says when it does not work."""

import json
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from station import __main__ as station
from station.settings import CentralSettings, read, write
from sync.central import __main__ as central
from sync.identity import Identity, key_file

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address and the data of a central that runs."""
    data = tmp_path_factory.mktemp("central")
    command = [sys.executable, "-m", "sync.central", "serve", "--data", str(data), "--port", "0", "--with-parent"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        yield process.stdout.readline().split()[-1], data
        process.stdin.close()
        process.wait(60)


@pytest.fixture
def code(served: tuple[str, Path], capsys: pytest.CaptureFixture[str]) -> str:
    assert central.main(["enrol-code", "--site", "leeds", "--data", str(served[1])]) == 0
    return capsys.readouterr().out.strip()


def begun(data: Path, name: str) -> list[str]:
    assert station.main(["begin", "--data", str(data), "--station", name]) == 0
    return ["enrol", "--data", str(data)]


def test_a_bench_gets_in_and_the_doctor_says_so(
    served: tuple[str, Path], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enrol = begun(tmp_path, "E01")
    capsys.readouterr()
    assert station.main([*enrol, "--central", served[0], "--code", code]) == 0
    said = capsys.readouterr().out
    assert f"Station E01 is let in at {served[0]}, site leeds." in said
    settings = read(tmp_path / "settings.toml").central
    assert (settings.url, settings.site, settings.ca_file) == (served[0], "leeds", "")
    token_file = Path(settings.token_file)
    assert token_file.parent == tmp_path / "identity"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (token_file, key_file(token_file))] == [0o600, 0o600]
    secret = Identity(token_file).token
    assert secret not in said and secret not in (tmp_path / "settings.toml").read_text()
    station.main(["doctor", "--data", str(tmp_path)])
    assert re.search(r"✔ central +http://", capsys.readouterr().out)
    assert station.main([*enrol, "--central", served[0], "--code", code.lower()]) == 1
    assert "This code was used" in capsys.readouterr().err
    at_leeds = (tmp_path / "settings.toml").read_text()
    (tmp_path / "settings.toml").write_text(at_leeds.replace('"leeds"', '"york"'))
    assert station.main(["doctor", "--data", str(tmp_path)]) == 1
    assert re.search(r"✘ central +central refuses this station.*other_site", capsys.readouterr().out)
    (tmp_path / "settings.toml").write_text(at_leeds)
    assert central.main(["revoke", "E01", "--data", str(served[1])]) == 0
    capsys.readouterr()
    assert station.main(["doctor", "--data", str(tmp_path)]) == 1
    assert re.search(r"✘ central +central refuses this station.*was shut out", capsys.readouterr().out)


def test_what_does_not_work_is_said_and_changes_nothing(
    served: tuple[str, Path], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, _ = served

    def said(*words: str) -> str:
        capsys.readouterr()
        assert station.main(list(words)) == 1
        return capsys.readouterr().err

    assert "there is no such settings file" in said("enrol", "--data", str(tmp_path), "--central", url, "--code", "x")
    enrol = begun(tmp_path, "E02")
    before = (tmp_path / "settings.toml").read_text()
    assert "is no address" in said(*enrol, "--central", "central.example", "--code", code)
    assert "not safe" in said(*enrol, "--central", "http://central.example", "--code", code)
    assert "cannot be reached" in said(*enrol, "--central", "http://127.0.0.1:1", "--code", code)
    assert "is no address" in said(*enrol, "--central", "http://[::bad", "--code", code)
    assert "This code is not open" in said(*enrol, "--central", url, "--code", "0000-0000-0000-0000")
    (tmp_path / "t").write_text("token")
    other = tmp_path / "unsafe"
    begun(other, "E02")
    unsafe = CentralSettings("http://central.example", "leeds", str(tmp_path / "t"))
    write(other / "settings.toml", replace(read(other / "settings.toml"), central=unsafe))
    assert station.main(["doctor", "--data", str(other)]) == 1
    assert re.search(r"✘ central +nothing is sent, work goes on: not_secure", capsys.readouterr().out)
    missing = str(tmp_path / "ca.pem")
    assert "ca.pem cannot be read" in said(
        *enrol, "--central", url.replace("http:", "https:"), "--code", code, "--ca", missing
    )
    assert (tmp_path / "settings.toml").read_text() == before
    other = begun(tmp_path / "other", "E02")
    assert station.main([*enrol, "--central", url, "--code", code]) == 0
    assert "This code was used" in said(*other, "--central", url, "--code", code)


def test_a_name_that_is_taken(
    served: tuple[str, Path], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, data = served
    assert station.main([*begun(tmp_path / "one", "E03"), "--central", url, "--code", code]) == 0
    assert central.main(["enrol-code", "--site", "leeds", "--data", str(data)]) == 0
    second = capsys.readouterr().out.split()[-1]
    enrol = begun(tmp_path / "two", "E03")
    assert station.main([*enrol, "--central", url, "--code", second]) == 1
    assert "There is a station of this name" in capsys.readouterr().err
    assert central.main(["revoke", "E03", "--data", str(data)]) == 0
    assert station.main([*enrol, "--central", url, "--code", second]) == 0


def test_the_support_bundle_has_neither_key_nor_token(served: tuple[str, Path], code: str, tmp_path: Path) -> None:
    assert station.main([*begun(tmp_path, "E04"), "--central", served[0], "--code", code]) == 0
    out = tmp_path / "bundle.zip"
    assert station.main(["support-bundle", str(out), "--data", str(tmp_path)]) == 0
    token_file = tmp_path / "identity" / "token"
    content = out.read_bytes()
    assert json.loads(token_file.read_text())["token"].encode() not in content
    assert key_file(token_file).read_bytes() not in content
