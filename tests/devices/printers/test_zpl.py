"""Labels rendered and decoded by independent programs: what went in comes out, whatever it was."""

import io
from decimal import Decimal

import pytest
import zplkit
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from devices.printers.zpl import Box, Code128, Element, Text, block_field, code128_field, label, text_field

HOSTILE = [
    "^XZ^XA^JUF^XZ",
    "~JR~HS",
    "^FS^GB800,800,800^FS",
    "A>B>;>0>:",
    "_5E_7E_",
    "a\\b\\&c",
    "~JA^XZ",
    "L1-000042",
    "12345678",
    "^FH^FD_",
    "]C1>8",
    ">",
    "100%",
]


def render(zpl: bytes, width: int = 812, height: int = 406, dpi: int = 203) -> Image.Image:
    options = zplkit.Options(profile="specification", width=width, height=height, dpi=dpi)
    document = zplkit.render(zpl.replace(b"^PQ1,0,1,N", b""), options)  # it knows no ^PQ
    assert len(document.labels) == 1
    return Image.open(io.BytesIO(document.labels[0].png())).convert("L")


def decoded(zpl: bytes, **size: int) -> list[bytes]:
    found = zxingcpp.read_barcodes(render(zpl, **size), formats=zxingcpp.BarcodeFormat.Code128)
    return [bytes(code.bytes) for code in found]


def plate(*elements: Element, dpi: int = 203) -> bytes:
    return label(Decimal("101.5"), Decimal("50.75"), dpi, elements)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_barcode_carries_hostile_text_as_it_is(text: str) -> None:
    zpl = plate(Code128(5, 5, 20, text))
    assert decoded(zpl) == [text.encode()]
    assert zpl.count(b"^X") == 2
    assert b"~" not in zpl


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_draws_only_itself(text: str) -> None:
    zpl = plate(Text(2, 2, 4, text, width_mm=90, lines=2), Text(2, 20, 4, text), Code128(5, 30, 10, "P1"))
    assert decoded(zpl) == [b"P1"]
    assert zpl.count(b"^X") == 2
    assert b"~" not in zpl


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=16))
def test_any_ascii_survives_the_barcode(text: str) -> None:
    assert decoded(plate(Code128(5, 5, 20, text, module_mm=Decimal("0.125"))), width=1200) == [text.encode()]


@given(st.text(max_size=60))
def test_no_text_leaves_its_field(text: str) -> None:
    for field in (text_field(text), block_field(text), code128_field(text)):
        assert field.isascii()
        assert field.isprintable()
        assert not set("^~") & set(field)


def test_escapes_are_the_manuals() -> None:
    assert text_field("a^b~c_d") == "a_5Eb_7Ec_5Fd"
    assert text_field("é€") == "_C3_A9_E2_82_AC"
    assert text_field("\r\n\x1d") == "_0D_0A_1D"
    assert block_field("a\\&b") == "a/&b"
    assert code128_field("A>B") == "A>0B"


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_the_same_label_at_every_resolution(dpi: int) -> None:
    scale = {203: 8, 300: 12, 600: 24}[dpi]
    zpl = plate(Code128(5, 5, 15, "L1-000042", with_text=True), Box(2, 2, 97, 46), dpi=dpi)
    assert f"^PW{round(101.5 * scale)}^LL{round(50.75 * scale)}^LH0,0^PON^PQ1,0,1,N".encode() in zpl
    assert decoded(zpl, width=812 * scale // 8, height=406 * scale // 8, dpi=dpi) == [b"L1-000042"]


def test_a_filled_box_is_black_and_a_frame_is_not() -> None:
    picture = render(plate(Box(0, 0, 10, 10, filled=True), Box(20, 0, 10, 10)))
    assert picture.getpixel((40, 40)) == 0
    assert picture.getpixel((200, 40)) == 255


def test_what_no_printer_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="dpi"):
        label(100, 50, 204, [])
    with pytest.raises(ValueError, match="3072"):
        plate(Text(0, 0, 3, "é" * 1000))
