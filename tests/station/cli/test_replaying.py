"""The replay command on the journal of a real run: what judged it says the same, a new file what would change."""

import json
import shutil
from pathlib import Path

import pytest

from resources import find
from station import __main__ as main


@pytest.fixture
def folder(undisturbed, tmp_path: Path) -> Path:
    """A copy of a real run's folder."""
    run, _ = undisturbed
    return shutil.copytree(run.folder, tmp_path / "out", ignore=shutil.ignore_patterns("central*", "devices"))


@pytest.mark.parametrize("told", ["-3", "0", "9" * 30, "all"])
def test_a_number_of_items_that_is_none_is_refused(
    told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main.main(["replay", str(tmp_path), "--last", told])
    assert "between 1 and" in capsys.readouterr().err


def test_what_judged_the_items_says_the_same_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["replay", str(folder)]) == 0
    out = capsys.readouterr().out
    count = int(out.split()[0])
    assert count > 0
    assert f"{count} items judged again: {count} unchanged." in out
    assert f"By the versions that judged them: {count} the same to the letter." in out


def test_a_table_that_brings_in_less_is_told_with_the_plates(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        find.read("routes/default.toml").decode().replace("restock = 150\nresale = 250", "restock = 151\nresale = 251")
    )
    table = tmp_path / "default.toml"
    table.write_text(text)
    assert main.main(["replay", str(folder), "--routes", str(table), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    (change,) = told["report"]["changes"]
    assert (change["figure"], change["now"], change["minor"]) == ("value", "less", {"USD": -len(change["items"])})
    assert all(name.startswith("LPN") for name in change["items"])
    assert main.main(["replay", str(folder), "--routes", str(table), "--last", "1"]) == 1
    out = capsys.readouterr().out
    assert "1 items judged again: 0 unchanged." in out
    assert f"-> less (-0.01 USD): 1: {change['items'][0]}" in out


def test_routes_are_those_of_the_client_their_id_names(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = '[[rules]]\nnumber = 1\nsection = "contract"\nwhen = "true"\nto = "hold"\nowner = "client"\ntext = "Ask"\n'
    files = [tmp_path / "lumenfold.toml", tmp_path / "lumenfold-v9.toml"]
    told = []
    for file in files:
        file.write_text('id = "lumenfold"\nversion = 9\n' + rule)
        assert main.main(["replay", str(folder), "--routes", str(file), "--json"]) == 1
        told.append(json.loads(capsys.readouterr().out))
    assert told[0] == told[1]
    assert told[1]["by_table"]["default@9+lumenfold@9"] > 0
    assert [each["now"] for each in told[1]["report"]["changes"] if each["figure"] == "route"] == ["hold (client)"]
    assert main.main(["replay", str(folder), "--routes", *map(str, files)]) == 1
    assert "for the same client" in capsys.readouterr().err
    files[0].write_text('id = "lumenfild"\nversion = 9\n' + rule)
    assert main.main(["replay", str(folder), "--routes", str(files[0])]) == 1
    assert f"{files[0]}: its id is 'lumenfild', and no item here is of such a client" in capsys.readouterr().err


def test_the_questions_of_a_client_nobody_knows_are_not_told_as_no_change(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    text = 'id = "mine"\nversion = 1\nclient = "CLIENT"\noverrides = "apparel@7"\n[grades]\npartly = "D"\n'
    file.write_text(text.replace("CLIENT", "Talowby"))
    assert main.main(["replay", str(folder), "--rubric", str(file)]) == 1
    assert "its client is 'Talowby', and no item here is of such goods" in capsys.readouterr().err
    file.write_text(text.replace("CLIENT", "Tallowby"))
    main.main(["replay", str(folder), "--rubric", str(file), "--json"])
    assert [*json.loads(capsys.readouterr().out)["by_override"]] == ["apparel@7+mine@1"]
    file.write_text(text.replace("CLIENT", "Tallowby "))
    assert main.main(["rubric", "check", str(file)]) == 1
    assert "client: Expected `str` matching regex" in capsys.readouterr().out
    file.write_text(text.replace("CLIENT", "Talowby"))
    assert main.main(["rubric", "check", str(file)]) == 0
    assert "note: client: nobody knows a client Talowby; known are" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["rubrics/apparel.toml", "rubrics/clients/tallowby.footwear.toml"])
def test_other_questions_under_a_published_version_are_refused(
    name: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    text = find.read(name).decode()
    file.write_text(text + "# The same content with another comment is the same version.\n")
    assert main.main(["replay", str(folder), "--rubric", str(file)]) == 0
    file.write_text(text.replace("seconds = ", "seconds = 1", 1))
    capsys.readouterr()
    assert main.main(["replay", str(folder), "--rubric", str(file)]) == 1
    assert "raise its version" in capsys.readouterr().err


def test_a_file_that_cannot_be_used_and_a_folder_without_journal_are_told(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "default.toml"
    broken.write_text("id = ")
    assert main.main(["replay", str(folder), "--routes", str(broken)]) == 1
    assert f"{broken}: not TOML" in capsys.readouterr().err
    assert main.main(["replay", str(tmp_path / "nothing")]) == 1
    assert "There is no journal" in capsys.readouterr().err
