"""The rubric commands: what is wrong with a rubric in one sentence each, and a walk through one by a script."""

import io
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from resources import find
from resources.words import Translator
from station import __main__ as main

FAULTLESS_CHINA = "no,no,opened,yes,all,same,none,none,clear,none,none,none"
FAULTLESS_PHONE = "no,opened,yes,no,all,white,flush,all,all,yes,none,none"


def changed(folder: Path, category: str, search: str, replacement: str, name: str = "mine") -> Path:
    """A shipped rubric with one thing changed, as a file of its own."""
    text = find.read(f"rubrics/{category}.toml").decode()
    assert search in text
    file = folder / f"{name}.toml"
    file.write_text(text.replace(search, replacement, 1))
    return file


def test_the_shipped_rubrics_have_nothing_to_mend(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["rubric", "check"]) == 0
    count = len([*find.path("rubrics").glob("*.toml"), *find.path("rubrics").glob("clients/*.toml")])
    out = capsys.readouterr().out
    assert out.endswith(f"{count} rubrics checked: nothing to mend.\n")
    assert "tallowby@5 overrides footwear@7 for Tallowby:\n  - question soles, answer dust: cosmetic is C, not B" in out


def test_a_clients_override_is_told_in_words_and_walked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["rubric", "diff"]) == 0
    out = capsys.readouterr().out
    assert "hearthwick@6 overrides china@7 for Hearthwick:\n  - missing part: the best letter is D, not C" in out
    answers = "whole,no,yes,yes,uncut,dust,none,whole,all"
    assert main.main(["rubric", "preview", "footwear", "--client", "TALLOWBY", "--answers", answers]) == 0
    assert "Grade: C (it works) by footwear@7+tallowby@5" in capsys.readouterr().out
    assert main.main(["rubric", "preview", "footwear", "--answers", answers]) == 0
    assert "Grade: B (it works) by footwear@7\n" in capsys.readouterr().out
    softer = tmp_path / "softer.toml"
    softer.write_text('id = "x"\nversion = 1\nclient = "X"\noverrides = "footwear@7"\n[remove]\nquestions = ["pair"]\n')
    assert main.main(["rubric", "check", str(softer)]) == 1
    assert "question pair can stop an item: a client can neither remove nor replace it." in capsys.readouterr().out
    assert main.main(["rubric", "diff", str(softer)]) == 1
    softer.write_text(softer.read_text().replace("@7", "@1"))
    assert main.main(["rubric", "diff", str(softer)]) == 1
    assert "no footwear@1 is known" in capsys.readouterr().out
    assert main.main(["rubric", "diff", str(find.path("rubrics/toys.toml"))]) == 1
    assert "overrides nothing" in capsys.readouterr().err
    softer.write_text("[" * 20_000)
    assert main.main(["rubric", "diff", str(softer)]) == 1
    assert "mend that line" in capsys.readouterr().out


def _little_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))


@pytest.mark.parametrize("command", [["rubric", "diff"], ["routes", "check"]])
def test_a_file_that_never_ends_is_refused_by_its_beginning(command: list[str], tmp_path: Path) -> None:
    """All of it read would fill the memory: the process has little, and says a sentence all the same."""
    (tmp_path / "endless.toml").symlink_to("/dev/zero")
    start = [sys.executable, "-m", "station", *command, str(tmp_path / "endless.toml")]
    ended = subprocess.run(start, check=False, capture_output=True, text=True, preexec_fn=_little_memory)
    assert ended.returncode == 1
    assert re.search(r"endless.toml: it has more than \d+ bytes", ended.stdout)


@pytest.mark.parametrize(
    ("search", "replacement", "says"),
    [
        ("version = 14", "version = 0", "version: Expected `int` >= 1; mend it there."),
        ('{ starts = ["yes"] }', '{ starts = ["yes"], lock = ["data"] }', "no way through the answers gives starts ="),
        (
            'when = [{ lock = ["dark"] }]',
            "",
            "option no: it is offered after lock = no, and nobody can give both",
        ),
        (
            'faulty = "D"',
            'faulty = "A"',
            "question functions, option more: a defect of severity 4 allows no",
        ),
        ('stop = "data"', "", "question lock, option data: the answer has no outcome."),
        (
            'category = "phones"',
            'category = "gadgets"',
            "category: the route table default@9 does not say what gadgets",
        ),
        (
            'stop = "locked"',
            'stop = "lockt"',
            "question lock, option yes: stop: lockt has no words; one of",
        ),
        ('picture = "', 'picture = "not_', "picture: there is no not_"),
        ('"It is cracked"', '"It is in shards"', "question screen, option cracked: language es: not translated: It is"),
        ('hint = "Hold the', 'hint = "Press the', "prep step power_off: language es: not translated: Press the button"),
        ('kind_of = "electronics"', 'kind_of = "phones"', "kind_of: phones is no category that people are offered."),
        ('kind_of = "electronics"', "", "10 categories are offered on 9 keys"),
    ],
)
def test_each_finding_is_a_sentence_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], search: str, replacement: str, says: str
) -> None:
    file = changed(tmp_path, "phones", search, replacement)
    assert main.main(["rubric", "check", str(file)]) == 1
    *findings, last = capsys.readouterr().out.splitlines()
    assert any(says in each for each in findings), findings
    assert all(each.startswith(f"{file}: ") or "offered on" in each for each in findings)
    assert last == f"1 rubric checked: {len(findings)} to mend."


