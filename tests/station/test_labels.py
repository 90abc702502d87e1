"""Labels: what is printed can be scanned, fits its place, and stays one label whatever the fields hold."""

import io
import re
from collections.abc import Mapping

import msgspec
import pytest
import zplkit
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from resources import find
from resources.words import Translator
from station import plates, preview
from station.labels import DOTS_PER_MM, LabelError, Template, fit, load, read, scaled, to_zpl
from station.typeface import Typeface
from station.words import ROUTE_WORDS

NAMES = ("plate", "bin", "bin_closed", "bin_list", "test")
CODE_FIELD = {"plate": "plate", "bin": "bin", "bin_closed": "bin", "bin_list": "bin", "test": "code"}
STOCKS = ("57x32", "70x40", "102x51", "102x152")
FIELDS = {
    "plate": plates.make("A01", 17),
    "bin": plates.make_bin("A01", 17),
    "code": "RS:test",
    "title": "Wireless headphones, over-ear, graphite",
    "client": "Northwind Outdoor",
    "rma": "RMA-104233",
    "letter": "B",
    "disposition": "refurb",
    "copy": "2",
    "date": "2026-11-04",
    "care": "Hygiene: put on gloves, leave the bag shut",
    "items": "24",
    "list": "8c1f 02ab 77e0",
    "page": "1/2",
    "left": "31",
    **{f"line{letter}": f"{place} x Wireless headphones, over-ear" for place, letter in enumerate("abcdefgh", start=1)},
}

# A wide label with nothing but one barcode and one line of text, for data longer than any plate.
WIDE = read(
    b"""
width_mm = 300
height_mm = 30
[[element]]
kind = "code128"
field = "code"
x_mm = 0
y_mm = 2
width_mm = 300
height_mm = 15
module_mm = 0.25
[[element]]
kind = "text"
field = "code"
x_mm = 2
y_mm = 20
size_mm = 6
width_mm = 296
"""
)

HOSTILE = (
    "^XZ",
    "^XA",
    "^XZ^XA^JUF",
    "^XZ^XA^FO0,0^GB800,480,480^FS^XZ",
    "~JR~HS",
    "~JA",
    "~DGR:X.GRF,1,1,FF",
    "^FS^GB700,400,400^FS",
    "^FS^FO0,0^BCN,100,N,N,N^FDEVIL",
    "^FD",
    "^FS",
    "^FH",
    "^FH_^FD_5E",
    "^CC/",
    "^CT!~CC",
    "^CD;",
    "^CI0",
    "^PQ9999",
    "^MCN^XZ",
    "^IDR:*.*^FS",
    "^DFE:X.ZPL^FS",
    "^FN1^FDx",
    "^SN001,1,Y",
    "^FE#^FD#1#",
    "^SFdddd,1",
    "^FX comment",
    "_5EXZ",
    "_7EJR",
    "_",
    "__",
    "_00",
    "_G1",
    "^",
    "~",
    "^^",
    "~~",
    "^~_",
    ">",
    ">>",
    ">0",
    ">8",
    ">;123456",
    ">:ABC>5123456>6abc",
    ">9>9>9",
    "A>B>C",
    "\\&",
    "line\\&line",
    "\\",
    "\\\\",
    "a,b,c",
    "{plate}",
    "{training}{x}",
    "%s%n{0}",
    "$(reboot)",
    "`id`",
    "'; DROP TABLE item;--",
    '"quoted"',
    "<b>&amp;</b>",
    "=HYPERLINK(1)",
    "../../../etc/passwd",
    "C:\\CON",
    "! U1 setvar x y",
    " leading and trailing ",
    "a  b",
)
# What a bench may meet in a title, and no barcode of ours will ever hold.
UNPRINTABLE = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\x02\x03",
    "\x1b%-12345X",
    "\r\n^XA",
    "tab\ttab",
    "\x1d",
    "🙂🙂",
    "返品の商品",
    "Возврат товара",
    "القميص",
    "\u202egnp.exe",
    "\u200b\ufeff",
    "\ud800",
    "é" * 200,
    "x" * 3_100,
    "^XZ" * 1_100,
    "_" * 4_000,
    "W" * 5_000,
    "~" * 3_072,
)


