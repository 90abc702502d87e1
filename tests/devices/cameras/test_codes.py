"""Codes in live pictures: one scan for each time a code is shown, however often and badly it is read."""

from itertools import pairwise

import cv2
import numpy as np
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from devices.cameras.codes import Code, CodeReader, CodeSettings, Shown

A, B = Code("4006381333931", "]E0"), Code("10AB\x1d21X", "]d2")
SETTINGS = CodeSettings(reads=2, gone_looks=3, gone_s=0.7)


def seen(looks: list[set[Code]], every_s: float = 0.25) -> list[list[Code]]:
    shown = Shown(SETTINGS)
    return [shown.see(codes, number * every_s) for number, codes in enumerate(looks)]


def test_a_code_counts_at_its_second_read_and_not_again() -> None:
    assert seen([{A}, {A}, {A}, {A, B}, {A, B}, {A, B}]) == [[], [A], [], [], [B], []]


def test_a_look_that_fails_or_a_hand_over_it_is_no_new_scan() -> None:
    assert seen([{A}, {A}, set(), {A}, set(), set(), {A}, {A}]) == [[], [A], [], [], [], [], [], []]


def test_a_code_that_left_is_a_new_scan_when_it_comes_back() -> None:
    gone = [set()] * 4
    assert seen([{A}, {A}, *gone, {A}, {A}]) == [[], [A], [], [], [], [], [], [A]]


def test_looks_in_quick_succession_do_not_make_it_gone() -> None:
    assert seen([{A}, {A}, *[set()] * 6, {A}, {A}], every_s=0.1)[-1] == []


def test_a_code_read_once_and_once_again_much_later_does_not_count() -> None:
    assert seen([{A}, *[set()] * 4, {A}, *[set()] * 4, {A}]) == [[]] * 11


def test_a_camera_that_was_away_does_not_scan_anew_what_still_lies_there() -> None:
    shown = Shown(SETTINGS)
    assert [shown.see({A}, 0.0), shown.see({A}, 0.3)] == [[], [A]]
    assert [shown.see({A}, 60.0), shown.see({A}, 60.3)] == [[], []]


@given(st.lists(st.sets(st.sampled_from([A, B])), max_size=40))
def test_between_two_scans_of_a_code_it_was_away(looks: list[set[Code]]) -> None:
    scans = seen(looks)
    for code in (A, B):
        at = [number for number, codes in enumerate(scans) if code in codes]
        for before, after in pairwise(at):
            between = [code in codes for codes in looks[before : after + 1]]
            assert any(not any(between[start : start + 3]) for start in range(len(between) - 2))
        assert sum(code in codes for codes in looks) >= 2 * len(at)


def picture(*texts: str) -> np.ndarray:
    """A white table with Data Matrix codes on it."""
    table = np.full((720, 1280, 3), 235, np.uint8)
    for place, text in enumerate(texts):
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix)
        image = np.array(code.to_image(scale=6))
        high, wide = image.shape[:2]
        table[100 : 100 + high, 100 + 400 * place : 100 + 400 * place + wide] = image[..., None]
    return table


def noisy(table: np.ndarray, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(-3, 4, table.shape[:2])[..., None]
    return np.clip(table + noise, 0, 255).astype(np.uint8)


def test_a_still_picture_is_read_until_it_is_settled_and_then_left_alone(monkeypatch) -> None:
    reads = []
    real = zxingcpp.read_barcodes
    monkeypatch.setattr(zxingcpp, "read_barcodes", lambda *args, **more: reads.append(1) or real(*args, **more))
    reader = CodeReader("camera", SETTINGS)
    table = picture("PLATE-1")
    scans = [reader.look(cv2, noisy(table, number), number * 1.0) for number in range(6)]
    assert [[scan.text for scan in each] for each in scans] == [[], ["PLATE-1"], [], [], [], []]
    assert len(reads) == 2
    both = picture("PLATE-1", "PLATE-2")
    scans = [reader.look(cv2, noisy(both, number), 10.0 + number) for number in range(4)]
    assert [[scan.text for scan in each] for each in scans] == [[], ["PLATE-2"], [], []]
    assert len(reads) == 4


def test_looks_are_bounded_by_rate_and_by_what_they_take() -> None:
    reader = CodeReader("camera", CodeSettings(per_s=4.0))
    assert reader.due(0.0)
    assert reader.look(cv2, picture("X"), 100.0) == []
    assert not reader.due(100.2)
    assert reader.due(160.0)
