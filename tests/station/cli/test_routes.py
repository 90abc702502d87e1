"""The routes commands: what is wrong with a table in a sentence each, and one item's route with every rule tried."""

from pathlib import Path

import pytest

from resources import find
from station import __main__ as main


def test_the_shipped_tables_have_nothing_to_mend(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["routes", "check"]) == 0
    assert capsys.readouterr().out == "4 route files checked: nothing to mend.\n"


def test_each_finding_names_file_and_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        find.read("routes/tallowby.toml").decode().replace('letter == "D"', 'letter == "C"').replace("The client", "He")
    )
    file = tmp_path / "tallowby.toml"
    file.write_text(text)
    damaged = tmp_path / "broken.toml"
    damaged.write_text("id = ")
    assert main.main(["routes", "check", str(file), str(damaged)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith(f"2 route files checked: {len(lines) - 1} to mend")
    assert any(f"{file}: rule default@5:51: " in line and "goes to recycle, but" in line for line in lines), lines
    assert f"{file}: rule tallowby@1:1: language es: not translated: He sells no damaged goods" in lines
    assert any(line.startswith(f"{damaged}: not TOML") for line in lines)


def test_a_table_is_checked_as_what_its_id_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "routes-for-spring.toml"
    file.write_text(find.read("routes/default.toml").decode())
    assert main.main(["routes", "check", str(file)]) == 0
    assert "nothing to mend" in capsys.readouterr().out


def test_one_item_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    told = ["--letter", "C", "--price", "20000", "--prep", "90", "--waiting", "refurb=10", "--today", "2026-04-01"]
    assert main.main(["routes", "explain", "phones", "--client", "Lumenfold", *told]) == 0
    out = capsys.readouterr().out
    for said in (
        '→ default@5:50       letter == "C"',
        "· default@5:1 ",
        "Route: Refurb by default@5:50",
        "  Refurb: 75.70 = price 90.00, prep -0.60, handling -9.00, loss by time -4.50, queue -0.20",
        "  Resale: 55.10 = price 60.00, prep -0.60, handling -2.50, loss by time -1.80",
        "    sending it there instead loses 20.60",
        "  Restock: - (Only complete goods of grade A that work are restocked)",
    ):
        assert said in out, (said, out)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (["--waiting", "refurb"], "Say how many items wait as WAY=N"),
        (["--waiting", "moon=3"], "cannot be described like this"),
        (["--today", "soon"], "cannot be described like this"),
        (["--language", "xx"], "There is no language 'xx'"),
    ],
)
def test_what_makes_no_sense_is_refused(told: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["routes", "explain", "phones", *told]) == 1
    assert says in capsys.readouterr().err
