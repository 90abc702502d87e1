"""The routes commands: what is wrong with a table in a sentence each, and one item's route with every rule tried."""

from pathlib import Path
from typing import get_args

import pytest

from resources import find
from station import __main__ as main
from station.records import OrderKind


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
    assert any(f"{file}: rule default@9:51: " in line and "goes to recycle, but" in line for line in lines), lines
    assert f"{file}: rule tallowby@1:1: language es: not translated: He sells no damaged goods" in lines
    assert any(line.startswith(f"{damaged}: not TOML") for line in lines)


def test_a_mistyped_stop_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "default.toml"
    file.write_text(find.read("routes/default.toml").decode().replace('"hazard" in', '"hazzard" in', 1))
    assert main.main(["routes", "check", str(file)]) == 1
    said = (
        f"{file}: rule default@9:1: when: no question gives the stop hazzard; one of another, batch_unread, broken, counterfeit"
    )
    assert said in capsys.readouterr().out


def test_a_mistyped_kind_and_another_client_are_refused_and_an_unknown_one_is_noted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tallowby.toml"
    slips = 'client == "Hearthwick" || kind == "retrun" || letter == "D"'
    file.write_text(find.read("routes/tallowby.toml").decode().replace('letter == "D"', slips))
    assert main.main(["routes", "check", str(file)]) == 1
    out = capsys.readouterr().out
    assert "there is no kind retrun; one of return, exchange, warranty, repair, undelivered" in out
    assert "Hearthwick is another client, and these are the routes of tallowby alone" in out
    text = find.read("routes/tallowby.toml").decode().replace('id = "tallowby"', 'id = "tallowbi"')
    file.write_text(text.replace('== "D"', '>= "A"'))
    assert main.main(["routes", "check", str(file)]) == 0
    assert (
        "note: id: nobody knows a client tallowbi; known are hearthwick, lumenfold, tallowby" in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    "command",
    [
        ["routes", "check", "FILE"],
        ["routes", "explain", "phones", "--client", "FILE"],
        ["publish", "FILE", "--by", "Ann", "--why", "-", "--ledger", "LEDGER"],
    ],
)
def test_a_text_that_nothing_fills_is_one_sentence_and_no_traceback(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tallowby.toml"
    file.write_text(find.read("routes/tallowby.toml").decode().replace("The client", "{who}"))
    places = {"FILE": str(file), "LEDGER": str(tmp_path / "ledger.toml")}
    assert main.main([places.get(each, each) for each in command]) == 1
    told = capsys.readouterr()
    assert "tallowby: rule 1: text: nothing fills the place {who}" in told.out + told.err


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
        '→ default@9:50       letter == "C"',
        "· default@9:1 ",
        "Route: Refurb by default@9:50",
        "  Refurb: 75.70 = price 90.00, prep -0.60, handling -9.00, loss by time -4.50, queue -0.20",
        "  Resale: 55.10 = price 60.00, prep -0.60, handling -2.50, loss by time -1.80",
        "    sending it there instead loses 20.60",
        "  Restock: - (Only complete goods of grade A that work are restocked)",
    ):
        assert said in out, (said, out)


@pytest.mark.parametrize(
    ("told", "way", "assumed"),
    [
        ([], "Recycle by hearthwick@3:2", "--cosmetic C"),
        (["--cosmetic", "A"], "Hold by hearthwick@3:3", ""),
        (["--functional", "partly", "--cosmetic", "C"], "Recycle by hearthwick@3:2", ""),
    ],
)
def test_a_contract_may_ask_for_the_looks_and_what_was_not_said_is_told(
    told: list[str], way: str, assumed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mug without its stamp is graded C for that, and looks like new."""
    assert main.main(["routes", "explain", "china", "--client", "Hearthwick", "--letter", "C", *told]) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert f"Route: {way}" in rest
    usual = "" if "--functional" in told else "--functional works "
    usual += "--match matched --serial not_known --kind return --price 10000 --currency USD"
    assert first == f"Nothing else was said, so this is assumed: {usual} {assumed}".rstrip()


@pytest.mark.parametrize(
    "told",
    [("--price", "-5"), ("--missing", "-1"), ("--prep", "-1"), ("--kind", "retrun"), ("--price", "9" * 5000)],
)
def test_figures_and_kinds_that_cannot_be_are_refused(
    told: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main.main(["routes", "explain", "phones", *told])
    assert told[0] in capsys.readouterr().err


@pytest.mark.parametrize("kind", get_args(OrderKind))
def test_every_kind_of_order_is_explained(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["routes", "explain", "toys", "--kind", kind]) == 0
    assert ("Hold by default@9:20" in capsys.readouterr().out) == (kind in ("warranty", "repair"))


def test_a_client_without_routes_of_its_own_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["routes", "explain", "toys", "--client", "Hearthwik"]) == 0
    assert "'Hearthwik' has no routes of its own, those of all are told; hearthwick, " in capsys.readouterr().err
    assert main.main(["routes", "explain", "toys", "--client", "Hearthwick"]) == 0
    assert not capsys.readouterr().err


@pytest.mark.parametrize(("letter", "way"), [("A", "Restock by default@9:31"), ("C", "Hold by default@9:50")])
def test_only_a_rule_that_compares_ways_needs_their_worth(
    letter: str, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["routes", "explain", "toys", "--currency", "JPY", "--letter", letter]) == 0
    assert f"Route: {way}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (["--waiting", "refurb"], "Say how many items wait as WAY=N"),
        (["--waiting", "moon=3"], "cannot be described like this"),
        (["--letter", "B", "--cosmetic", "C"], "Goods that look C are graded so or worse, never B."),
        (["--season", "winterr"], "There is no season 'winterr'; one of christmas, summer, winter"),
        (["--stop", "hazzard"], "There is no stop 'hazzard'; one of another, batch_unread, broken"),
        (["--today", "soon"], "cannot be described like this"),
        (["--language", "xx"], "There is no language 'xx'"),
    ],
)
def test_what_makes_no_sense_is_refused(told: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["routes", "explain", "phones", *told]) == 1
    assert says in capsys.readouterr().err


def test_a_category_that_nothing_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["routes", "explain", "phone"]) == 1
    assert "There is no category 'phone'; one of apparel, appliances" in capsys.readouterr().err
