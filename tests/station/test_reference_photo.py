"""A photograph beside an answer is upright, small and nothing but the picture; what cannot be one says why."""

import io

import pytest
from PIL import Image

from grading.jpeg import decode
from station.reference_photo import MOST_BYTES, SIZE, NotAPicture, cleaned, read
from tests.bad_pictures import BROKEN, FOREIGN, ODD, drawn, saved, turned

SAYS = {
    "nothing": "it is empty",
    "PNG of 16 bits": "16 bits for each colour; save it with 8",
    "PNG of 16 bits in colour": "16 bits for each colour; save it with 8",
    "a PNG that claims too much": "more than 50 million pixels",
    "bomb": "more than 50 million pixels",
    "huge": "more than 50 million pixels",
    "only the beginning": "did not come whole",
    "cut off in its header": "did not come whole",
    "cut off in its middle": "did not come whole",
    "larger than its bytes": "did not come whole",
    "endless passes": "did not come whole",
    "no height": "did not come whole",
    "animated PNG": "save one picture of it",
    "a PNG that is cut off": "did not come whole",
    "one pixel": "too small to show anything",
    "a strip": "crop it",
    "CMYK": "save it as RGB",
    "PNG": "too small to show anything",
    "filling without end": "did not come whole",
    "segments of no length": "did not come whole",
}
TAKEN = {"grey", "turned", "something behind it"}


@pytest.mark.parametrize("name", [*FOREIGN, *BROKEN, *sorted(ODD.keys() - TAKEN)])
def test_what_cannot_stand_beside_an_answer_says_why(name: str) -> None:
    with pytest.raises(NotAPicture, match=SAYS.get(name, "neither a JPEG nor a PNG")):
        cleaned({**FOREIGN, **BROKEN, **ODD}[name])


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_other_jpegs_are_taken_as_they_are_seen(name: str) -> None:
    pixels = decode(cleaned(ODD[name]))
    assert pixels is not None and pixels.shape[2] == 3
    assert (pixels.shape[0] > pixels.shape[1]) == (name == "turned")


def test_a_photograph_is_made_small_and_keeps_nothing_but_the_picture() -> None:
    exif = turned(6)
    exif[0x010F] = "SECRET-MAKER"
    exif.get_ifd(0x8825)[1] = "N"
    made = cleaned(saved(drawn(size=(3_000, 2_000)), exif=exif, comment=b"SECRET-COMMENT"))
    assert b"SECRET" not in made and b"Exif" not in made
    with Image.open(io.BytesIO(made)) as image:
        assert image.size == (320, 480) and image.format == "JPEG" and not image.getexif()


def test_what_is_seen_through_stands_on_white() -> None:
    image = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    pixels = decode(cleaned(saved(image, "PNG")))
    assert pixels is not None and pixels.min() > 250


def test_a_telephones_photo_of_several_pictures_is_its_first() -> None:
    """MPO: a JPEG with a second one behind it, which most telephones of today write."""
    content = saved(drawn(size=(900, 600)), "MPO", save_all=True, append_images=[drawn("L", (90, 60)).convert("RGB")])
    with Image.open(io.BytesIO(cleaned(content))) as image:
        assert image.size == SIZE


def test_a_file_without_end_is_refused_by_its_beginning(tmp_path) -> None:
    endless = tmp_path / "endless.jpg"
    endless.symlink_to("/dev/zero")
    with pytest.raises(NotAPicture, match=f"more than {MOST_BYTES // 1024**2} MB"):
        read(endless)
