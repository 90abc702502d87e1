"""A bare JPEG is the same picture, bit for bit, with nothing in it that is no picture; hostile ones are refused."""

import io

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from grading.bare import bare

SECRET = b"52.5200 N 13.4050 E, Serial 4711"


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


def decoded(jpeg: bytes) -> numpy.ndarray | None:
    return cv2.imdecode(numpy.frombuffer(jpeg, numpy.uint8), cv2.IMREAD_COLOR)


def exif(orientation: int, order: str = "little") -> bytes:
    told = Image.Exif()
    told[0x0112] = orientation
    told[0x010F] = SECRET.decode()
    told.endian = "<" if order == "little" else ">"
    return told.tobytes()


def picture(seed: int = 1, quality: int = 85, *how: int) -> bytes:
    pixels = numpy.random.default_rng(seed).integers(0, 256, (40, 56, 3), numpy.uint8)
    pixels = cv2.GaussianBlur(pixels, (0, 0), 3)
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality, *how])[1].tobytes()


extras = st.lists(
    st.sampled_from(
        [
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + SECRET),
            segment(0xE2, b"MPF\0" + SECRET),
            segment(0xED, b"Photoshop 3.0\0" + SECRET),
            segment(0xE0, b"JFXX\0\x10" + SECRET),
            segment(0xEF, SECRET),
            segment(0xFE, SECRET),
            b"\xff\xff\xff\x01",
            SECRET,
        ]
    ),
    max_size=6,
)


@given(extras, st.sampled_from(["little", "big"]), st.integers(1, 8), st.binary(max_size=200), st.integers(0, 3))
def test_nothing_but_the_picture_is_left_and_it_is_equal(
    added: list[bytes], order: str, orientation: int, behind: bytes, how: int
) -> None:
    way = [(), (cv2.IMWRITE_JPEG_PROGRESSIVE, 1), (cv2.IMWRITE_JPEG_RST_INTERVAL, 2), (cv2.IMWRITE_JPEG_OPTIMIZE, 1)]
    plain = picture(1, 85, *way[how])
    told = segment(0xE1, exif(orientation, order))
    full = plain[:2] + told + b"".join(added) + plain[2:] + behind + SECRET
    clean = bare(full)
    assert clean is not None
    assert SECRET not in clean and b"adobe" not in clean and b"MPF" not in clean
    before, after = decoded(full), decoded(clean)
    assert before is not None and numpy.array_equal(after, before)
    assert bare(clean) == clean
    assert Image.open(io.BytesIO(clean)).getexif() == ({} if orientation == 1 else {0x0112: orientation})


@given(st.integers(0, 99))
def test_one_picture_has_one_name(seed: int) -> None:
    plain = picture(seed)
    assert bare(plain) == plain
    assert bare(plain[:2] + segment(0xFE, b"camera 1") + plain[2:]) == plain


def test_a_thumbnail_in_the_header_goes() -> None:
    plain = picture()
    header = plain[2:20]
    with_picture = header[:2] + (16 + 27).to_bytes(2, "big") + header[4:16] + b"\x03\x03" + b"ABCDEFGHI" * 3
    clean = bare(plain[:2] + with_picture + plain[20:])
    assert clean == plain


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_colour_models_and_profiles_stay(mode: str) -> None:
    file = io.BytesIO()
    Image.frombytes(mode, (16, 16), bytes(range(256)) * len(mode)).save(
        file, "JPEG", icc_profile=b"a profile", comment=SECRET
    )
    clean = bare(file.getvalue())
    assert clean is not None and SECRET not in clean
    before, after = (Image.open(io.BytesIO(each)) for each in (file.getvalue(), clean))
    assert after.tobytes() == before.tobytes() and after.mode == mode
    assert after.info["icc_profile"] == b"a profile"


@pytest.mark.parametrize("length", [0, 1, 60_000])
@pytest.mark.parametrize("marker", [0xE1, 0xDB, 0xFE])
def test_a_length_that_lies_is_no_jpeg(length: int, marker: int) -> None:
    plain = picture()
    assert bare(plain[:2] + bytes([0xFF, marker]) + length.to_bytes(2, "big") + plain[2:]) is None


@given(st.binary(max_size=300), st.integers(2, 2000), st.binary(min_size=1, max_size=4))
def test_no_bytes_whatever_raise(noise: bytes, at: int, change: bytes) -> None:
    bare(noise)
    bare(b"\xff\xd8" + noise)
    plain = picture()
    changed = bare(plain[:at] + change + plain[at + len(change) :])
    assert changed is None or bare(changed) == changed
    cut = bare(plain[:at])
    assert cut is None or plain.startswith(cut)


@given(st.binary(max_size=120))
def test_any_directory_of_an_exif_is_read_without_a_fault(directory: bytes) -> None:
    plain = picture()
    for start in (b"Exif\0\0II*\0", b"Exif\0\0MM\0*"):
        clean = bare(plain[:2] + segment(0xE1, start + directory) + plain[2:])
        assert clean is not None and len(clean) <= len(plain) + 36
