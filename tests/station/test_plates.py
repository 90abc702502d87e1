"""Numbers that stations give out: never the same twice, and a single misread sign or swap is always found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import plates
from station.check_digits import SIGNS, sign_for

STATIONS = st.text(SIGNS, min_size=3, max_size=3)
COUNTS = st.integers(1, 10**12 - 1)


@given(STATIONS, COUNTS)
def test_what_is_made_is_read_back(station: str, count: int) -> None:
    expected = plates.Plate(station, count)
    assert plates.parse(plates.make(station, count)) == expected
    assert plates.parse_bin(plates.make_bin(station, count)) == expected
    assert plates.parse(plates.make_bin(station, count)) is None
    assert plates.parse_bin(plates.make(station, count)) is None


@given(STATIONS, COUNTS, st.data())
def test_single_wrong_sign_is_found(station: str, count: int, data: st.DataObject) -> None:
    for number, parse in (
        (plates.make(station, count), plates.parse),
        (plates.make_bin(station, count), plates.parse_bin),
    ):
        place = data.draw(st.integers(0, len(number) - 1))
        sign = data.draw(st.sampled_from([each for each in SIGNS if each != number[place]]))
        assert parse(number[:place] + sign + number[place + 1 :]) is None


@given(STATIONS, COUNTS)
def test_swapped_neighbours_are_found(station: str, count: int) -> None:
    for number, parse in (
        (plates.make(station, count), plates.parse),
        (plates.make_bin(station, count), plates.parse_bin),
    ):
        for place in range(len(number) - 1):
            swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
            assert swapped == number or parse(swapped) is None


@given(st.text(SIGNS, max_size=20))
def test_swaps_across_a_sign_and_twins_are_found(body: str) -> None:
    whole = body + sign_for(body)
    for place in range(len(whole) - 2):
        a, b, c = whole[place : place + 3]
        across = whole[:place] + c + b + a + whole[place + 3 :]
        assert across == whole or sign_for(across[:-1]) != across[-1]
        if a == b:
            twin = SIGNS[(SIGNS.index(a) + 1) % 36] * 2
            doubled = whole[:place] + twin + whole[place + 2 :]
            assert sign_for(doubled[:-1]) != doubled[-1]


def test_check_sign_is_exhaustively_right_for_two_signs() -> None:
    """Every two-sign text: no wrong sign and no swap in the three signs leaves a valid text."""
    valid = {a + b + sign_for(a + b) for a in SIGNS for b in SIGNS}
    for text in valid:
        a, b, c = text
        assert b == a or b + a + c not in valid
        assert c == b or a + c + b not in valid
        assert sum(each + b + c in valid for each in SIGNS) == 1
        assert sum(a + each + c in valid for each in SIGNS) == 1
        assert sum(a + b + each in valid for each in SIGNS) == 1


@given(st.text(max_size=30))
def test_anything_else_is_no_plate(text: str) -> None:
    found = plates.parse(text)
    assert found is None or plates.make(found.station, found.count) == text


@pytest.mark.parametrize(
    "text",
    ["", "LPN", "LPNA0100000000", "lpna010000017k", "LPNA010000017K ", "LPNA01000000170K", "LPNA01٠٠٠٠٠١٧K"],
)
def test_near_misses_are_no_plates(text: str) -> None:
    assert plates.parse("LPNA010000017K") == plates.Plate("A01", 17)
    assert plates.parse(text) is None


def test_numbers_stay_as_they_are_once_printed() -> None:
    assert plates.make("A01", 17) == "LPNA010000017K"
    assert plates.make("A01", 12_345_678).startswith("LPNA0112345678")
    assert plates.make_bin("A01", 17) == "BIN-A01-0017X"
    assert plates.parcel_id("A01", 17) == "P-A01-17"
    assert plates.item_id("A01", 17) == "I-A01-17"
    assert plates.shift_id("A01", 17) == "S-A01-17"
    assert plates.exception_id("A01", 17) == "E-A01-17"


@pytest.mark.parametrize(
    ("station", "count"), [("a01", 1), ("A1", 1), ("A001", 1), ("Ä01", 1), ("A01", 0), ("A01", 10**12)]
)
@pytest.mark.parametrize("make", [plates.make, plates.make_bin, plates.parcel_id, plates.item_id, plates.shift_id])
def test_station_or_count_out_of_range_is_refused(make: object, station: str, count: int) -> None:
    with pytest.raises(ValueError):
        make(station, count)  # type: ignore[operator]


@given(STATIONS, COUNTS)
def test_read_aloud_or_typed_off_a_label_it_is_the_same_number(station: str, count: int) -> None:
    for number in (plates.make(station, count), plates.make_bin(station, count)):
        shown = plates.readable(number)
        assert shown.upper() == number
        assert not set("OI") & set(shown.removeprefix("BIN"))
        assert shown == number or set(shown) & set("oi")


@pytest.mark.parametrize("text", ["", "INOI", "BIN-OUTLET", "LPNA010000017X", "Iron"])
def test_other_texts_are_shown_as_they_are(text: str) -> None:
    assert plates.readable(text) == text
