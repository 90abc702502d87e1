"""What differs from good ones is found where it is, what varies among them is none, and bad bytes say nothing."""

import cv2
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.compare import HEAT_SIDE, OTHER_FEATURES, REGIONS, Comparison, compare, heat_map
from tests.grading.conftest import printed, stored


def scratched(seed: int, x: int = 160, y: int = 120) -> numpy.ndarray:
    picture = printed(seed)
    cv2.rectangle(picture, (x - 12, y - 12), (x + 12, y + 12), (128, 128, 128), -1)
    cv2.line(picture, (x - 12, y - 12), (x + 12, y + 12), (255, 255, 255), 4)
    return picture


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 50), st.integers(60, 95))
def test_a_photo_does_not_differ_from_itself(seed: int, quality: int) -> None:
    found = compare(stored(printed(seed), quality), [stored(printed(seed))])
    assert found.aligned == 1 and found.differences == ()


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 50), st.integers(60, 260), st.integers(60, 180), st.booleans())
def test_a_difference_is_found_where_it_is_whichever_of_the_two_has_it(seed: int, x: int, y: int, other: bool) -> None:
    photo, reference = stored(scratched(seed, x, y)), stored(printed(seed))
    found = compare(*((reference, [photo]) if other else (photo, [reference])))
    assert 1 <= len(found.differences) <= REGIONS
    box = found.differences[0].region
    assert box.left - 20 <= 1000 * x / 320 <= box.left + box.width + 20
    assert box.top - 20 <= 1000 * y / 240 <= box.top + box.height + 20
    confidences = [each.confidence for each in found.differences]
    assert confidences == sorted(confidences, reverse=True) and all(0 < each <= 1000 for each in confidences)


def test_what_one_of_the_good_ones_has_too_is_no_difference() -> None:
    photo = stored(scratched(3), 80)
    assert compare(photo, [stored(printed(3))]).differences
    assert compare(photo, [stored(printed(3)), stored(scratched(3))]).differences == ()


def test_a_part_that_is_not_there_is_called_absent() -> None:
    bare = printed(4)
    bare[90:150, 120:200] = 150
    found = compare(stored(bare), [stored(printed(4))])
    assert any(each.absent for each in found.differences)
    there = compare(stored(printed(4)), [stored(bare)]).differences
    assert there and not any(each.absent for each in there)


def test_the_heat_is_a_small_picture_of_the_same_shape() -> None:
    found = compare(stored(scratched(5)), [stored(printed(5))])
    heat = cv2.imdecode(numpy.frombuffer(found.heat, numpy.uint8), cv2.IMREAD_GRAYSCALE)
    assert heat.shape == (HEAT_SIDE * 3 // 4, HEAT_SIDE)
    whole = heat_map(stored(scratched(5)), [stored(printed(5))])
    assert whole is not None and whole.min() >= 0 and whole.max() <= 1


@pytest.mark.parametrize("other", [b"", b"\xff\xd8\xff", stored(printed(7)), stored(printed(6, 40, 40))])
def test_another_thing_and_what_is_no_photo_cannot_be_compared(other: bytes) -> None:
    photo = stored(printed(6))
    for compared in (compare(photo, [other]), compare(other, [photo])):
        assert compared == Comparison(0, features=compared.features) and compared.features < OTHER_FEATURES
    assert compare(photo, []) == Comparison(0)


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 4000))
def test_damaged_bytes_never_raise(noise: bytes, at: int) -> None:
    photo = stored(printed(8, 96, 96), 60)
    damaged = photo[:at] + noise + photo[at + len(noise) :]
    assert compare(damaged, [photo]).aligned in (0, 1)
