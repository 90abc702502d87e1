"""The publish command: a sound file gets an entry, an unsound or a changed one is refused, and the doctor looks."""

import subprocess
from pathlib import Path

import pytest

from resources import find
from station import __main__ as main
from station import trial
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


@pytest.mark.parametrize(("by", "why", "missing"), [("  ", "x", "by"), ("x", " ", "why")])
def test_nobody_signs_off_without_a_name_and_a_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], by: str, why: str, missing: str
) -> None:
    file, ledger = str(changed(tmp_path, "version = 1", "version = 7")), tmp_path / "ledger.toml"
    assert main.main(["publish", file, "--by", by, "--why", why, "--ledger", str(ledger)]) == 1
    assert f"say {missing}: a version is signed off by somebody, for a reason" in capsys.readouterr().err
    assert not ledger.exists()


def test_a_sentence_of_the_site_s_own_is_named_and_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish(tmp_path, str(changed(tmp_path, "The client", "He"))) == 0
    noted = "language es: not translated: He sells no damaged goods; it is shown as it is written"
    assert noted in capsys.readouterr().out


def test_a_sentence_with_words_of_its_own_is_not_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = changed(tmp_path, "The client sells no damaged goods", "He sells no damaged goods")
    file.write_text(file.read_text() + '\n[words.es]\n"He sells no damaged goods" = "No vende género dañado"\n')
    assert publish(tmp_path, str(file)) == 0
    assert "not translated" not in capsys.readouterr().out


OVERRIDE = """
id = "{id}"
version = 1
client = "{client}"
overrides = "apparel@7"
[grades]
partly = "D"
"""


def test_what_several_publish_at_once_is_all_in_the_ledger(tmp_path: Path) -> None:
    own = trial.own_command()
    begun = []
    for number in range(2):
        file = tmp_path / f"{number}.toml"
        file.write_text(OVERRIDE.format(id=f"nw{number}", client=f"Northwind {number}"))
        asked = ["publish", str(file), *WHO, "--ledger", str(tmp_path / "ledger.toml")]
        begun.append(subprocess.Popen([*own[:-1], *asked], stdout=subprocess.DEVNULL))
    assert [each.wait(60) for each in begun] == [0, 0]
    signed = {each.name for each in publishing.read_ledger(tmp_path / "ledger.toml")}
    assert signed == {f"clients/nw{number}.apparel@1" for number in range(2)}


def test_two_overrides_of_one_clients_goods_are_not_signed_off_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / "a.toml", tmp_path / "b.toml"]
    for file, client in zip(files, ("Northwind", "northwind"), strict=True):
        file.write_text(OVERRIDE.format(id=file.stem, client=client))
    assert publish(tmp_path, *map(str, files)) == 1
    told = capsys.readouterr()
    assert (told.out, told.err.count("override of apparel too; make them one")) == ("", 2)
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
