"""Every kind of barcode with hostile data, drawn by an independent renderer and read by an independent reader."""

import io
import re
from collections.abc import Mapping
from decimal import Decimal

import pytest
import zplkit
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from zebrafy import ZebrafyZPL

from devices.printers import symbols
from devices.printers.symbols import GS, Kind
from devices.printers.zpl import Picture, Symbol, label

HOSTILE = (
    """
^XZ|^XA|^XZ^XA^JUF|~JR~HS|~JA|~DGR:X.GRF,1,1,FF|^FS^GB700,400,400^FS|^FD|^FS|^FH|^FH_^FD_5E|^CC/|^CT!~CC|^CD;|^CI0
^PQ9999|^MCN^XZ|^IDR:*.*^FS|^DFE:X.ZPL^FS|^FN1^FDx|^SN001,1,Y|^FE#^FD#1#|^FX comment|_5EXZ|_7EJR|_|__|_1|_1_2|_d029
_00|_G1|^|~|^^|~~|^~_|>|>>|>0|>8|>;123456|>:ABC>5123456>6abc|>9>9>9|A>B>C|\\&|line\\&line|\\|\\\\|@1#1!1|QA,|MM,A|HM,N1
(01)95|[)>05|]C1]d2|A B  C| x |100%|'"`|<a>&amp;|0|1234567890123456789
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

FIT: Mapping[Kind, list[str]] = {
    "code128": HOSTILE,
    "datamatrix": HOSTILE,
    "qr": [*HOSTILE, "返品", "Возврат", "naïve €"],
    "code39": ["A", "LOC-A1", "$/+%", "A B-C.", "0123456789", "A+1%.B"],
    "itf": ["000000", "0123456789", "12345678901231"],
    "ean13": ["9501101530003", "4006381333931", "0000000000000"],
    "ean8": ["96385074", "00000000"],
    "upca": ["036000291452", "000000000000"],
    "gs1_128": [
        "(01)09501101530003",
        "(01)09501101530003(10)AB-7z(21)X9Y",
        "(00)095011015300000011",
        "(10)A>B_C^D~E(21)_1>8",
        "(8005)001234(10)^XZ",
    ],
    "gs1_datamatrix": [
        "(01)09501101530003",
        "(01)09501101530003(10)AB-7z(21)X9Y",
        "(10)A>B_C^D~E(21)_1>8",
        "(21)@#|!(10)\\&",
    ],
}
# The identifier a scanner puts in front (ISO/IEC 15424); UPC-A is read as the EAN-13 it is.
AIM: Mapping[Kind, str] = {
    "code128": "]C0",
    "gs1_128": "]C1",
    "code39": "]A0",
    "itf": "]I0",
    "ean13": "]E0",
    "ean8": "]E4",
    "upca": "]E0",
    "qr": "]Q1",
    "datamatrix": "]d1",
    "gs1_datamatrix": "]d2",
}
# zplkit draws all of them; zpl-renderer-js has no EAN-8 and no UPC-A.
NOT_IN_ZEBRASH: frozenset[Kind] = frozenset({"ean8", "upca"})


def cases() -> list[tuple[Kind, str]]:
    """Every kind with each of its data."""
    return [(kind, data) for kind, data_of in FIT.items() for data in data_of]


def zpl_of(kind: Kind, data: str, dpi: int = 203) -> bytes:
    """One label, 150 by 60 mm, with nothing but the barcode."""
    module = Decimal("0.4") if kind in ("qr", "datamatrix", "gs1_datamatrix") else Decimal("0.25")
    return label(150, 60, dpi, [Symbol(kind, 10, 10, data, module, 15)])


def read(image: Image.Image) -> list[tuple[str, str]]:
    """What a reader finds: the scanner's prefix and the data, GS kept."""
    found = zxingcpp.read_barcodes(image.convert("L"))
    return [(code.symbology_identifier, code.bytes.decode()) for code in found]


def expected(kind: Kind, data: str) -> list[tuple[str, str]]:
    """What must come out for what went in."""
    if kind in ("gs1_128", "gs1_datamatrix"):
        return [(AIM[kind], symbols.gs1(data))]
    if kind == "itf":  # the reader says by its prefix whether the last figure happens to be a right check digit
        total = sum(int(digit) * (1 + 2 * (place % 2)) for place, digit in enumerate(reversed(data)))
        return [("]I1" if total % 10 == 0 else "]I0", data)]
    if kind == "code39":  # likewise, whether the last sign happens to be a right check sign (modulo 43)
        values = ["0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%".index(sign) for sign in data]
        return [("]A1" if sum(values[:-1]) % 43 == values[-1] else "]A0", data)]
    return [(AIM[kind], f"0{data}" if kind == "upca" else data)]


def drawn(zpl: bytes, dpi: int = 203) -> Image.Image:
    dots = {203: 8, 300: 12, 600: 24}[dpi]
    options = zplkit.Options(profile="specification", width=150 * dots, height=60 * dots, dpi=dpi)
    found = zplkit.render(zpl.replace(b"^PQ1,0,1,N", b""), options)  # it knows no ^PQ
    assert len(found.labels) == 1
    return Image.open(io.BytesIO(found.labels[0].png()))


@pytest.mark.parametrize(("kind", "data"), cases())
def test_what_goes_in_comes_out(kind: Kind, data: str) -> None:
    zpl = zpl_of(kind, data)
    assert zpl.count(b"^X") == 2 and b"~" not in zpl
    assert read(drawn(zpl)) == expected(kind, data)


@pytest.mark.parametrize("dpi", [300, 600])
@pytest.mark.parametrize("kind", FIT)
def test_at_every_resolution(kind: Kind, dpi: int) -> None:
    data = FIT[kind][-1]
    assert read(drawn(zpl_of(kind, data, dpi), dpi)) == expected(kind, data)


@settings(max_examples=40, deadline=None)
@example("code39", "0")
@example("code39", "AAK")
@given(st.sampled_from(list(FIT)), st.text(max_size=12) | st.text("0123456789", max_size=14))
def test_any_text_comes_out_or_is_refused(kind: Kind, data: str) -> None:
    try:
        zpl = zpl_of(kind, data)
    except ValueError as error:
        assert str(error)
        return
    assert read(drawn(zpl)) == expected(kind, data)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("code128", ""),
        ("code128", "é"),
        ("code39", "a"),
        ("code39", "X+A"),
        ("itf", "12345"),
        ("itf", "1234"),
        ("itf", "١٢٣٤٥٦"),
        ("ean13", "9501101530004"),
        ("ean13", "950110153000"),
        ("ean8", "96385075"),
        ("upca", "036000291453"),
        ("qr", ""),
        ("qr", "a\nb"),
        ("qr", "é" * 600),
        ("datamatrix", "\x1d"),
        ("datamatrix", "".join(map(chr, range(32, 127)))),
        ("gs1_128", "0109501101530003"),
        ("gs1_128", "(01)"),
        ("gs1_datamatrix", "(10)é"),
    ],
)
def test_what_no_symbol_can_hold_is_refused(kind: Kind, data: str) -> None:
    with pytest.raises(ValueError):
        zpl_of(kind, data)


