"""What a scanned code is taken for: published numbers of every carrier, GS1 codes, our own, and rubbish."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import plates
from station.check_digits import SIGNS, gs1_is_right
from station.codes import (
    LONGEST,
    Candidate,
    Patterns,
    gtin_form,
    is_of_a_parcel,
    plain,
    read_patterns,
    recognise,
    tracking_form,
)

TABLE = Path(__file__).parents[2] / "resources" / "carriers.toml"
PATTERNS = read_patterns(TABLE.read_bytes())

# Numbers that carriers and posts publish as examples, or free software tests with: code -> (carrier, number).
PUBLISHED = {
    "1Z5R89390357567127": ("UPS", "1Z5R89390357567127"),
    "1Z879E930346834440": ("UPS", "1Z879E930346834440"),
    "1Z410E7W0392751591": ("UPS", "1Z410E7W0392751591"),
    "1Z12345E6605272234": ("UPS", "1Z12345E6605272234"),
    "1zxx3150yw44070023": ("UPS", "1ZXX3150YW44070023"),
    " 1 Z 8 V 9 2 A 7 0 3 6 7 2 0 3 0 2 4 ": ("UPS", "1Z8V92A70367203024"),
    "986578788855": ("FedEx", "986578788855"),
    "477179081230": ("FedEx", "477179081230"),
    "7905 3531 2317": ("FedEx", "790535312317"),
    "0414 4176 0228 964": ("FedEx", "041441760228964"),
    "568283610012734": ("FedEx", "568283610012734"),
    "9611020987654312345672": ("FedEx", "987654312345672"),
    "1001921334250001000300779017972697": ("FedEx", "779017972697"),
    "1027590111820004833500785458233610": ("FedEx", "785458233610"),
    "9622001900000000000000776632517510": ("FedEx", "776632517510"),
    "9632001560123456789900794808390594": ("FedEx", "794808390594"),
    "32971514560102447849175802862014": ("FedEx", "784917580286"),
    "420787459400111206206406260787": ("USPS", "9400111206206406260787"),
    "420 11213 92 6129098349792366623 8": ("USPS", "9261290983497923666238"),
    "4201028200009261290113185417468510": ("USPS", "9261290113185417468510"),
    "4201002334249200190132607600833457": ("USPS", "9200190132607600833457"),
    "9400 1112 0108 0805 4830 16": ("USPS", "9400111201080805483016"),
    "9505 5110 6960 5048 6006 24": ("USPS", "9505511069605048600624"),
    "9101 1234 5678 9000 0000 13": ("USPS", "9101123456789000000013"),
    "0307 1790 0005 2348 3741": ("USPS", "03071790000523483741"),
    "7112 3456 7891 2345 6787": ("USPS", "71123456789123456787"),
    "RB123456785GB": ("UPU", "RB123456785GB"),
    "rb 123 456 785 us": ("UPU", "RB123456785US"),
    "3318810025": ("DHL", "3318810025"),
    "8487135506": ("DHL", "8487135506"),
    "JJD014600003077453203": ("DHL", "JJD014600003077453203"),
    "JVGL0999999990": ("DHL", "JVGL0999999990"),
    "GM295117494011169042": ("DHL", "GM295117494011169042"),
    "TBA619632698000": ("Amazon", "TBA619632698000"),
}
# Published as wrong: the same shapes with a check digit that does not fit.
MISREAD = {
    "1Z5R89390357567128": "UPS",
    "1Z1111111111111111": "UPS",
    # In UPS's own documents, and wrong all the same.
    "1Z12345E0205271688": "UPS",
    "9400111206206406260788": "USPS",
    "4201028200009261290113185417468511": "USPS",
    "9600000000000000000001": "FedEx",
    "9622001560001234567100794808390595": "FedEx",
    "996578788855": "",
    "568283610012732": "",
    "1001901781990001000300617767839438": "",
    "RB123456786US": "",
    "RB123456785XX": "",
    "3318810010": "",
}


def first(text: str, aim: str = "") -> Candidate:
    return recognise(text, aim, PATTERNS)[0]


def kinds(text: str, aim: str = "") -> list[str]:
    return [each.kind for each in recognise(text, aim, PATTERNS)]


def trackings(text: str) -> list[tuple[str, str]]:
    found = recognise(text, "", PATTERNS)
    return [(each.carrier, each.value) for each in found if each.kind == "tracking"]


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_number_is_its_carriers(code: str) -> None:
    assert PUBLISHED[code] in trackings(code)
    assert tracking_form(code, PATTERNS) == trackings(code)[0][1]


@pytest.mark.parametrize("code", MISREAD)
def test_wrong_check_digit_leaves_the_literal_number(code: str) -> None:
    assert trackings(code) == []
    literal = recognise(code, "", PATTERNS)[-1]
    assert (literal.kind, literal.value, literal.carrier) == ("other", code, MISREAD[code])


def _corruptions(number: str, at: range) -> list[tuple[int, str, str]]:
    """Every single wrong digit of a number at the places given: place, new digit, new number."""
    return [
        (place, digit, number[:place] + digit + number[place + 1 :])
        for place in at
        for digit in string.digits
        if number[place].isdigit() and number[place] != digit
    ]


@pytest.mark.parametrize(
    ("number", "starts"),
    [
        ("9400111206206406260787", 2),
        ("568283610012734", 0),
        ("03071790000523483741", 20),
        ("9611020987654312345672", 7),
    ],
)
def test_weights_three_and_one_find_every_single_wrong_digit(number: str, starts: int) -> None:
    for _, _, wrong in _corruptions(number, range(starts, len(number))):
        assert trackings(wrong) == [], wrong


def test_ups_scheme_is_blind_to_a_doubled_digit_off_by_five_and_to_nothing_else() -> None:
    number = "1Z12345E6605272234"
    for place, digit, wrong in _corruptions(number, range(2, len(number))):
        doubled = place % 2 == 1 and place != len(number) - 1
        unseen = doubled and abs(int(number[place]) - int(digit)) == 5
        assert (("UPS", wrong) in trackings(wrong)) == unseen, wrong


def test_dhl_scheme_is_blind_to_digits_seven_apart_and_to_nothing_else() -> None:
    number = "3318810025"
    for place, digit, wrong in _corruptions(number, range(10)):
        unseen = place < 9 and abs(int(number[place]) - int(digit)) == 7
        assert (("DHL", wrong) in trackings(wrong)) == unseen, wrong


@pytest.mark.parametrize(("number", "checked"), [("986578788855", range(11)), ("RB123456785GB", range(2, 10))])
def test_modulo_11_schemes_fold_two_remainders_and_miss_at_most_one_digit_a_place(number: str, checked: range) -> None:
    missed = [place for place, _, wrong in _corruptions(number, range(len(number))) if trackings(wrong)]
    assert len(missed) == len(set(missed))
    assert set(missed) <= set(checked)


def test_s10_writes_ten_as_0_and_eleven_as_5() -> None:
    assert trackings("RA101000000GB") and trackings("RA000000005GB")
    assert not trackings("RA101000001GB") and not trackings("RA000000000GB")


@pytest.mark.parametrize("size", [10, 12, 15, 18, 20, 22, 34])
def test_noughts_are_nobodys_number(size: int) -> None:
    assert kinds("0" * size) == ["other"]


def test_fedex_wrapper_has_34_digits() -> None:
    wrapped = "1001921334250001000300779017972697"
    assert trackings(wrapped) == [("FedEx", "779017972697")]
    assert ("FedEx", "779017972697") not in trackings(wrapped[:20] + wrapped[22:])


def test_zip_code_before_a_usps_number_is_no_fedex_wrapper() -> None:
    """The last 14 digits of some USPS numbers have a right FedEx check digit by chance."""
    fedex = Patterns(tuple(each for each in PATTERNS.numbers if each.carrier == "FedEx"), ())
    numbers = (f"92001901326076{count:07d}" for count in range(1000))
    whole = [next(each + d for d in string.digits if gs1_is_right(each + d)) for each in numbers]
    assert any(recognise("100192133425" + each, "", fedex)[0].kind == "tracking" for each in whole)
    assert all(recognise("420100233424" + each, "", fedex)[0].kind == "other" for each in whole)


@given(st.integers(0, 10**11 - 1), st.data())
def test_single_wrong_digit_never_leaves_a_gtin(payload: int, data: st.DataObject) -> None:
    body = f"{payload:011d}"
    number = next(body + digit for digit in string.digits if gs1_is_right(body + digit))
    place = data.draw(st.integers(0, 11))
    digit = data.draw(st.sampled_from([each for each in string.digits if each != number[place]]))
    wrong = number[:place] + digit + number[place + 1 :]
    assert gtin_form(number) == ("00" + number if number.strip("0") else "")
    assert gtin_form(wrong) == ""
    assert "gtin" not in kinds(wrong, "]E0")


@pytest.mark.parametrize(
    ("code", "gtin"),
    [
        ("96385074", "00000096385074"),
        ("036000291452", "00036000291452"),
        ("9501101530003", "09501101530003"),
        ("5901234123457", "05901234123457"),
        ("10614141000415", "10614141000415"),
        ("0036000291452", "00036000291452"),
    ],
)
@pytest.mark.parametrize("aim", ["", "]E0", "]C0"])
def test_gtin_of_any_length_has_one_normal_form(code: str, gtin: str, aim: str) -> None:
    best = first(code, aim)
    assert (best.kind, best.value, best.gtin) == ("gtin", gtin, gtin)
    assert gtin_form(code) == gtin
    assert recognise(code, aim, PATTERNS)[-1] == Candidate("other", code, score=10)


def test_upc_e_is_the_upc_a_it_stands_for() -> None:
    assert first("04252614").value == "00042100005264"


def test_twelve_digits_with_two_right_check_digits_are_both_and_the_symbol_decides() -> None:
    both = next(
        number
        for number in (f"7{count:011d}" for count in range(10**6))
        if gs1_is_right(number) and ("FedEx", number) in trackings(number)
    )
    assert kinds(both) == ["gtin", "tracking", "other"]
    assert kinds(both, "]C0") == ["tracking", "gtin", "other"]
    assert kinds(both, "]E0")[0] == "gtin"
    gap = {aim: _score(both, aim, "gtin") - _score(both, aim, "tracking") for aim in ("", "]E0", "]C0")}
    assert gap["]E0"] > gap[""] > gap["]C0"]


def _score(text: str, aim: str, kind: str) -> int:
    return next(each.score for each in recognise(text, aim, PATTERNS) if each.kind == kind)


FULL = Candidate("gtin", "09506000134352", "", 98, "09506000134352", "X9Y", "AB", "2025-12-31")


@pytest.mark.parametrize(
    ("text", "aim"),
    [
        ("010950600013435210AB\x1d21X9Y\x1d17251231", "]d2"),
        ("010950600013435210AB\x1d21X9Y\x1d17251231", "]Q3"),
        ("\x1d010950600013435210AB\x1d21X9Y\x1d17251231\r", ""),
        ("0109506000134352172512312" + "1X9Y\x1d10AB", "]C1"),
        ("(01)09506000134352(10)AB(21)X9Y(17)251231", ""),
        ("https://id.gs1.org/01/09506000134352/10/AB/21/X9Y?17=251231", "]Q1"),
        ("HTTPS://shop.example/returns/01/9506000134352/10/AB/21/X9Y?17=251231&utm=x#top", ""),
        ("http://192.168.1.1:8080/01/09506000134352/10/AB/21/X9Y?17=251231", "]d1"),
    ],
)
def test_gs1_code_fills_gtin_serial_lot_and_expiry_at_once(text: str, aim: str) -> None:
    assert first(text, aim) == FULL


def test_element_string_without_aim_or_separator_counts_when_all_of_it_fits() -> None:
    best = first("010950600013435221X9Y")
    assert (best.kind, best.serial) == ("gtin", "X9Y") and best.score < FULL.score
    assert first("0109506000134352ZZ").kind == "other"


def test_bad_date_does_not_lose_the_gtin() -> None:
    found = first("010950600013435221X9Y\x1d17251399", "]d2")
    assert (found.gtin, found.serial, found.expiry) == ("09506000134352", "X9Y", "")
    assert first("https://a.example/01/9506000134352/21/X9Y?17=251399").serial == "X9Y"


def test_serial_that_runs_into_what_cannot_be_read_is_not_guessed() -> None:
    found = first("010950600013435221" + "S" * 20 + "éé".encode("ascii", "replace").decode() + "~", "]d2")
    assert (found.gtin, found.serial) == ("09506000134352", "")


@pytest.mark.parametrize(
    ("text", "aim"),
    [
        ("0109506000134353", "]C1"),
        ("https://a.example/01/9506000134353", ""),
        ("9506000134353", "]E0"),
        ("0" * 14, "]I0"),
        ("https://a.example/", "]Q1"),
        ("https://[broken/01/09506000134352", "]Q1"),
        ("(01)", ""),
        ("]", "]C1"),
        ("\x1d", "]C1"),
    ],
)
def test_no_goods_in_a_broken_gs1_code(text: str, aim: str) -> None:
    assert not {"gtin", "sscc", "tracking"} & set(kinds(text, aim))


def test_plain_ean_is_not_taken_for_element_strings() -> None:
    # biip reads these as AI 95 and AI 96 when it is not told the symbology.
    assert kinds("9501101530003") == kinds("96385074") == ["gtin", "other"]


def test_serial_alone_in_a_gs1_code_is_found_by_its_serial() -> None:
    assert first("21abc-7", "]d2") == Candidate("other", "ABC-7", score=50, serial="abc-7")


@pytest.mark.parametrize(
    ("text", "aim"),
    [("00106141412345678908", "]C1"), ("00106141412345678908", ""), ("106141412345678908", "")],
)
def test_sscc_loses_its_application_identifier(text: str, aim: str) -> None:
    assert (first(text, aim).kind, first(text, aim).value) == ("sscc", "106141412345678908")
    assert "sscc" not in kinds(text[:-1] + "9", aim)


def test_german_parcel_is_dhl_and_an_sscc() -> None:
    found = recognise("00340434161094042557", "]C1", PATTERNS)
    meanings = {(each.kind, each.value) for each in found}
    assert {("tracking", "00340434161094042557"), ("sscc", "340434161094042557")} <= meanings


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("RS:confirm", "command", "confirm"),
        ("rs:no-code", "command", "no-code"),
        ("RS:choose:RMA-1042", "command", "choose:RMA-1042"),
        ("bdg-1007", "badge", "BDG-1007"),
        ("BIN-RESTOCK-04", "bin", "BIN-RESTOCK-04"),
        (plates.make("A01", 17), "plate", plates.make("A01", 17)),
        (plates.make("A01", 17).lower() + "\r\n", "plate", plates.make("A01", 17)),
    ],
)
def test_code_of_ours_has_one_meaning(text: str, kind: str, value: str) -> None:
    assert recognise(text, "]C0", PATTERNS) == (Candidate(kind, value, score=100),)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["RS:", "BDG-", "BIN-", "LPNA01000001700", "LPN"])
def test_what_only_begins_like_a_code_of_ours_is_other(text: str) -> None:
    assert kinds(text) == ["other"]


def test_misread_plate_is_no_plate() -> None:
    plate = plates.make("A01", 17)
    wrong = plate[:-1] + SIGNS[(SIGNS.index(plate[-1]) + 1) % 36]
    assert kinds(wrong) == ["other"]


def test_rma_is_the_sites_own_shape() -> None:
    assert kinds("rma-1042") == ["rma", "other"]
    assert first("rma-1042").value == "RMA-1042"
    assert kinds("RMA-12") == ["other"]
    elsewhere = read_patterns(b"rma = ['R[0-9]{6}']\nnumber = []")
    assert recognise("r123456", "", elsewhere)[0].kind == "rma"


@pytest.mark.parametrize(
    ("text", "value"), [(" ord-77 ", "ORD-77"), ("po  12\t34", "PO 12 34"), ("sn:äb/9", "SN:ÄB/9")]
)
def test_order_number_sku_and_serial_stay_findable(text: str, value: str) -> None:
    assert recognise(text, "", PATTERNS) == (Candidate("other", value, score=10),)
    assert plain(text) == value


@pytest.mark.parametrize("text", ["", " ", "\r\n", "\x00", "\x1d\x1d", "\u200f\u200e", "\ud800", "9" * (LONGEST + 1)])
def test_nothing_in_it_is_nothing(text: str) -> None:
    assert recognise(text, "", PATTERNS) == ()


@pytest.mark.parametrize(
    "text",
    [
        "A\x00B",
        "🙂",
        "١٢٣٤٥٦٧٨٩٠١٢",
        "x" * 500,
        "9" * 500,
        "^XZ^XA^JUF",
        "'; DROP TABLE parcel;--",
        "../../etc",
    ],
)
def test_rubbish_is_one_other(text: str) -> None:
    assert kinds(text) == ["other"]


AIMS = st.sampled_from(["", "]C1", "]C0", "]d2", "]Q1", "]Q3", "]E0", "]E4", "]I1", "]e0", "]", "nonsense"])
MIXED = st.one_of(
    st.text(max_size=60),
    st.from_regex(r"[0-9]{1,40}", fullmatch=True),
    st.from_regex(r"(01[0-9]{14}|00[0-9]{18})?(\x1d?(10|21|17|15|37|3103|8008|91)[0-9A-Z~ -]{0,12}){0,4}"),
    st.from_regex(
        r"https?://[a-z\[\]:.@%/]{0,12}/(01|00|414|8004)/[0-9]{0,14}(/(10|21)/[%a-z0-9]{0,8})?(\?[0-9=&%]*)?"
    ),
    st.from_regex(r"\((01|21|10|17)\)[0-9A-Z()]{0,30}"),
    st.sampled_from([*PUBLISHED, *MISREAD]),
)


@given(MIXED, AIMS)
def test_never_raises_and_always_ranks(text: str, aim: str) -> None:
    found = recognise(text, aim, PATTERNS)
    assert found == recognise(text, aim, PATTERNS)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert all(each.value and each.value.isprintable() and 0 < each.score <= 100 for each in found)
    assert len({(each.kind, each.value, each.carrier) for each in found}) == len(found)
    assert bool(found) == bool(plain(text))
    for each in found:
        each.value.encode()
        assert each.kind != "gtin" or (len(each.value) == 14 and each.gtin == each.value and gs1_is_right(each.value))


@given(MIXED)
def test_normal_forms_are_normal(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    once = tracking_form(text, PATTERNS)
    assert tracking_form(once, PATTERNS) == once


@pytest.mark.parametrize(
    "toml",
    [
        b"number = [",
        b"\xff",
        b"rma = ['(']\nnumber = []",
        b"[[number]]\ncarrier='X'\npattern='('\ncheck='none'\nscore=1",
        b"[[number]]\ncarrier='X'\npattern='a'\ncheck='mod8'\nscore=1",
        b"[[number]]\ncarrier='X'\npattern='a'\ncheck='none'\nscore='high'",
        b"[[number]]\ncarrier='X'\npattern='a'\ncheck='none'\nscore=1\ncolour='red'",
    ],
)
def test_carrier_table_that_makes_no_sense_is_refused(toml: bytes) -> None:
    with pytest.raises(ValueError):
        read_patterns(toml)


def test_every_entry_of_the_carrier_table_has_a_published_number() -> None:
    for entry in PATTERNS.numbers:
        alone = Patterns((entry,), ())
        matched = [code for code in PUBLISHED if len(recognise(code, "", alone)) > 1]
        assert matched or entry.pattern.pattern.startswith(("00340434", "420\\d{5}(?P<number>9[2-5]")), entry


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1Z5R89390357567127", True),
        ("JD014600000000000001", True),
        ("9292844304", None),
        ("986578788855", None),
        ("42023474", None),
        ("420234741234", None),
        ("9292844305", False),
        ("SN2549711992", False),
        ("42023", False),
    ],
)
def test_a_code_is_of_a_parcel_or_not_or_may_be(text: str, told: bool | None) -> None:
    assert is_of_a_parcel(text, "]C0", PATTERNS) is told
