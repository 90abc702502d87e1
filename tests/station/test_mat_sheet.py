"""The printed mat: an independent renderer draws it, the mat is found in the drawing, and the bar has its length."""

from contextlib import closing
from pathlib import Path

import cv2
import numpy
import pypdfium2
import pytest

from grading.mat import locate, measure
from grading.mat_sheets import SHEETS
from station import __main__ as main

DPI = 200
PER_MM = DPI / 25.4


def drawn(path: Path) -> numpy.ndarray:
    """The page as it comes out of a printer (blue, green, red)."""
    with closing(pypdfium2.PdfDocument(path)) as document:
        (page,) = document
        return numpy.array(page.render(scale=DPI / 72).to_pil().convert("RGB"))[..., ::-1].copy()


def bar_mm(path: Path, up: float) -> float:
    """The bar's length, drawn finely: the renderer fills every pixel that an area touches."""
    points = 72 / 25.4
    with closing(pypdfium2.PdfDocument(path)) as document:
        wide, high = document[0].get_size()
        strip = (0, (up - 0.1) * points, 0, high - (up + 0.1) * points)
        line = numpy.array(document[0].render(scale=1200 / 72, crop=strip, grayscale=True).to_pil())
    dark = numpy.flatnonzero(line[len(line) // 2] < 128)
    return float(dark[-1] - dark[0] + 1) / line.shape[1] * wide / points


@pytest.mark.parametrize("paper", ["A4", "A3", "letter", "card"])
def test_the_mat_is_found_in_its_print_and_a_millimetre_is_one(tmp_path: Path, paper: str) -> None:
    out = tmp_path / "mat.pdf"
    assert main.main(["mat-sheet", str(out), "--paper", paper, "--language", "es"]) == 0
    page = drawn(out)
    sheet = SHEETS[paper]
    assert page.shape[:2] == pytest.approx((sheet.high * PER_MM, sheet.wide * PER_MM), abs=2)
    (left, y), (right, _) = sheet.bar
    row = page[round(y * PER_MM), :, 1]
    assert bar_mm(out, sheet.high - y) == pytest.approx(100, abs=0.1)
    dark = numpy.flatnonzero(row < 128)
    mat = locate(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes())
    assert mat is not None and mat.sheet == paper and mat.markers == len(sheet.markers)
    assert measure(mat, (dark[0] - 0.5, y * PER_MM), (dark[-1] + 0.5, y * PER_MM)).mm == pytest.approx(100, abs=0.25)
    assert dark[0] / PER_MM == pytest.approx(left, abs=0.1) and dark[-1] / PER_MM == pytest.approx(right, abs=0.2)
    assert 0 <= mat.distance_after < 1.5 and mat.distance_before < 1.5


def test_a_language_we_do_not_have_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["mat-sheet", str(tmp_path / "x.pdf"), "--language", "xx"]) == 1
    assert "one of en, es" in capsys.readouterr().err