def test_all_files_of_a_folder_are_checked_and_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = changed(tmp_path, "toys", "# Toys", "# Our toys", "a")
    two = changed(tmp_path, "toys", "# Toys", "# Their toys", "b")
    (tmp_path / "broken.toml").write_text("id = ")
    (tmp_path / "notes.txt").write_text("not a rubric")
    assert main.main(["rubric", "check", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert f"{two}: category: toys is that of {one} too." in out
    assert re.search(r"broken\.toml: not TOML: .*; mend that line\.", out)
    assert "3 rubrics checked: 2 to mend." in out


def test_a_client_has_one_override_of_a_category(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = find.read("rubrics/clients/tallowby.footwear.toml").decode()
    one, two = tmp_path / "a.toml", tmp_path / "b.toml"
    one.write_text(text)
    two.write_text(text.replace('id = "tallowby"', 'id = "other"').replace('"Tallowby"', '"TALLOWBY"'))
    assert main.main(["rubric", "check", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert f"{two}: client: {one} is TALLOWBY's override of footwear too; make them one." in out
    assert f"{two}: client: TALLOWBY has tallowby@5 for footwear already; change that one." in out
    assert "2 rubrics checked: 2 to mend." in out
    told = ["--by", "Ann", "--why", "-", "--ledger", str(tmp_path / "ledger")]
    assert main.main(["publish", str(two), *told]) == 1
    assert "TALLOWBY has tallowby@5 for footwear already" in capsys.readouterr().err


def test_where_there_is_nothing_to_check_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["rubric", "check", str(tmp_path)]) == 1
    assert "has no rubric in it" in capsys.readouterr().err
    assert main.main(["rubric", "check", str(tmp_path / "none.toml")]) == 1
    assert "none.toml" in capsys.readouterr().err


def test_a_script_walks_to_grade_reasons_and_route(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["rubric", "preview", "phones", "--answers", FAULTLESS_PHONE.replace("none,none", "far,2")]) == 0
    out = capsys.readouterr().out
    assert out.startswith("phones@")
    assert out.index("Photograph the lit screen") < out.index("Do touch, each button")
    for said in (
        "  4  It is cracked  (cracked)",
        "[Prepare] Switch it off (20 s)",
        "Defect: screen, scratch, severity 3 of 4",
        "Grade: C (it works) by phones@",
        "  - Screen marks seen at 50 cm",
        "  Looks: 60 of 100",
        "  Screen marks seen at 50 cm: this alone made it C; without it: B.",
        "  One better answer would make it B: “At 30 cm, not at 50 cm” to “How far away can you still see marks",
        "Route, announced and worth 100.00 USD: Refurb by default@",
        "  Refurb: 28.36",
    ):
        assert said in out, said


def test_what_is_stopped_is_told_without_a_photo_or_a_value_that_nobody_may_have(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main.main(["rubric", "preview", "laptops", "--answers", "yes"]) == 0
    out = capsys.readouterr().out
    assert "Photograph" not in out and "Grade: none" in out, "nobody goes back to a hazard for a photo"
    assert main.main(["rubric", "preview", "bags", "--answers", "tagged,insects"]) == 0
    out = capsys.readouterr().out
    assert "Defect: inside, insects, severity 4 of 4" in out and "  Recycle: 1.40" in out
    assert out.count(": - (Stopped goods can only be held or recycled)") == 3
    assert main.main(["rubric", "preview", "laptops", "--answers", "no,opened,yes,dark,all,none,no"]) == 0
    assert "Grade: none (it does not work)" in capsys.readouterr().out
    assert main.main(["routes", "explain", "bags", "--stop", "pests", "--letter", "D"]) == 0
    assert "this would bring" not in capsys.readouterr().out, "not by a way that is closed"


def test_the_route_is_that_of_the_clients_own_table(capsys: pytest.CaptureFixture[str]) -> None:
    missing = FAULTLESS_CHINA.replace("all,", "missing,")
    assert main.main(["rubric", "preview", "china", "--answers", missing]) == 0
    out = capsys.readouterr().out
    assert out.index("Refurb by default@9:34") < out.index("[Prepare] Wrap each piece and put card between (90 s)")
    own = str(find.path("rubrics/clients/hearthwick.china.toml"))
    for told in (["china", "--client", "HEARTHWICK"], [own]):
        assert main.main(["rubric", "preview", *told, "--answers", f"{missing},whole"]) == 0
        out = capsys.readouterr().out
        assert "Hold by hearthwick@3:1" in out
        assert "  - Incomplete: the client sends the missing part or decides" in out
        assert "[Prepare]" not in out, "the bench does not ask for it either: it stays as it came"


def test_what_marketplaces_call_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["rubric", "preview", "phones", "--codes", "--answers", FAULTLESS_PHONE]) == 0
    out = capsys.readouterr().out
    for said in (
        "  Amazon FBA dispositions, detailed_disposition: none: Opened goods of this kind are not sold as new",
        "  eBay condition ids, condition_id: 1500",
        "  CTIA device grades, function: 0",
        "  R2v3 equipment categories, functional: F3",
        "  Loop grades and dispositions, disposition_outcome: resale_hold",
    ):
        assert said in out, said
    assert main.main(["rubric", "preview", "phones", "--codes", "--answers", "yes"]) == 0
    assert "eBay condition ids, condition_id: none: Stopped: it must not be sold" in capsys.readouterr().out


def test_a_kit_is_walked_in_spanish(capsys: pytest.CaptureFixture[str]) -> None:
    answers = "no,no,opened,yes,missing,none,1,1,holds,yes,1"
    assert (
        main.main(["rubric", "preview", "tools", "--language", "es", "--parts", "taladro", "--answers", answers]) == 0
    )
    out = capsys.readouterr().out
    assert Translator("es").format("Is this part there: {part}?", part="taladro") in out
    assert "Grado: C (funciona) según tools@" in out
    assert not re.search(r"\b(the|is|Grade|Route)\b", out)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ("no,opened", "question article is still open"),
        ("", "question battery is still open"),
        ("perhaps", "question battery has no answer 'perhaps'; one of no, unsure, yes"),
        ("yes,opened", "the questions ended before these answers: opened"),
    ],
)
def test_a_script_that_does_not_fit_is_told(capsys: pytest.CaptureFixture[str], answers: str, says: str) -> None:
    assert main.main(["rubric", "preview", "phones", "--answers", answers]) == 1
    captured = capsys.readouterr()
    assert says in captured.err
    assert "Grade" not in captured.out


def test_a_person_types_the_answers_and_may_mistype(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = changed(tmp_path, "toys", 'category = "toys"', 'category = "gadgets"')
    monkeypatch.setattr("sys.stdin", io.StringIO("no\nno\nmaybe\nopened\nleaks\n"))
    assert main.main(["rubric", "preview", str(file)]) == 0
    captured = capsys.readouterr()
    assert "no answer 'maybe'" in captured.err
    assert "Grade: none (not known to work) by toys@" in captured.out
    assert "Hold by default@" in captured.out
    assert "  - Call the safety officer" in captured.out
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    assert main.main(["rubric", "preview", str(file)]) == 1


def test_an_unsound_file_is_not_walked_but_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = changed(tmp_path, "toys", 'cap = "D"', 'cap = "A"')
    assert main.main(["rubric", "preview", str(file), "--answers", "no"]) == 1
    captured = capsys.readouterr()
    assert "a stop answer has the letter D or none" in captured.out
    assert "unsound" in captured.err
    assert "Photo" not in captured.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("hats",), "no questions for the category 'hats'; one of apparel, "),
        (("toys", "--language", "xx"), "one of en"),
    ],
)
def test_a_category_or_language_we_do_not_have_is_told(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    assert main.main(["rubric", "preview", *arguments]) == 1
    assert says in capsys.readouterr().err


def test_a_client_nobody_knows_is_told_in_a_preview(capsys: pytest.CaptureFixture[str]) -> None:
    for client, told in (("Hearthwik", True), ("Hearthwick", False)):
        main.main(["rubric", "preview", "china", "--client", client, "--answers", "no"])
        said = f"nobody knows a client {client!r}; known are hearthwick, lumenfold, tallowby"
        assert (said in capsys.readouterr().err) == told


def test_what_is_asked_at_once_comes_before_any_photo(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["rubric", "preview", "phones", "--answers", "no,opened"]) == 1
    told = capsys.readouterr().out
    assert 0 < told.index("warm, bulging") < told.index("[Photo]")
