"""What print and codes may be: named by words, by shapes or by check digits, and never claimed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.reading import (
    MOST_READINGS,
    Patterns,
    ReadingsError,
    compare,
    find,
    gtin_is_right,
    imei_is_right,
    load,
    vin_is_right,
)
from grading.text import Line
from resources import find as resources

PATTERNS = load(resources.read("readings.toml"))
IMEI = "490154203237518"


def lines(*texts: str) -> list[Line]:
    """Lines one under the other, far enough apart to have nothing to do with each other."""
    return [Line(text, 990, (10, 10 + place * 200, 12 * len(text), 30)) for place, text in enumerate(texts)]


def read(*texts: str, codes: tuple[str, ...] = ()) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in find(lines(*texts), codes, PATTERNS):
        found.setdefault(each.kind, []).append(each.text)
    return found


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("S/N:H2224425130", "serial", "H2224425130"),
        ("SN H2224425130", "serial", "H2224425130"),
        ("Serial No. AB12-3456", "serial", "AB12-3456"),
        ("FCC ID: BCGA2337 andIC:579C-A2337 Serlal C02G7BDVQ6L4", "serial", "C02G7BDVQ6L4"),
        ("SI.# C02Y95LGJG5H", "serial", "C02Y95LGJG5H"),
        ("Serial number: 123 456 78", "serial", "12345678"),
        ("N.º de serie: AB123456", "serial", "AB123456"),
        ("Seriennummer AB123456", "serial", "AB123456"),
        ("Numéro de série AB123456 Made in France", "serial", "AB123456"),
        ("MODEL NO: WH-1000XM4", "model", "WH-1000XM4"),
        (f"IMEI: {IMEI}", "imei", IMEI),
        ("IMEI 49 015420 323751 8", "imei", IMEI),
        (IMEI, "imei", IMEI),
        ("MAC: 00:1A:2B:3C:4D:5E", "mac", "00:1A:2B:3C:4D:5E"),
        ("LOT 4711B", "lot", "4711B"),
        ("Lote: A-12", "lot", "A-12"),
        ("Charge: 77X", "lot", "77X"),
        ("VIN 1M8GDM9AXKP042788", "vin", "1M8GDM9AXKP042788"),
        ("V.I.N.: 1HGCM82633A004352", "vin", "1HGCM82633A004352"),
        ("Fahrzeug-Ident-Nr. WVWZZZ1JZ3W386752", "vin", "WVWZZZ1JZ3W386752"),
        ("VIN 1M8GDM9AXKPO42788", "vin", "1M8GDM9AXKP042788"),
        ("4006381333931", "gtin", "4006381333931"),
        ("EXP 03/2027", "expiry", "2027-03-31"),
        ("Best before end: Aug 2027", "expiry", "2027-08-31"),
        ("Cad: 31 DIC 2027", "expiry", "2027-12-31"),
        ("MHD 12.2026", "expiry", "2026-12-31"),
        ("A consommer de préférence avant fin: 05/2027", "expiry", "2027-05-31"),
        ("(01)09506000134352(17)270331(10)ABC", "expiry", "2027-03-31"),
        ("(01)09506000134352(17)270331(10)ABC", "lot", "ABC"),
    ],
)
def test_what_a_line_says(text: str, kind: str, value: str) -> None:
    assert value in read(text).get(kind, [])


@pytest.mark.parametrize(
    "text", ["MFG 01/2024", "Hergestellt 03.2024", "Made 01.02.2024", "01/02/2024", "03/2027", "FCC ID 03/2027"]
)
def test_a_date_that_no_word_calls_an_expiry_is_none(text: str) -> None:
    assert "expiry" not in read(text)


@pytest.mark.parametrize(
    "text", ["LOT SIZE", "Charge 5V", "CHARGE: 100-240V", "LOT: XX", "BATCH NO SEE BOTTOM", "Lot 1"]
)
def test_what_stands_where_a_lot_could_is_not_always_one(text: str) -> None:
    assert "lot" not in read(text)


def test_a_vehicle_number_whose_check_digit_is_wrong_or_that_was_changed_is_less_sure() -> None:
    said = ("VIN 1M8GDM9AXKP042788", "VIN 1M8GDM9A1KP042788", "VIN 1M8GDM9AXKPO42788")
    sure, wrong, changed = (find(lines(text), (), PATTERNS)[0].confidence for text in said)
    assert sure == 990 and wrong == changed < 850


@pytest.mark.parametrize("text", ["1M8GDM9AXKP042788", "S/N 1M8GDM9AXKP042788"])
def test_a_check_digit_alone_makes_no_vehicle_number(text: str) -> None:
    assert vin_is_right("1M8GDM9AXKP042788")
    assert "vin" not in read(text)


@given(st.text("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", min_size=17, max_size=17), st.integers(0, 16), st.data())
def test_a_vehicle_numbers_check_digit_knows_a_wrong_digit(number: str, place: int, data: st.DataObject) -> None:
    (right,) = [made for sign in "0123456789X" if vin_is_right(made := number[:8] + sign + number[9:])]
    other = data.draw(st.sampled_from("0123456789"))
    if place != 8 and right[place].isdigit() and right[place] != other:
        assert not vin_is_right(right[:place] + other + right[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "1M8GDM9AXKP04278", "1M8GDM9AXKP0427881", "IM8GDM9AXKP042788", "1m8gdm9axkp042788", "١" * 17]
)
def test_what_is_no_vehicle_number_is_none(text: str) -> None:
    assert not vin_is_right(text)


def test_two_things_in_one_line_are_two() -> None:
    assert read("LOT 4711B EXP 03/2027") == {"lot": ["4711B"], "expiry": ["2027-03-31"]}


@pytest.mark.parametrize("below", [False, True])
def test_a_word_alone_speaks_of_the_line_beside_or_below_it(below: bool) -> None:
    name = Line("Serial No.", 980, (20, 100, 120, 30))
    value = Line("AB123456", 970, (20, 135, 140, 30) if below else (170, 102, 140, 30))
    far = Line("CD999999", 990, (600, 700, 140, 30))
    (serial,) = (each for each in find((far, name, value), (), PATTERNS) if each.kind == "serial")
    assert (serial.text, serial.confidence, serial.box) == ("AB123456", 970, value.box)


def test_a_number_without_a_word_is_only_a_token_and_less_sure() -> None:
    (token,) = find(lines("QX-123456"), (), PATTERNS)
    assert (token.kind, token.text) == ("token", "QX-123456")
    assert token.confidence < 990


def test_letters_in_an_imei_are_tried_as_digits_and_luhn_decides() -> None:
    (good,) = (each for each in find(lines("IMEI 49O154203237518"), (), PATTERNS) if each.kind == "imei")
    assert good.text == IMEI and good.confidence < 990
    assert "imei" not in read("IMEI 49O154203237519")


def test_a_gs1_code_says_batch_and_date() -> None:
    found = read(codes=("010950600013435217270331" + "10LOT7\x1d21X", "nonsense", ""))
    assert found == {"expiry": ["2027-03-31"], "lot": ["LOT7"]}


def test_a_date_with_two_meanings_names_both() -> None:
    (reading,) = find(lines("EXP 03/04/27"), (), PATTERNS)
    assert (reading.text, reading.others) == ("2027-03-04", ("2027-04-03",))


@pytest.mark.parametrize(
    ("read_", "known", "likeness"),
    [
        ("H2224425130", "H2224425130", "same"),
        ("h2224 425-130", "H2224425130", "same"),
        ("H222442513O", "H2224425130", "alike"),
        ("S5BI0", "551I0", "different"),
        ("SBI0X", "58I0X", "alike"),
        ("H222442513", "H2224425130", "alike"),
        ("H2224425131", "H2224425130", "different"),
        ("", "H2224425130", "different"),
        ("", "", "different"),
    ],
)
def test_how_a_reading_stands_to_a_known_number(read_: str, known: str, likeness: str) -> None:
    assert compare(read_, known) == likeness


SIGNS = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-", min_size=1, max_size=20)


@given(SIGNS, SIGNS)
def test_comparing_has_no_direction(one: str, other: str) -> None:
    assert compare(one, other) == compare(other, one)


@given(st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_of_an_imei_shows(place: int, more: int) -> None:
    wrong = str((int(IMEI[place]) + more) % 10)
    assert not imei_is_right(IMEI[:place] + wrong + IMEI[place + 1 :])


@given(st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_of_a_gtin_shows(place: int, more: int) -> None:
    number = "4006381333931"
    assert gtin_is_right(number)
    wrong = str((int(number[place]) + more) % 10)
    assert not gtin_is_right(number[:place] + wrong + number[place + 1 :])


@given(st.lists(st.text(max_size=60), max_size=12), st.lists(st.text(max_size=60), max_size=4))
def test_any_print_gives_few_readings_and_no_error(texts: list[str], codes: list[str]) -> None:
    found = find(lines(*texts), codes, PATTERNS)
    assert len(found) <= MOST_READINGS
    assert len({(each.kind, each.text) for each in found}) == len(found)
    assert all(0 <= each.confidence <= 1000 for each in found)


@pytest.mark.parametrize(
    "toml", [b"", b"shots = 3", b'shots = []\n[words]\n[months]\n[[serial]]\nbrand = "x"\npattern = "("', b"\xff"]
)
def test_a_broken_table_says_so(toml: bytes) -> None:
    with pytest.raises(ReadingsError, match="table of readings"):
        load(toml)


def test_the_shots_that_show_labels_exist() -> None:
    shots = {
        line.split('"')[1]
        for file in Path(resources.path("rubrics")).glob("*.toml")
        for line in file.read_text("utf-8").split("[[questions]]")[0].splitlines()
        if line.startswith("id = ")
    }
    assert isinstance(PATTERNS, Patterns)
    assert {"label", "batch"} <= PATTERNS.shots & shots
