"""The sheet of command barcodes: every command on it can be scanned."""

from contextlib import closing

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from station.command_sheet import DPI, PER_PAGE, pdf


def pages(document: bytes) -> list[Image.Image]:
    """Draw the pages of a sheet as they come out of a printer."""
    with closing(pypdfium2.PdfDocument(document)) as opened:
        return [page.render(scale=DPI / 72).to_pil().convert("L") for page in opened]


def test_long_words_stay_in_their_column() -> None:
    (page,) = pages(pdf([("undo", "Wort " * 60), ("skip", "")], "Ä"))
    assert page.crop((page.width - 150, 0, page.width, page.height)).getextrema() == (255, 255)


@pytest.mark.parametrize("value", ["", "é", "x" * 30])
def test_command_that_no_barcode_can_hold_is_refused(value: str) -> None:
    with pytest.raises(ValueError):
        pdf([(value, "words")], "Commands")


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
