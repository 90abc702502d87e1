"""The publish command: a sound file gets an entry, an unsound or a changed one is refused, and the doctor looks."""

from pathlib import Path

import pytest

from resources import find
from station import __main__ as main
from station.cli import publishing

WHO = ["--by", "Ann", "--why", "A better price for handling"]


def changed(folder: Path, search: str, replacement: str) -> Path:
    text = find.read("routes/tallowby.toml").decode()
    assert search in text
    file = folder / "tallowby.toml"
    file.write_text(text.replace(search, replacement))
    return file


def publish(folder: Path, *told: str) -> int:
    return main.main(["publish", *told, *WHO, "--ledger", str(folder / "ledger.toml")])


def test_a_sound_file_is_published_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = changed(tmp_path, "version = 1", "version = 7")
    assert publish(tmp_path, str(file)) == 0
    assert capsys.readouterr().out == "routes/tallowby@7 is published.\n"
    (entry,) = publishing.read_ledger(tmp_path / "ledger.toml")
    assert (entry.name, entry.by, entry.why) == ("routes/tallowby@7", "Ann", "A better price for handling")
    assert publish(tmp_path, str(file)) == 1
    assert "published already" in capsys.readouterr().err
    again = changed(tmp_path, "version = 1", "version = 7\nprepared = []")
    assert publish(tmp_path, str(again)) == 1
    assert "raise its version" in capsys.readouterr().err
    assert publishing.read_ledger(tmp_path / "ledger.toml") == (entry,)


@pytest.mark.parametrize(
    ("search", "replacement", "says"),
    [
        ('letter == "D"', 'letter == "C"', "goes to recycle, but"),
        ('id = "tallowby"', 'id = "hearthwick"', "its id is hearthwick: it must be called hearthwick.toml"),
        ('letter == "D"', "stops.all(x, true)", "calls all"),
        ("version = 1", "version = 0", "version"),
        ('letter == "D"', 'letter == "D" && !("hazzard" in stops)', "no question gives the stop hazzard; one of"),
    ],
)
def test_an_unsound_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], search: str, replacement: str, says: str
) -> None:
    assert publish(tmp_path, str(changed(tmp_path, search, replacement))) == 1
    assert says in capsys.readouterr().err
    assert not (tmp_path / "ledger.toml").exists()


def test_a_rubric_that_was_cut_off_is_judged_as_a_rubric(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut = tmp_path / "apparel.toml"
    cut.write_bytes(find.read("rubrics/apparel.toml")[:500])
    assert publish(tmp_path, str(cut)) == 1
    assert "missing required field `shots`" in capsys.readouterr().err


def test_every_file_in_use_is_in_the_ledger_and_a_damaged_ledger_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publishing.objections() == []
    assert main.main(["publish", "--all-missing", *WHO]) == 0
    assert capsys.readouterr().out == "Nothing to publish: every version is in the ledger.\n"
    text = find.read("published.toml").decode()
    (tmp_path / "ledger.toml").write_text(text.replace("Shipped", "Skipped", 1))
    assert publish(tmp_path, "--all-missing") == 1
    assert "was changed after it was signed off" in capsys.readouterr().err
