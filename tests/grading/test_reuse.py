"""A copy of a photo is found however it is turned, mirrored, cropped or stored, and only a copy is proved one."""

from typing import Any

import cv2
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading import reuse
from tests.grading.conftest import printed, stored

KEPT = [reuse.prints(stored(printed(seed))) or b"" for seed in range(30)]
CHUNKS = b"".join(reuse.chunks_of(each) for each in KEPT)
SIEVE = b"".join(reuse.sieve_of(each) for each in KEPT)


def looked(picture: Any) -> list[int]:
    """The rows that are nearest to a picture."""
    asked = reuse.probes(stored(picture, 70))
    passed = reuse.passing(CHUNKS, SIEVE, asked, reuse.near_chunks(asked))
    size = reuse.PRINT_BYTES
    return [
        each.row
        for each in reuse.nearest(((row, KEPT[row][crop * size : (crop + 1) * size]) for _, row, crop in passed), asked)
    ]


def position(picture: Any, quarters: int, mirrored: bool) -> Any:
    turned = numpy.ascontiguousarray(numpy.rot90(picture, quarters))
    return cv2.flip(turned, 1) if mirrored else turned


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 29), st.integers(0, 3), st.booleans())
def test_a_copy_in_any_of_the_eight_positions_is_found_first(seed: int, quarters: int, mirrored: bool) -> None:
    assert looked(position(printed(seed), quarters, mirrored))[:1] == [seed]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 29), st.integers(0, 4), st.integers(0, 3))
def test_a_crop_like_one_that_is_kept_is_found(seed: int, crop: int, quarters: int) -> None:
    across, down = ((0.5, 0.5), (0, 0), (1, 0), (0, 1), (1, 1))[crop]
    wide, high = round(0.91 * 320), round(0.91 * 240)
    left, top = round(across * (320 - wide)), round(down * (240 - high))
    cropped = printed(seed)[top : top + high, left : left + wide]
    assert seed in looked(position(cropped, quarters, False))


@pytest.mark.parametrize("seed", range(100, 110))
def test_what_was_never_kept_is_not_found(seed: int) -> None:
    assert looked(printed(seed)) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=12))
def test_what_passes_is_near_bounded_and_the_likest_first(asked: list[bytes]) -> None:
    wanted = [*asked, KEPT[3][:32]]
    passed = reuse.passing(CHUNKS, SIEVE, wanted, reuse.near_chunks(wanted))
    for each in passed:
        assert 0 <= each.bits <= reuse.SIEVE_BITS and each.row < 30 and each.crop < reuse.CROPS
    assert passed[0] == (0, 3, 0) and list(passed) == sorted(passed) and len(passed) <= reuse.PASSING


def test_of_a_million_alike_only_so_many_pass() -> None:
    alike = 2 * reuse.PASSING // reuse.CROPS
    one = KEPT[0][:32] * reuse.CROPS
    wanted = [KEPT[0][:32]]
    table = reuse.near_chunks(wanted)
    passed = reuse.passing(reuse.chunks_of(one) * alike, reuse.sieve_of(one) * alike, wanted, table)
    assert len(passed) == reuse.PASSING


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 40), st.integers(0, 3), st.booleans())
def test_one_picture_is_proved_whichever_is_asked_about(seed: int, quarters: int, mirrored: bool) -> None:
    one, other = stored(printed(seed)), stored(position(printed(seed), quarters, mirrored), 60)
    assert reuse.likeness(one, other) >= reuse.SAME
    assert reuse.likeness(other, one) >= reuse.SAME


@pytest.mark.parametrize("seed", range(6))
def test_another_thing_is_never_proved(seed: int) -> None:
    assert reuse.likeness(stored(printed(seed)), stored(printed(seed + 50))) < reuse.SAME
    recoloured = stored(printed(seed)[..., ::-1])
    assert reuse.likeness(stored(printed(seed)), recoloured) < reuse.SAME


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 4000))
def test_damaged_bytes_never_raise(noise: bytes, at: int) -> None:
    photo = stored(printed(8, 96, 96), 60)
    damaged = photo[:at] + noise + photo[at + len(noise) :]
    kept = reuse.prints(damaged)
    assert kept is None or len(kept) == reuse.PRINTS_BYTES
    assert (kept is None) == (reuse.probes(damaged) == ())
    assert 0 <= reuse.likeness(damaged, photo) <= 1000
    assert reuse.prints(noise) is None and reuse.probes(noise) == () and reuse.likeness(noise, photo) == 0
