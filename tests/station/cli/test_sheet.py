"""The command sheet as it is written: whatever a key can do, a barcode on it does."""

from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from devices.scanners.self_test import SELF_TEST
from station import __main__ as main
from station.command_sheet import DPI
from station.inputs import Command, Do
from station.journal import Journal
from station.own_codes import command_in
from station.words import PAGE_WORDS


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_command_can_be_scanned_from_the_sheet(tmp_path: Path, language: str) -> None:
    out = tmp_path / "commands.pdf"
    assert main.main(["command-sheet", str(out), "--language", language]) == 0
    found: list[str] = []
    with closing(pypdfium2.PdfDocument(out)) as document:
        for page in document:
            picture = page.render(scale=DPI / 72).to_pil().convert("L")
            found += [each.bytes.decode() for each in zxingcpp.read_barcodes(picture)]
    assert SELF_TEST in found
    pages = {code for code in found if code.startswith("RS:page:")}
    assert pages == {f"RS:page:{key}" for key in range(1, len(PAGE_WORDS) + 1)}
    commands = [command_in(code) for code in found if code != SELF_TEST and code not in pages]
    assert all(isinstance(each, Command) for each in commands)
    assert {each.do for each in commands if isinstance(each, Command)} == set(Do)
    assert {each.value for each in commands if isinstance(each, Command) and each.value} == {*"123456789"}


@pytest.mark.parametrize(
    "command",
    [
        ("command-sheet", "OUT"),
        ("mat-sheet", "OUT"),
        ("evidence", "DATA", "LPN1", "--to", "OUT"),
        ("bin", "DATA", "B1", "--form", "pdf", "--to", "OUT"),
        ("shift", "DATA", "--form", "pdf", "--to", "OUT"),
        ("rubric", "preview", "toys"),
        ("routes", "explain", "toys"),
    ],
)
def test_a_language_we_do_not_have_is_told_by_every_command(
    command: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = Journal.open(tmp_path / "station.sqlite", "A01")
    journal.close()
    places = {"OUT": str(tmp_path / "x.pdf"), "DATA": str(tmp_path)}
    assert main.main([*(places.get(each, each) for each in command), "--language", "xx"]) == 1
    assert "one of en, es" in capsys.readouterr().err
    assert not (tmp_path / "x.pdf").exists()