def test_limits_of_the_printer() -> None:
    for module in (Decimal(2), Decimal(100)):
        with pytest.raises(ValueError, match="module"):
            label(100, 60, 203, [Symbol("qr", 1, 1, "A", module)])
    for place in (-1, 5_000):
        with pytest.raises(ValueError, match="dots"):
            label(100, 60, 203, [Symbol("qr", place, 1, "A")])
    with pytest.raises(ValueError, match="dots"):
        label(100, 5_000, 203, [])


def test_gs1_separators_stand_only_where_a_length_is_open() -> None:
    assert symbols.gs1("(01)09501101530003(10)AB(21)X") == f"010950110153000310AB{GS}21X"
    assert symbols.gs1("(10)AB") == "10AB"


PICTURES = st.integers(1, 6).flatmap(lambda row: st.tuples(st.just(row), st.binary(min_size=row, max_size=row * 9)))


@settings(max_examples=30, deadline=None)
@given(PICTURES)
def test_a_picture_is_read_by_others(picture: tuple[int, bytes]) -> None:
    row, pixels = picture
    pixels = pixels[: len(pixels) // row * row]
    zpl = label(150, 60, 203, [Picture(0, 0, pixels, row)])
    asked = re.search(rb"\^GFA[^^]*", zpl)
    assert asked is not None
    (theirs,) = ZebrafyZPL((b"^XA" + asked[0] + b"^FS^XZ").decode()).to_images()
    ours = Image.frombytes("1", (row * 8, len(pixels) // row), pixels)
    assert theirs.convert("1").tobytes() == ours.point(lambda dot: 255 - dot).tobytes()
    corner = drawn(zpl).convert("L").crop((0, 0, row * 8, len(pixels) // row))
    assert corner.tobytes() == ours.point(lambda dot: 255 - dot).convert("L").tobytes()


def test_rows_that_are_not_whole_are_refused() -> None:
    for pixels, row in ((b"abc", 2), (b"", 1), (b"a", 0)):
        with pytest.raises(ValueError, match="rows"):
            symbols.picture(pixels, row)