def oracle(zpl: bytes, width_mm: float, height_mm: float, dpi: int) -> Image.Image:
    """The label as an independent renderer draws it, one that refuses every command it does not know."""
    assert zpl.count(b"^PQ1,0,1,N") == 1
    dots = DOTS_PER_MM[dpi]
    options = zplkit.Options(
        profile="specification", width=round(width_mm * dots), height=round(height_mm * dots), dpi=dpi
    )
    document = zplkit.render(zpl.replace(b"^PQ1,0,1,N", b""), options)
    assert len(document.labels) == 1
    return Image.open(io.BytesIO(document.labels[0].png())).convert("L")


def scanned(image: Image.Image) -> list[tuple[str, bytes]]:
    return [(each.symbology_identifier, each.bytes) for each in zxingcpp.read_barcodes(image)]


def commands(zpl: bytes) -> list[str]:
    """Every command of a label but its data, as a printer tells commands: by `^` and `~`."""
    return [each[:2] for each in re.split(r"[\^~]", zpl.decode())[1:]]


def made(name: str, dpi: int = 203, **fields: str) -> bytes:
    return to_zpl(load(name), {**FIELDS, **fields}, dpi)


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("training", ["", "1"])
def test_label_is_scanned_back_by_an_independent_renderer(name: str, dpi: int, training: str) -> None:
    zpl = made(name, dpi, training=training)
    code = FIELDS[CODE_FIELD[name]].encode()
    assert scanned(oracle(zpl, 100, 60, dpi)) == [("]C0", code)]
    assert scanned(preview.draw(zpl, dpi)) == [("]C0", code)]


@pytest.mark.parametrize("name", NAMES)
def test_label_leaves_nothing_to_what_the_printer_has_saved(name: str) -> None:
    text = made(name).decode("ascii")
    assert text.startswith("^XA") and text.rstrip().endswith("^XZ")
    for command in ("^CI28", "^PW800", "^LL480", "^LH0,0", "^PON", "^PQ1,0,1,N"):
        assert text.count(command) == 1
    assert text.count("^FD") == text.count("^FH_^FD")


@pytest.mark.parametrize("name", NAMES)
def test_bars_have_their_quiet_zones_and_modules_a_scanner_can_read(name: str) -> None:
    for dpi, dots in DOTS_PER_MM.items():
        zpl = made(name, dpi).decode()
        field = re.search(r"\^FO(\d+),\d+\^BY(\d+)\^BCN,\d+,N,N,N\^FH_\^FD([^^]*)", zpl)
        assert field is not None
        left, module = int(field[1]), int(field[2])
        assert module / dots >= 0.3
        right = left + module * len(preview.bars(field[3]))
        assert left >= 10 * module and right + 10 * module <= 100 * dots


def test_a_plate_of_the_largest_count_still_fits() -> None:
    plate = plates.make("A01", 10**12 - 1)
    for dpi in DOTS_PER_MM:
        zpl = made("plate", dpi, plate=plate)
        assert scanned(oracle(zpl, 100, 60, dpi)) == [("]C0", plate.encode())]


@pytest.mark.parametrize("dpi", [203, 300])
def test_code_128_holds_every_printable_ascii_sign(dpi: int) -> None:
    signs = "".join(map(chr, range(32, 127)))
    for data in (signs[:48], signs[48:], signs[::2], "".join(reversed(signs))[:50]):
        zpl = to_zpl(WIDE, {"code": data}, dpi)
        assert scanned(oracle(zpl, 300, 30, dpi)) == [("]C0", data.encode())]
        assert scanned(preview.draw(zpl, dpi)) == [("]C0", data.encode())]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_code_is_data(text: str, dpi: int) -> None:
    zpl = to_zpl(WIDE, {"code": text}, dpi)
    assert scanned(oracle(zpl, 300, 30, dpi)) == [("]C0", text.encode())]
    assert scanned(preview.draw(zpl, dpi)) == [("]C0", text.encode())]


