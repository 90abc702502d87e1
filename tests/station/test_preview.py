"""The preview: the same label as an independent renderer draws, and never less than the printer would print."""

import io

import pytest
import zplkit
import zxingcpp
from barcode import Code128
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from devices.printers import zpl
from station.labels import DOTS_PER_MM, load, to_zpl
from station.preview import PreviewError, bars, draw

HEAD = b"^XA^CI28^PW80^LL80^LH0,0^PON^PQ1,0,1,N"
FIELDS = {
    "plate": "LPNA010000017K",
    "bin": "BIN-A01-0017X",
    "code": "RS:test",
    "title": "Wireless headphones, over-ear, graphite",
    "client": "Northwind Outdoor",
    "rma": "RMA-104233",
    "letter": "B",
    "disposition": "hold",
    "copy": "2",
    "date": "2026-11-04",
    "care": "Sharp edges: put on gloves",
    "training": "1",
    "items": "24",
}


def oracle(label: bytes, dpi: int) -> Image.Image:
    dots = DOTS_PER_MM[dpi]
    options = zplkit.Options(profile="specification", width=100 * dots, height=60 * dots, dpi=dpi)
    rendered = zplkit.render(label.replace(b"^PQ1,0,1,N", b""), options)
    return Image.open(io.BytesIO(rendered.labels[0].png())).convert("L")


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_bars_and_boxes_are_drawn_dot_by_dot(dpi: int) -> None:
    elements = [
        zpl.Code128(5, 3, 15, "A>b_^~1234567890", module_mm=0.25),
        zpl.Code128(5, 20, 5, "LPNA010000017K", module_mm=0.375),
        zpl.Box(1, 1, 98, 58, 1),
        zpl.Box(3, 30, 10, 5, filled=True),
        zpl.Box(15, 30, 10, 5, 2.5),
        zpl.Box(30, 30, 10, 5, 2),
        zpl.Box(3, 40, 0.25, 9),
        zpl.Box(5, 40, 30, 0.5, filled=True),
    ]
    label = zpl.label(100, 60, dpi, elements)
    assert ImageChops.difference(draw(label, dpi), oracle(label, dpi)).getbbox() is None


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("name", ["plate", "bin", "bin_closed", "test"])
def test_text_stands_where_an_independent_renderer_sets_it(name: str, dpi: int) -> None:
    label = to_zpl(load(name), FIELDS, dpi)
    drawn, expected = draw(label, dpi), oracle(label, dpi)
    assert drawn.size == expected.size
    # Two fonts never agree dot by dot: compare how black each 3 mm of paper is.
    cell = 3 * DOTS_PER_MM[dpi]
    difference = ImageChops.difference(drawn.reduce(cell), expected.reduce(cell))
    mean = sum(value * count for value, count in enumerate(difference.histogram())) / (
        difference.width * difference.height * 255
    )
    assert mean < 0.08
    blank = ImageChops.difference(Image.new("L", drawn.size, 255).reduce(cell), expected.reduce(cell))
    assert mean < sum(v * n for v, n in enumerate(blank.histogram())) / (blank.width * blank.height * 255) / 2


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40))
def test_bars_hold_what_was_put_in(data: str) -> None:
    image = Image.new("L", (11 * len(data) + 35 + 20, 20), 255)
    for place, module in enumerate(bars(data)):
        if module == "1":
            image.paste(0, (10 + place, 0, 11 + place, 20))
    found = zxingcpp.read_barcodes(image.resize((image.width * 2, 60), Image.Resampling.NEAREST))
    assert [(each.symbology_identifier, each.bytes) for each in found] == [("]C0", data.encode())]
    assert len(bars(data)) == 11 * len(data) + 35


@pytest.mark.parametrize("data", ["ABC", "ab-CD", "Z"])
def test_bars_are_those_of_python_barcode_where_it_stays_in_code_set_b(data: str) -> None:
    assert bars(data) == Code128(data).build()[0]


@pytest.mark.parametrize("text", ["Résumé – 25 €", "Возврат", "返品", "🙂"])
def test_text_beyond_ascii_is_drawn(text: str) -> None:
    with_text = draw(zpl.label(100, 20, 203, [zpl.Text(2, 2, 10, text)]), 203)
    assert with_text.getextrema() == (0, 255)


@pytest.mark.parametrize("dpi", [203, 300])
def test_block_wraps_into_its_lines(dpi: int) -> None:
    block = zpl.Text(5, 5, 4, "Put the label on the item and scan it back", width_mm=30, lines=4)
    label = zpl.label(100, 60, dpi, [block])
    boxes = [ImageChops.invert(image).getbbox() for image in (draw(label, dpi), oracle(label, dpi))]
    drawn, expected = boxes
    assert drawn is not None and expected is not None
    assert all(abs(a - b) <= 5 * DOTS_PER_MM[dpi] for a, b in zip(drawn, expected, strict=True))


def test_image_is_as_large_as_the_label_and_knows_its_resolution() -> None:
    image = draw(zpl.label(100, 60, 300, []), 300)
    assert (image.size, image.mode, image.info["dpi"]) == ((1200, 720), "L", (300, 300))


@pytest.mark.parametrize(
    "label",
    [
        b"",
        b"hello",
        b"\xff^XA",
        b"^XA^XZ",
        HEAD,
        HEAD + b"^XZ^XZ",
        HEAD + b"^XZ" + HEAD + b"^XZ",
        HEAD + b"^GFA,1,1,1,FF^FS^XZ",
        HEAD + b"~JR^XZ",
        HEAD + b"^JUF^XZ",
        HEAD + b"^PQ2,0,1,N^XZ",
        HEAD + b"^POI^XZ",
        HEAD + b"^FO1,1^A0R,10,10^FH_^FDx^FS^XZ",
        HEAD + b"^FO1,1^BCN,10,Y,N,N^FH_^FDx^FS^XZ",
        HEAD + b"^FO1,1^BCN,10,N,N,N^FH_^FD>;12^FS^XZ",
        HEAD + b"^FO1,1^BCN,10,N,N,N^FH_^FD_C3_A9^FS^XZ",
        HEAD + b"^FO1,1^FH_^FDx^FS^XZ",
        HEAD + b"^FO1^GB1,1,1^FS^XZ",
        HEAD + b"^FO1,x^GB1,1,1^FS^XZ",
        HEAD + b"^FO1,999999^GB1,1,1^FS^XZ",
        b"^XA^PW0^LL80^XZ",
        b"^XA^PW99999^LL99999^XZ",
        b"^XA^FO1,1^A0N,10,10^FDx^FS^XZ",
    ],
)
def test_what_cannot_be_drawn_is_an_error(label: bytes) -> None:
    with pytest.raises(PreviewError):
        draw(label, 203)


@given(st.binary(max_size=60), st.integers(0, 80))
def test_garbage_is_an_error_or_a_picture(garbage: bytes, place: int) -> None:
    label = HEAD + b"^FO1,1^GB5,5,1^FS^FO1,1^BY1^BCN,9,N,N,N^FH_^FDx^FS^XZ"
    try:
        image = draw(label[:place] + garbage + label[place:], 203)
    except PreviewError:
        return
    assert image.mode == "L"
