"""A length is told from what the fact remembers of the mat."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from station.facts import decode, encode
from station.inputs import PhotoChecked
from station.inspecting.facts import PhotoTaken
from station.lengths import length_um

# Seen from straight above: a photo 400 mm wide and 300 mm high.
ABOVE = (0.4, 0.0, 0.0, 0.0, 0.3, 0.0, 0.0, 0.0, 1.0)
permille = st.integers(0, 1000)


def test_without_a_mat_there_is_no_length() -> None:
    assert length_um(PhotoTaken("I1", "front", "ab" * 32, 1), 0, 0, 1000, 0) is None


@given(permille, permille, permille, permille)
def test_a_length_is_that_on_the_sheet(x: int, y: int, u: int, v: int) -> None:
    photo = PhotoTaken("I1", "front", "ab" * 32, 1, mat=ABOVE)
    read = decode("PhotoTaken", 1, encode(photo))
    assert isinstance(read, PhotoTaken)
    true = ((400 * (x - u)) ** 2 + (300 * (y - v)) ** 2) ** 0.5
    assert length_um(read, x, y, u, v) == length_um(read, u, v, x, y)
    assert abs((length_um(read, x, y, u, v) or 0) - true) <= 0.51
    assert length_um(PhotoChecked("", "", 1, mat=ABOVE), x, y, u, v) == length_um(photo, x, y, u, v)


def test_an_old_fact_has_no_mat() -> None:
    old = msgspec.json.encode({"t": "PhotoTaken", "item": "I1", "shot": "front", "sha256": "ab" * 32, "size": 1})
    photo = decode("PhotoTaken", 1, old)
    assert isinstance(photo, PhotoTaken) and (photo.mat, photo.shared_sha256) == ((), "")