@pytest.mark.parametrize("text", [*HOSTILE, *UNPRINTABLE])
@pytest.mark.parametrize("name", NAMES)
def test_hostile_text_is_data_on_every_label(name: str, text: str) -> None:
    fields = {key: text for key in FIELDS if key not in ("plate", "bin", "code")}
    zpl = made(name, **fields)
    assert set(commands(zpl)) <= {
        "XA",
        "CI",
        "PW",
        "LL",
        "LH",
        "PO",
        "PQ",
        "FO",
        "A0",
        "FH",
        "FD",
        "FS",
        "BY",
        "BC",
        "GB",
        "XZ",
    }
    assert commands(zpl).count("XA") == commands(zpl).count("XZ") == commands(zpl).count("BC") == 1
    assert all(len(field) <= 3_072 for field in re.findall(rb"\^FD([^^]*)", zpl))
    code = [("]C0", FIELDS[CODE_FIELD[name]].encode())]
    assert scanned(preview.draw(zpl, 203)) == code
    if text.isascii():
        assert scanned(oracle(zpl, 100, 60, 203)) == code


@given(st.dictionaries(st.sampled_from([*FIELDS, "training", "word"]), st.text(max_size=80)))
def test_no_text_changes_the_order_of_commands(fields: dict[str, str]) -> None:
    safe = {key: text for key, text in fields.items() if key not in ("plate", "bin", "code", "disposition")}
    plain = {key: "x" if text.isprintable() and text.strip() else text for key, text in safe.items()}
    for name in NAMES:
        assert commands(made(name, **safe)) == commands(made(name, **plain))


@pytest.mark.parametrize("text", ["", "é", "返品", "a\nb", "\x1d", "x" * 40])
@pytest.mark.parametrize("name", NAMES)
def test_code_that_no_barcode_can_hold_is_refused(name: str, text: str) -> None:
    with pytest.raises(LabelError):
        made(name, **{CODE_FIELD[name]: text})


def test_unknown_resolution_is_refused() -> None:
    with pytest.raises(ValueError, match="150 dpi"):
        made("plate", 150)


@pytest.mark.parametrize("text", ["short", "Wireless headphones " * 4, "W" * 300, "返品" * 40, "iiii " * 60])
def test_text_is_shrunk_and_then_cut_to_its_place(text: str) -> None:
    face = Typeface()
    shown, size = fit(text.strip(), 60, 5, 3, face)
    assert face.width(shown, size) <= 60 and 3 <= size <= 5
    assert shown == text.strip() or (shown.endswith("...") and text.startswith(shown[:-3]) and size == 3)
    assert (shown, size) == (text, 5) if len(text) == 5 else size < 5


@pytest.mark.parametrize("name", NAMES)
def test_long_text_stays_on_the_label(name: str) -> None:
    """White margins stay white: the longest words of a person cannot push ink off the paper."""
    long = dict.fromkeys(
        ("title", "client", "rma", "date", "copy", "items", "word", "care"), "Mmmmmmmmm WWWWWWWWW " * 20
    )
    for image in (oracle(made(name, **long), 100, 60, 203), preview.draw(made(name, **long), 203)):
        assert image.crop((796, 0, 800, 480)).getextrema() == (255, 255)


def test_each_disposition_has_a_word_and_a_shape_of_its_own() -> None:
    shapes = set()
    for disposition, word in ROUTE_WORDS.items():
        zpl = made("plate", disposition=disposition)
        assert f"^FD{word}^FS".encode() in zpl
        image = preview.draw(zpl, 203).crop((24, 190, 132, 298))
        ink = image.histogram()[0] / (image.width * image.height)
        assert ink > 0.3
        shapes.add(image.tobytes())
    assert len(shapes) == len(ROUTE_WORDS)
    nothing = preview.draw(made("plate", disposition="elsewhere"), 203).crop((24, 190, 132, 298))
    assert nothing.getextrema() == (255, 255)


def test_hold_is_striped() -> None:
    column = preview.draw(made("plate", disposition="hold"), 203).crop((88, 190, 89, 298)).tobytes()
    assert column.count(b"\x00\xff") >= 4


def test_modules_are_never_wider_than_the_printer_has_them() -> None:
    wide = msgspec.structs.replace(WIDE.element[0], module_mm=2)
    template = msgspec.structs.replace(WIDE, element=(wide,))
    assert b"^BY10^" in to_zpl(template, {"code": "A"}, 203)


