"""The sheet of command barcodes: every command on it can be scanned."""

import io

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from station.command_sheet import DPI, PER_PAGE, draw, pdf
from station.inputs import Do


def test_every_command_is_scanned_from_the_sheet() -> None:
    commands = [(each.value, each.value.replace("-", " ").capitalize()) for each in Do if each is not Do.CHOOSE]
    page = Image.open(io.BytesIO(draw(commands, "Commands")))
    assert page.info["dpi"] == pytest.approx((DPI, DPI), abs=1)
    found = zxingcpp.read_barcodes(page.convert("L"))
    assert sorted(each.bytes.decode() for each in found) == sorted(f"RS:{value}" for value, _ in commands)


def test_long_words_stay_in_their_column() -> None:
    page = Image.open(io.BytesIO(draw([("undo", "Wort " * 60), ("skip", "")], "Ä"))).convert("L")
    assert page.crop((2480 - 150, 0, 2480, 3508)).getextrema() == (255, 255)


@pytest.mark.parametrize("value", ["", "é", "x" * 30])
def test_command_that_no_barcode_can_hold_is_refused(value: str) -> None:
    with pytest.raises(ValueError):
        draw([(value, "words")], "Commands")


def test_more_than_a_page_is_refused() -> None:
    with pytest.raises(ValueError, match="19 commands"):
        draw([("undo", "Undo")] * 19, "Commands")


def test_every_page_of_the_pdf_is_scanned_at_its_size() -> None:
    commands = [(f"choose:{number}", f"Choice {number}") for number in range(PER_PAGE + 2)]
    document = pypdfium2.PdfDocument(pdf(commands, "Commands", [("yz-01[]", "Keyboard layout")]))
    found = []
    for page in document:
        assert page.get_size() == pytest.approx((595.2, 841.9), abs=1)  # A4 in points
        picture = page.render(scale=DPI / 72).to_pil().convert("L")
        found += [code.bytes.decode() for code in zxingcpp.read_barcodes(picture)]
    assert len(document) == 2
    assert sorted(found) == sorted([f"RS:{value}" for value, _ in commands] + ["yz-01[]"])
    document.close()


def test_an_empty_sheet_is_a_page() -> None:
    assert pdf([], "Commands").startswith(b"%PDF")
