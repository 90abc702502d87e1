"""Files that people write: the mark before UTF-8 is no fault, and what the system refuses is said in words."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from resources import find
from station import __main__ as station_main
from station.text_files import in_words, read
from sync.central.__main__ import main as central_main

RUBRIC = find.read("rubrics/toys.toml")


def test_the_mark_before_utf_8_does_not_count_and_what_is_inside_stays(tmp_path: Path) -> None:
    file = tmp_path / "marked.toml"
    file.write_bytes(b"\xef\xbb\xbfa\xef\xbb\xbfb")
    assert (read(file), read(file, 5)) == (b"a\xef\xbb\xbfb", b"a\xef"[:2])


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_no_number_of_the_system_reaches_a_person(number: int) -> None:
    told = in_words(OSError(number, os.strerror(number), "/there/rules.toml"))
    assert told.startswith("/there/rules.toml") and "Errno" not in told
    assert "Errno" not in in_words(OSError(number, os.strerror(number)))


def missing(folder: Path) -> Path:
    return folder / "none.toml"


def a_folder(folder: Path) -> Path:
    (folder / "one.toml").mkdir()
    return folder / "one.toml"


def below_a_file(folder: Path) -> Path:
    (folder / "file").write_text("")
    return folder / "file" / "one.toml"


def a_circle(folder: Path) -> Path:
    (folder / "one.toml").symlink_to(folder / "one.toml")
    return folder / "one.toml"


PLACES = pytest.mark.parametrize(
    ("made", "says"),
    [
        (missing, "is not there; look at its name"),
        (a_folder, "is a folder; name a file in it"),
        (below_a_file, "a part of the path is a file"),
        (a_circle, "leads in a circle"),
    ],
)


@PLACES
@pytest.mark.parametrize(
    "command", [["routes", "check"], ["publish", "--by", "Ann", "--why", "x"], ["rubric", "check"]]
)
def test_a_command_of_the_station_says_what_is_wrong_with_a_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], made: Callable[[Path], Path], says: str, command: list[str]
) -> None:
    if made is a_folder and command[0] == "rubric":
        says = "no rubric in it"  # a folder of rubrics is what it may be given
    place = made(tmp_path)
    assert station_main.main([*command, str(place)]) == 1
    told = capsys.readouterr().err
    assert says in told and str(place) in told and "Errno" not in told


@PLACES
@pytest.mark.parametrize(
    "command",
    [
        ["publish-rules", "--site", "leeds"],
        ["import-orders", "--site", "leeds"],
        ["patterns", "check"],
        ["resolutions", "check"],
        ["publish-reference", "--site", "leeds", "--client", "A", "--sku", "B"],
    ],
)
def test_a_command_of_central_says_what_is_wrong_with_a_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], made: Callable[[Path], Path], says: str, command: list[str]
) -> None:
    rules = tmp_path / "rubrics"
    rules.mkdir()
    place = made(rules)
    assert central_main(["migrate", "--data", str(tmp_path / "central")]) == 0
    assert central_main([*command, str(place), "--data", str(tmp_path / "central")]) == 1
    told = capsys.readouterr().err
    assert says in told and str(place) in told and "Errno" not in told


def test_a_data_folder_that_is_a_file_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "central").write_text("")
    assert central_main(["patterns", "list", "--site", "leeds", "--data", str(tmp_path / "central")]) == 1
    told = capsys.readouterr().err
    assert "is there already" in told and "Errno" not in told


def test_files_saved_with_the_mark_are_taken_by_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = b"\xef\xbb\xbf"
    folder = tmp_path / "rubrics"
    folder.mkdir()
    toys = folder / "toys.toml"
    toys.write_bytes(mark + RUBRIC)
    routes = tmp_path / "tallowby.toml"
    routes.write_bytes(mark + find.read("routes/tallowby.toml"))
    patterns = tmp_path / "patterns.toml"
    patterns.write_bytes(mark + find.read("patterns.toml"))
    money = tmp_path / "money.toml"
    money.write_bytes(mark + find.read("resolutions/default.toml"))
    central = ("--data", str(tmp_path / "central"))
    assert station_main.main(["rubric", "check", str(toys)]) == 0
    assert station_main.main(["routes", "check", str(routes)]) == 0
    assert central_main(["migrate", *central]) == 0
    assert central_main(["publish-rules", str(toys), "--site", "leeds", *central]) == 0
    assert central_main(["patterns", "check", str(patterns), *central]) == 0
    assert central_main(["resolutions", "check", str(money), *central]) == 0
    capsys.readouterr()


@pytest.mark.parametrize("text", ["version = 1\n".encode("utf-16"), b"version = " + b"9" * 5000])
def test_another_encoding_or_an_endless_number_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: bytes
) -> None:
    file = tmp_path / "rubrics" / "toys.toml"
    file.parent.mkdir()
    file.write_bytes(text)
    says = "save it as UTF-8" if text.startswith(b"\xff") else "mend that line"
    assert station_main.main(["rubric", "check", str(file)]) == 1
    assert says in capsys.readouterr().out
    for command in ("patterns", "resolutions"):
        assert central_main([command, "check", str(file), "--data", str(tmp_path)]) == 1
        assert "cannot be read" in capsys.readouterr().err
    assert central_main(["migrate", "--data", str(tmp_path)]) == 0
    assert central_main(["publish-rules", str(file), "--site", "leeds", "--data", str(tmp_path)]) == 1
    assert says in capsys.readouterr().err