def test_word_and_sentences_are_translated() -> None:
    spanish: Mapping[str, str] = {
        "Refurb": "Reacondicionar",
        "TRAINING: do not use": "PRUEBA",
        "Copy {copy}": "Copia {copy}",
        FIELDS["care"]: "Higiene",
    }
    zpl = to_zpl(load("plate"), {**FIELDS, "training": "1"}, 203, lambda text: spanish.get(text, text))
    for text in (b"^FDReacondicionar^FS", b"^FDPRUEBA^FS", b"^FDCopia 2^FS", b"^FDHigiene^FS"):
        assert text in zpl
    assert to_zpl(load("plate"), FIELDS, 203, Translator("en").gettext) == made("plate")


def test_training_and_copies_show_only_where_they_are() -> None:
    assert b"TRAINING" in made("plate", training="1") and b"Copy 2" in made("plate")
    assert b"TRAINING" not in made("plate", training="") and b"Copy" not in made("plate", copy="")
    assert made("plate").count(b"^GB") == made("plate", care="").count(b"^GB") + 1, "a frame around what to mind"


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("stock", STOCKS)
@pytest.mark.parametrize("name", NAMES)
def test_every_label_is_scanned_from_every_stock(name: str, stock: str, dpi: int) -> None:
    width, height = map(int, stock.split("x"))
    zpl = to_zpl(load(name, stock), {**FIELDS, "training": "1"}, dpi)
    dots = DOTS_PER_MM[dpi]
    assert f"^PW{width * dots}^LL{height * dots}".encode() in zpl
    assert scanned(preview.draw(zpl, dpi)) == [("]C0", FIELDS[CODE_FIELD[name]].encode())]
    assert scanned(oracle(zpl, width, height, dpi)) == [("]C0", FIELDS[CODE_FIELD[name]].encode())]
    module = re.search(r"\^BY(\d+)", zpl.decode())
    assert module is not None and int(module[1]) / dots >= 0.19


def test_a_stock_that_no_label_fits_is_refused() -> None:
    for stock in ("57", "57x", "x32", "big", "57x32mm", "../57x32"):
        with pytest.raises(LabelError, match="stock"):
            load("plate", stock)
    with pytest.raises(LabelError, match="too small"):
        load("plate", "25x12")
    with pytest.raises(FileNotFoundError):
        load("nothing", "57x32")
    assert scaled(load("plate"), 100, 60) == load("plate")


def test_letters_and_figures_that_look_alike_are_told_apart_in_print() -> None:
    """The bars hold the number as it is; only the line for people shows the letters O and I small."""
    plate = next(each for count in range(1, 200) if (each := plates.make("OI1", count)).endswith("O"))
    zpl = made("plate", plate=plate)
    assert f"^FDLPNoi1{plate[6:-1]}o^FS".encode() in zpl
    assert scanned(oracle(zpl, 100, 60, 203)) == [("]C0", plate.encode())]


GOOD = b"width_mm=10\nheight_mm=10\n[[element]]\nkind='box'\nx_mm=1\ny_mm=1\nwidth_mm=5\nheight_mm=5\n"


@pytest.mark.parametrize(
    "toml",
    [
        b"\xff",
        b"width_mm = [",
        b"width_mm = 10\nelement = []",
        GOOD.replace(b"box", b"circle"),
        GOOD + b"colour='red'\n",
        GOOD.replace(b"x_mm=1", b"x_mm=6"),
        GOOD.replace(b"y_mm=1", b"y_mm=-1"),
        GOOD.replace(b"x_mm=1", b"x_mm='1'"),
    ],
)
def test_template_that_makes_no_sense_is_refused(toml: bytes) -> None:
    assert isinstance(read(GOOD), Template)
    with pytest.raises(LabelError):
        read(toml)


def test_every_template_there_is_can_be_read_and_is_tested_here() -> None:
    found = {name.removeprefix("labels/").removesuffix(".toml") for name in find.names("labels")}
    assert found == set(NAMES)
    with pytest.raises(FileNotFoundError):
        load("nothing")
