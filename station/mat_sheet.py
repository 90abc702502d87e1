"""The mat and the colour card as PDF, in lines and areas rather than pixels: a millimetre on it is a millimetre."""

from collections.abc import Iterator, Sequence

from grading.mat import cells
from grading.mat_sheets import Sheet

_PT = 72 / 25.4
_TEXT_MM = 3.2
_LINE_MM = 4.6
_BAR_MM = 0.4
_TICK_MM = 4.0


def pdf(sheet: Sheet, words: Sequence[str]) -> bytes:
    """Return one page of the sheet's own size; `words` are written on it, a line each, in the person's language.

    They are written in Helvetica, which every PDF reader brings; a letter that Latin-1 lacks becomes a question mark.
    """
    content = "\n".join([*_markers(sheet), *_patches(sheet), *_bar(sheet), *_words(sheet, words)]).encode("latin-1")
    box = f"[0 0 {sheet.wide * _PT:.4f} {sheet.high * _PT:.4f}]"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R "
        "/Resources << /Font << /F 5 0 R >> >> >>".encode(),
        f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    """Put objects into a file with its table of places (ISO 32000-1, 7.5)."""
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer << /Size {count} /Root 1 0 R >>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode()


def _area(sheet: Sheet, x: float, y: float, wide: float, high: float) -> str:
    """A filled rectangle; y counts down from the upper edge, as on the sheet, and up in a PDF."""
    return f"{x * _PT:.4f} {(sheet.high - y - high) * _PT:.4f} {wide * _PT:.4f} {high * _PT:.4f} re f"


def _markers(sheet: Sheet) -> Iterator[str]:
    yield "0 g"
    for number, (x, y) in sheet.markers.items():
        rows = cells(number)
        side = sheet.marker / len(rows)
        for row, line in enumerate(rows):
            # A row's black cells that touch are one area: between two, some printers leave a hair of white.
            start = 0
            while start < len(line):
                end = start
                while end < len(line) and line[end] == line[start]:
                    end += 1
                if line[start]:
                    # As much as a hair lower, for the same reason.
                    overlap = 0.01 if row + 1 < len(rows) else 0.0
                    yield _area(sheet, x + start * side, y + row * side, (end - start) * side, side + overlap)
                start = end


def _patches(sheet: Sheet) -> Iterator[str]:
    for (x, y), colour in sheet.patches:
        yield " ".join(f"{value / 255:.4f}" for value in colour) + " rg"
        yield _area(sheet, x - sheet.patch / 2, y - sheet.patch / 2, sheet.patch, sheet.patch)
    yield "0 g"


def _bar(sheet: Sheet) -> Iterator[str]:
    (left, y), (right, _) = sheet.bar
    yield _area(sheet, left, y - _BAR_MM / 2, right - left, _BAR_MM)
    yield _area(sheet, left, y - _TICK_MM / 2, _BAR_MM, _TICK_MM)
    yield _area(sheet, right - _BAR_MM, y - _TICK_MM / 2, _BAR_MM, _TICK_MM)


def _words(sheet: Sheet, words: Sequence[str]) -> Iterator[str]:
    (left, y), _ = sheet.bar
    for place, line in enumerate(reversed(words)):
        safe = line.encode("latin-1", "replace").decode("latin-1")
        safe = safe.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        up = (sheet.high - y + _TICK_MM / 2 + 2 + place * _LINE_MM) * _PT
        yield f"BT /F {_TEXT_MM * _PT:.2f} Tf 0.35 g {left * _PT:.2f} {up:.2f} Td ({safe}) Tj ET"
