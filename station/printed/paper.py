"""Sheets of paper: fonts for the scripts that names come in, headings, tables, bars, and pages with a foot.

Set by fpdf2 with HarfBuzz, so that Arabic letters join and Hebrew runs from right to left, also within a line of Latin.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from grading.jpeg import decode
from resources import find
from station.safe_text import shown

if TYPE_CHECKING:
    from fpdf import FPDF

if TYPE_CHECKING:
    pass

_FONT = "Noto"
_FALLBACK = ("NotoSansArabic-Regular.ttf", "NotoSansHebrew-Regular.ttf")
_SMALL, _BODY, _HEAD, _TITLE = 7.5, 9.0, 12.0, 18.0
_LINE_MM = 5.0
_ROOM_MM = 24.0
_INK, _QUIET, _BAR, _RULE = 25, 110, (70, 105, 150), 205
_LONGEST = 300
_FIGURE = re.compile(r"[+-]?[0-9.,]*", re.ASCII)


class Paper:
    """A document of A4 pages that is written from top to bottom; `foot` stands on each page with its number.

    It is dated `at` (UTC, ISO 8601), so that the same content gives the same file.
    """

    def __init__(self, foot: str, at: str) -> None:
        self._pdf = _document(lambda: self._foot)
        self._pdf.set_creation_date(datetime.fromisoformat(at))
        for style, file in (("", "NotoSans-Regular.ttf"), ("B", "NotoSans-Bold.ttf")):
            self._pdf.add_font(_FONT, style, find.path(f"fonts/{file}"))
        for file in _FALLBACK:
            self._pdf.add_font(file, "", find.path(f"fonts/{file}"))
        self._pdf.set_fallback_fonts(list(_FALLBACK), exact_match=False)
        self._pdf.set_text_shaping(True)
        self._pdf.set_auto_page_break(True, 18)
        self._signs: frozenset[int] = frozenset(
            sign for font in self._pdf.fonts.values() for sign in getattr(font, "cmap", ())
        )
        self._foot = self._safe(foot)
        self._pdf.add_page()

    def title(self, text: str, under: Sequence[str]) -> None:
        """Write what the paper is, and lines about it."""
        self._write(text, _TITLE, "B", _LINE_MM * 2)
        for line in under:
            self._write(line, _BODY, quiet=True)
        self._pdf.ln(2)

    def heading(self, text: str) -> None:
        """Begin a part; never at the very foot of a page."""
        if self._pdf.get_y() > self._pdf.h - self._pdf.b_margin - _ROOM_MM:
            self._pdf.add_page()
        self._pdf.ln(3)
        self._write(text, _HEAD, "B", _LINE_MM * 1.4)

    def words(self, text: str) -> None:
        """Write a sentence or a few."""
        self._pdf.set_font(_FONT, "", _BODY)
        self._pdf.multi_cell(0, _LINE_MM, self._safe(text), align="L", new_x="LMARGIN", new_y="NEXT")

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """Write a table; figures stand to the right, and its head again on each page."""
        self._pdf.set_font(_FONT, "", _SMALL)
        self._pdf.set_draw_color(_RULE)
        aligned = tuple("RIGHT" if _is_figures([row[at] for row in rows]) else "LEFT" for at in range(len(heads)))
        with self._pdf.table(
            col_widths=tuple(widths), text_align=aligned, line_height=_LINE_MM * 0.9, borders_layout="HORIZONTAL_LINES"
        ) as table:
            for cells in (heads, *rows):
                row = table.row()
                for cell in cells:
                    row.cell(self._safe(cell))

    def bars(self, values: Sequence[tuple[str, int]]) -> None:
        """Draw how much there is of each, the longest bar as wide as the page allows."""
        most = max((count for _, count in values), default=0)
        self._pdf.set_font(_FONT, "", _SMALL)
        for name, count in values:
            if self._pdf.get_y() > self._pdf.h - self._pdf.b_margin - _LINE_MM:
                self._pdf.add_page()
            top = self._pdf.get_y()
            self._pdf.cell(78, _LINE_MM, self._fitting(name, 76))
            self._pdf.set_fill_color(*_BAR)
            if most and count:
                self._pdf.rect(self._pdf.l_margin + 80, top + 0.8, 90 * count / most, _LINE_MM - 1.6, style="F")
            self._pdf.set_fill_color(255)
            self._pdf.set_x(self._pdf.l_margin + 80 + (90 * count / most if most else 0) + 1)
            self._pdf.cell(15, _LINE_MM, str(count), new_x="LMARGIN", new_y="NEXT")

    def picture(self, image: bytes, under: str) -> None:
        """Put a photo on the page, at most half of it high, and words under it; of what is none the words alone."""
        if decode(image) is None:
            self._write(under, _SMALL, quiet=True)
            return
        if self._pdf.get_y() > self._pdf.h / 2:
            self._pdf.add_page()
        self._pdf.image(image, w=self._pdf.epw, h=110, keep_aspect_ratio=True)
        self._write(under, _SMALL, quiet=True)

    def done(self) -> bytes:
        """Return the file; nothing may be written after it."""
        return bytes(self._pdf.output())

    def _write(self, text: str, size: float, style: str = "", height: float = _LINE_MM, quiet: bool = False) -> None:
        self._pdf.set_font(_FONT, style, size)
        self._pdf.set_text_color(_QUIET if quiet else _INK)
        self._pdf.multi_cell(0, height, self._safe(text), new_x="LMARGIN", new_y="NEXT")
        self._pdf.set_text_color(_INK)

    def _fitting(self, text: str, width: float) -> str:
        safe = self._safe(text)
        while len(safe) > 1 and self._pdf.get_string_width(safe) > width:
            safe = safe[: max(1, len(safe) * 9 // 10 - 1)] + "…"
        return safe

    def _safe(self, text: str) -> str:
        """Return a text that changes nothing but its own place; signs no font of ours has are shown as such."""
        cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 20]} … {text[-12:]}"
        return "".join(sign if ord(sign) in self._signs else "\ufffd" for sign in shown(cut))


def _is_figures(cells: Sequence[str]) -> bool:
    return bool(cells) and all(_FIGURE.fullmatch(cell) for cell in cells)


def _document(foot: Callable[[], str]) -> "FPDF":
    """Return an empty document of A4 pages with a foot on each."""
    # It takes longer to load than to set a report.
    from fpdf import FPDF

    class Footed(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font(_FONT, "", _SMALL)
            self.set_text_color(_QUIET)
            self.cell(0, 4, f"{self.page_no()} · {foot()}")
            self.set_text_color(_INK)

    return Footed(format="A4")
