"""The command line says what it can do, and what is wrong in plain words."""

from pathlib import Path

import pytest

from station import __main__ as main
from station.settings import Settings, read


def said_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main.main(arguments)
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_help_tells_each_command_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    text = said_by(capsys, "--help")
    for name in ("run", "begin", "command-sheet", "doctor", "verify", "salvage"):
        assert f"returns-station {name}" in text
    assert "returns-station run --headless --parcels 12 --out out" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("run", ("--headless", "--parcels", "--seed", "--out", "--demo", "report.json", "interrupted run is gone on")),
        ("begin", ("--data", "--station", "--bench")),
        ("enrol", ("--data", "--central", "--code", "--ca")),
        ("command-sheet", ("OUT", "--language")),
        ("doctor", ("--data", "--settings", "--demo", "devices")),
        ("verify", ("DATA", "data folder")),
        ("salvage", ("DATA", "--yes", "without asking")),
    ],
)
def test_help_of_each_command_names_all_of_it(
    capsys: pytest.CaptureFixture[str], name: str, words: tuple[str, ...]
) -> None:
    text = " ".join(said_by(capsys, name, "--help").split())
    for word in words:
        assert word in text


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["run", "--parcels", "0"], ["run", "--parcels", "many"], ["verify"]]
)
def test_what_makes_no_sense_is_told_with_the_usage(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(arguments)
    assert ended.value.code == 2
    assert "usage: returns-station" in capsys.readouterr().err


def test_settings_that_cannot_be_read_are_a_plain_word(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "settings.toml"
    for text in ("station = 5", "[", "colour = 'red'"):
        settings.write_text(text)
        assert main.main(["doctor", "--data", str(tmp_path), "--settings", str(settings)]) == 1
        told = capsys.readouterr().err
        assert told.startswith("returns-station: ") and "mend it there" in told and told.count("\n") == 1
    assert main.main(["doctor", "--settings", str(tmp_path / "none.toml")]) == 1
    assert "there is no such settings file" in capsys.readouterr().err


def test_a_real_bench_begins_with_its_settings_and_only_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "station"
    begin = ["begin", "--data", str(data), "--station", "B07", "--bench", "Dock 7"]
    assert main.main(begin) == 0
    assert f"returns-station run --data {data}" in capsys.readouterr().out
    assert read(data / "settings.toml") == Settings(station="B07", bench="Dock 7")
    assert main.main(begin) == 1
    assert "is there already" in capsys.readouterr().err


def test_what_cannot_be_begun_is_told_and_nothing_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["begin", "--data", str(tmp_path / "station"), "--station", "b7"]) == 1
    assert "three of A-Z and 0-9" in capsys.readouterr().err
    assert not (tmp_path / "station").exists()
