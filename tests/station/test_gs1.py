"""GS1 codes: published examples, and what biip says nothing of by itself."""

import pytest
from biip.gs1_messages import GS1Message
from hypothesis import given
from hypothesis import strategies as st

from station.check_digits import gs1_is_right
from station.gs1 import Message, read

GS = "\x1d"
GTIN, SSCC = "09501101530003", "106141412345678908"
LINK = "https://id.gs1.org/01/09506000134352/10/ABC1/21/12345?17=180426"


@pytest.mark.parametrize(
    ("text", "aim", "expected"),
    [
        # biip's documentation.
        ("010703206980498815210526100329", "]C1", Message("07032069804988", lot="0329")),
        ("0107032069804988100329", "]C1", Message("07032069804988", lot="0329")),
        ("00376130321109103420", "]C1", Message(sscc="376130321109103420")),
        # GS1 General Specifications, GS1 DataMatrix Guideline, GS1 Digital Link Standard: their examples.
        (
            f"01095011010209171719050810ABCD1234{GS}2110",
            "]d2",
            Message("09501101020917", "10", "ABCD1234", "2019-05-08"),
        ),
        (f"01095040000591011714112010ABC123{GS}21A1", "]Q3", Message("09504000059101", "A1", "ABC123", "2014-11-20")),
        ("0100012345678905", "]e0", Message("00012345678905")),
        ("00" + SSCC, "]C1", Message(sscc=SSCC)),
        (LINK, "]Q1", Message("09506000134352", "12345", "ABC1", "2018-04-26")),
        (LINK, "]d1", Message("09506000134352", "12345", "ABC1", "2018-04-26")),
        ("https://id.gs1.org/00/" + SSCC, "]Q1", Message(sscc=SSCC)),
        # The day 00 is the last of the month; no element but the last may be cut by what cannot be read.
        (f"01{GTIN}1725020021S", "]d2", Message(GTIN, "S", expiry="2025-02-28")),
        (f"01{GTIN}21S{GS}~", "]d2", Message(GTIN, "S")),
    ],
)
def test_published_codes(text: str, aim: str, expected: Message) -> None:
    assert read(text, aim) == expected


@pytest.mark.parametrize("aim", ["]C1", "]d2", "]Q3", "]e0", "]J1"])
def test_an_identifier_of_gs1_makes_it_certain(aim: str) -> None:
    assert read("01" + GTIN, aim) == Message(GTIN)
    assert read("01" + GTIN, "") == Message(GTIN, certain=False)


@pytest.mark.parametrize("plain", ["9501101530003", "96385074", "9412345678901", "9100000000000"])
@pytest.mark.parametrize("aim", ["", "]E0", "]E4", "]C0"])
def test_a_plain_number_is_no_element_string_though_biip_reads_one(plain: str, aim: str) -> None:
    assert GS1Message.parse(plain).element_strings
    assert read(plain, aim) is None


def test_a_wrong_check_digit_gives_no_number_though_biip_does_not_raise() -> None:
    wrong = "01" + GTIN[:-1] + "4"
    [element] = GS1Message.parse(wrong).element_strings
    assert element.gtin is None and element.gtin_error
    assert read(wrong, "]C1") is None
    assert read(wrong + "21X", "]C1") == Message(serial="X")
    assert read("00" + SSCC[:-1] + "9", "]C1") is None
    # Without an identifier or a separator nothing else speaks for GS1.
    assert read(wrong + "21X", "") is None


@pytest.mark.parametrize(
    "text",
    [
        f"01{GTIN}{GS}0109506000134352",
        f"01{GTIN}21A{GS}21B",
        f"00{SSCC}00340434161094042557",
        f"01{GTIN}17250101{GS}17250102",
    ],
)
def test_two_values_of_one_kind_are_no_message(text: str) -> None:
    assert read(text, "]d2") is None


def test_one_value_said_twice_is_one_value() -> None:
    assert read(f"01{GTIN}21A{GS}01{GTIN}21A", "]d2") == Message(GTIN, "A")


@pytest.mark.parametrize(
    "text", ["", GS, " ", "nonsense", "\x00", "]C1", "(01)", "https://", "https://[x/01/1", "٠١" * 8]
)
@pytest.mark.parametrize("aim", ["", "]C1", "]Q1", "nonsense"])
def test_nothing_and_nonsense_are_no_message(text: str, aim: str) -> None:
    assert read(text, aim) is None


_AI = st.sampled_from(["01", "00", "21", "10", "17", "3103", "95", "8200", ""])


@given(
    st.lists(st.tuples(_AI, st.text(max_size=22)), max_size=5),
    st.sampled_from(["", GS, "(", "https://id.gs1.org/"]),
    st.sampled_from(["", "]C1", "]d2", "]Q1", "]E0"]),
)
def test_any_text_is_answered_with_right_numbers_or_none(parts: list[tuple[str, str]], between: str, aim: str) -> None:
    message = read(between.join(ai + value for ai, value in parts), aim)
    if message is not None:
        assert message.gtin or message.sscc or message.serial
        assert not message.gtin or (len(message.gtin) == 14 and gs1_is_right(message.gtin))
        assert not message.sscc or (len(message.sscc) == 18 and gs1_is_right(message.sscc))
