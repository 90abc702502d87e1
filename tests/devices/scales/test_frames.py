"""Golden frames of every language, and what holds for all: any pieces, any noise, any damage that can be told."""

import random
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.readings import Weight, WeightState
from devices.scales import a_and_d, adam, cas, mt_sics, nci, ohaus, toledo
from devices.scales.frames import Codec

STABLE, ZERO, MOVING = WeightState.stable, WeightState.stable_zero, WeightState.moving
OVER, UNDER, FAULT, GARBLED = WeightState.over, WeightState.under, WeightState.fault, WeightState.garbled
NEEDS_CALIBRATION = WeightState.needs_calibration


class Language(NamedTuple):
    """A codec, its frames, and what its frames can tell.

    `checked`: any byte replaced by any other. `sized`: a byte lost. `twice`: that a moving figure is not a still one,
    because at least two bytes say so. For all: a byte that came as NUL, as with a wrong parity bit, or with bit 7 set.
    """

    codec: Callable[[str], Codec]
    golden: list[tuple[bytes, WeightState, str | None, str]]
    checked: bool = False
    sized: bool = False
    twice: bool = False


def _sw2(body: bytes) -> bytes:
    check = 0
    for byte in body:
        check ^= byte
    return b"\x01\x02" + body + bytes([check]) + b"\x03\x04"


LANGUAGES = {
    "mt-sics": Language(
        mt_sics.codec,
        [
            (b"S S     100.00 g\r\n", STABLE, "100.00", "g"),
            (b"S D     100.00 g\r\n", MOVING, "100.00", "g"),
            (b"S S       0.00 g\r\n", ZERO, "0.00", "g"),
            (b"S +\r\n", OVER, None, ""),
        ],
    ),
    "8217-kg": Language(
        partial(toledo.codec_8217, unit="kg"),
        [
            (b"\x0201.230\r", STABLE, "1.230", "kg"),
            (b"\x02 1.230N\r", STABLE, "1.230", "kg"),
            (b"\x0200.000\r", ZERO, "0", "kg"),
            (b"\x02?D\r", UNDER, None, ""),
            (b"\x02?A\r", MOVING, None, ""),
            (b"\x02?P\r", ZERO, "0", "kg"),
            (b"\x02?B\r", OVER, None, ""),
            (b"\x02?H\r", FAULT, None, ""),
            (b"\x02?@\r", MOVING, None, ""),
            (b"\x02001.23\r", GARBLED, None, ""),  # pounds
            (b"\x02?\xc1\r", GARBLED, None, ""),  # the parity bit, read as an eighth
        ],
        sized=True,
    ),
    "8217-lb": Language(
        partial(toledo.codec_8217, unit="lb"),
        [(b"\x02005.00\r", STABLE, "5.00", "lb"), (b"\x0205.000\r", GARBLED, None, "")],
        sized=True,
    ),
    "8213-oz": Language(
        partial(toledo.codec_8213, unit="oz"),
        [(b"\x02012.50\r", STABLE, "12.50", "oz"), (b"\x02?\x50\r", ZERO, "0", "oz")],
        sized=True,
    ),
    "8213-g": Language(partial(toledo.codec_8213, unit="g"), [(b"\x02002310\r", STABLE, "2310", "g")], sized=True),
    "diva-ecr": Language(
        partial(nci.codec, dialect="diva-ecr"),
        [
            (b"\n02.310KG\r\nS00\r\x03", STABLE, "2.310", "kg"),
            (b"\n00.000KG\r\nS20\r\x03", ZERO, "0", "kg"),
            (b"\n005.00LB\r\nS0p4\r\x03", STABLE, "5.00", "lb"),
            (b"\nS10\r\x03", MOVING, None, ""),
            (b"\nS01\r\x03", UNDER, None, ""),
            (b"\nS02\r\x03", OVER, None, ""),
            (b"\nS40\r\x03", FAULT, None, ""),  # memory
            (b"\nS08\r\x03", NEEDS_CALIBRATION, None, ""),
            (b"\nS0p8\r\x03", FAULT, None, ""),  # initial zero
            (b"\nS00\r\x03", FAULT, None, ""),  # no figure and no reason
            (b"\n02.310KG\r\nS0p\r\x03", GARBLED, None, ""),  # says that another byte follows
            (b"\n?\r\x03", GARBLED, None, ""),
        ],
        sized=True,
    ),
    "nci-7800": Language(
        partial(nci.codec, dialect="nci-7800"),
        [
            (b"\n0005.00lb\r\n00\r\x03", STABLE, "5.00", "lb"),
            (b"\n  -5.00lb\r\n00\r\x03", STABLE, "-5.00", "lb"),
            (b"\n001.25kg\r\n20\r\x03", STABLE, "1.25", "kg"),
            (b"\n 2310g \r\n00\r\x03", STABLE, "2310", "g"),
            (b"\n0005.10lb\r\n10\r\x03", MOVING, "5.10", "lb"),
            (b"\n^^^^^^^lb\r\n02\r\x03", OVER, None, ""),
            (b"\n0005.00uu\r\n00\r\x03", GARBLED, None, ""),
            (b"\n02.310KG\r\nS00\r\x03", GARBLED, None, ""),  # another dialect
        ],
    ),
    "scp-12": Language(
        partial(nci.codec, dialect="scp-12"),
        [
            (b"\n 005.00LB\r?0\x03", STABLE, "5.00", "lb"),
            (b"\n-005.00LB\r?0\x03", STABLE, "-5.00", "lb"),
            (b"\n 000.00LB\r=0\x03", ZERO, "0", "lb"),
            (b"\n 005.10LB\r>0\x03", MOVING, "5.10", "lb"),
            (b"\n 005.10LB\r?2\x03", OVER, None, ""),
            (b"\n?1\r\x03", UNDER, None, ""),
            (b"\n 005.00LB\r00\x03", FAULT, None, ""),  # the bits of the other dialects: memory is not sound
        ],
    ),
    "sbi": Language(
        partial(nci.codec, dialect="sbi"),
        [
            (b"\n    2.310kg\r\n0p1\r\x03", STABLE, "2.310", "kg"),
            (b"\n-   2.310kg\r\n0p5\r\x03", STABLE, "-2.310", "kg"),
            (b"\n    0.000kg\r\n2p1\r\x03", ZERO, "0", "kg"),
            (b"\n    2.330kg\r\n1p1\r\x03", MOVING, "2.330", "kg"),
            (b"\n    2.310kg\r\n0p2\r\x03", MOVING, "2.310", "kg"),  # held
            (b"\n^^^^^^^^^kg\r\n0r1\r\x03", OVER, None, ""),
            (b"\n_________kg\r\n0q1\r\x03", UNDER, None, ""),
            (b"\n---------kg\r\n0p1\r\x03", FAULT, None, ""),
            (b"\n    2.310kg\r\n00\r\x03", GARBLED, None, ""),
        ],
    ),
    "a-and-d": Language(
        a_and_d.codec,
        [
            (b"ST,+0001.234 kg\r\n", STABLE, "1.234", "kg"),
            (b"ST,OK,+0001.234 kg\r\n", STABLE, "1.234", "kg"),
            (b"US,-00183.96  g\r\n", MOVING, "-183.96", "g"),
            (b"ST,+00000.00  g\r\n", ZERO, "0", "g"),
            (b"OL,+9999999E+19\r\n", OVER, None, ""),
            (b"OL,-9999999E+19\r\n", UNDER, None, ""),
            (b"OL,+0000.234 kg\r\n", OVER, None, ""),
            (b"QT,+00001234 PC\r\n", GARBLED, None, ""),
            (b"EC,E02\r\n", MOVING, None, ""),
            (b"EC,E01\r\n", GARBLED, None, ""),
            (b"WT    +0.8127 g\r\n", GARBLED, None, ""),
        ],
        sized=True,
        twice=True,
    ),
    "cas-22": Language(
        cas.codec_22,
        [
            (b"ST,GS,1\xc4,000013.5 kg\r\n", STABLE, "13.5", "kg"),
            (b"ST,NT,1\xe2,-002.310 kg\r\n", STABLE, "-2.310", "kg"),
            (b"ST,GS,1\xe5,0000.000 kg\r\n", ZERO, "0", "kg"),
            (b"US,GS,1\x84,0002.330 kg\r\n", MOVING, "2.330", "kg"),
            (b"OL,GS,1\x84,9999.999 kg\r\n", OVER, None, ""),
            (b"ST,GS,1\x84,0002.310 kg\r\n", GARBLED, None, ""),  # header and lamp differ
            (b"ST,GS,0002.310kg\r\n", GARBLED, None, ""),  # 18 bytes
            (b"0002.310\r\n", GARBLED, None, ""),  # 10 bytes
        ],
        sized=True,
        twice=True,
    ),
    "cas-sw2": Language(
        cas.codec_sw2,
        [
            (_sw2(b"S 02.310KG"), STABLE, "2.310", "kg"),
            (_sw2(b"S-  5.00LB"), STABLE, "-5.00", "lb"),
            (_sw2(b"S 00.000KG"), ZERO, "0", "kg"),
            (_sw2(b"U 02.330KG"), MOVING, "2.330", "kg"),
            (_sw2(b"U       KG"), MOVING, None, ""),
            (_sw2(b"F 00.000KG"), OVER, None, ""),
        ],
        checked=True,
        sized=True,
        twice=True,
    ),
    "ohaus": Language(
        partial(ohaus.codec, dialect="line"),
        [
            (b"      12.73 g  \r\n", STABLE, "12.73", "g"),
            (b"       12.73 g    ?\r\n", MOVING, "12.73", "g"),
            (b"       -0.45 oz\r\n", STABLE, "-0.45", "oz"),
            (b"-    0.360 kg      G\r\n", STABLE, "-0.360", "kg"),
            (b"     0.360 kg    ? NET\r\n", MOVING, "0.360", "kg"),
            (b"       0.00 g\r\n", ZERO, "0", "g"),
            (b"          3 PCS\r\n", GARBLED, "3", "pcs"),
            (b"Err 8.3\r\n", OVER, None, ""),
            (b"Err 8.4\r\n", UNDER, None, ""),
            (b"Err 3.0\r\n", FAULT, None, ""),
            (b" 2.73 g\r\n", GARBLED, None, ""),  # the tail of a line
        ],
    ),
    "ohaus-ranger": Language(
        partial(ohaus.codec, dialect="ranger"),
        [
            (b"     2.310 kg   B/G\r\n", STABLE, "2.310", "kg"),
            (b"-    2.310 kg   NET\r\n", STABLE, "-2.310", "kg"),
            (b"     2.310 kg ? B/G\r\n", MOVING, "2.310", "kg"),
            (b"      2310 g    B/G\r\n", STABLE, "2310", "g"),
        ],
        sized=True,
    ),
    "adam-azextra": Language(
        adam.codec_azextra,
        [
            (b"Gross Wt    1.234 Kg\r\n", STABLE, "1.234", "kg"),
            (b"Net Wt.     0.034 kg\n", STABLE, "0.034", "kg"),
            (b"   2.345kg\r\n", STABLE, "2.345", "kg"),
        ],
    ),
    "adam-cpwplus": Language(
        adam.codec_cpwplus,
        [
            (b"G + 2.00 kg\r\n", STABLE, "2.00", "kg"),
            (b"N +   1.00 kg\r\n", STABLE, "1.00", "kg"),
            (b"G -   1.00 kg\r\n", STABLE, "-1.00", "kg"),
            (b"  2.00 kg\r\n", GARBLED, None, ""),
        ],
    ),
}
every_language = pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
LIKELY = b" -+.,?0159NSUGgkLBq\x01\x02\x03\x04\r\n\x80\xff"
names = st.sampled_from(sorted(LANGUAGES))


def decode(language: Language, *pieces: bytes) -> list[Weight]:
    codec = language.codec("scale")
    return [weight for piece in pieces for weight in codec.feed(piece, 1.0)]


def still(weights: list[Weight]) -> list[Weight]:
    return [weight for weight in weights if weight.state in {STABLE, ZERO}]


@pytest.mark.parametrize(
    ("language", "frame", "state", "value", "unit"),
    [(each, *golden) for each in LANGUAGES.values() for golden in each.golden],
    ids=[f"{name}-{golden[0]!r}" for name, each in LANGUAGES.items() for golden in each.golden],
)
def test_a_golden_frame(language: Language, frame: bytes, state: WeightState, value: str | None, unit: str) -> None:
    [weight] = decode(language, frame)
    assert (weight.state, weight.unit, weight.raw) == (state, unit, frame)
    assert weight.value == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("name", "frame", "state", "value", "unit"),
    [
        ("diva-ecr", b"\n1LB 02.50OZ\r\nS00\r\x03", STABLE, "18.50", "oz"),
        ("nci-7800", b"\n 1lb 02.5oz\r\n00\r\x03", STABLE, "18.5", "oz"),
        ("cas-22", b"ST,GS,1\xd4,0002.310 kg\r\n", MOVING, "2.310", "kg"),
    ],
)
def test_pounds_and_ounces_and_a_held_figure(
    name: str, frame: bytes, state: WeightState, value: str, unit: str
) -> None:
    """Apart from the golden frames, as a lost byte or bit of these cannot be told."""
    [weight] = decode(LANGUAGES[name], frame)
    assert (weight.state, weight.value, weight.unit) == (state, Decimal(value), unit)


def test_text_on_a_label_is_neither_weight_nor_noise() -> None:
    label = b"Date 12/09/2006\r\nUnit Wt. 123 g\r\nPCS  10 pcs\r\nTare Wt 0.200 Kg\r\n\r\n"
    assert decode(LANGUAGES["adam-azextra"], label) == []
    assert decode(LANGUAGES["adam-azextra"], b"\xb0\xb1\r\n")[0].state is GARBLED


@pytest.mark.parametrize(
    ("frame", "basis"),
    [
        ("8217-kg", ["gross", "net"]),
        ("sbi", ["gross", "net"]),
        ("cas-22", ["gross", "net"]),
        ("adam-cpwplus", ["gross", "net"]),
        ("ohaus-ranger", ["gross", "net"]),
        ("mt-sics", ["unknown"]),
    ],
)
def test_gross_net_or_unknown(frame: str, basis: list[str]) -> None:
    language = LANGUAGES[frame]
    first = [decode(language, golden[0])[0].basis for golden in language.golden[: len(basis)]]
    assert first == basis


@every_language
def test_frames_split_anywhere_or_glued_mean_the_same(language: Language) -> None:
    # The tail of a refused frame may be any bytes: only sound ones are glued.
    sound = [golden[0] for golden in language.golden if golden[1] is not GARBLED]
    whole = b"".join(sound)
    expected = decode(language, whole)
    assert [weight.raw for weight in expected] == sound
    for cut in range(len(whole)):
        assert decode(language, whole[:cut], whole[cut:]) == expected
    assert decode(language, *[bytes([byte]) for byte in whole]) == expected


@given(names, st.lists(st.binary(max_size=60), max_size=8))
@settings(deadline=None)
def test_nothing_raises_and_pieces_do_not_matter(name: str, pieces: list[bytes]) -> None:
    assert decode(LANGUAGES[name], *pieces) == decode(LANGUAGES[name], b"".join(pieces))


@given(names, st.binary(min_size=200, max_size=600), st.integers(0, 255))
@settings(max_examples=30, deadline=None)
def test_noise_is_never_kept(name: str, noise: bytes, byte: int) -> None:
    """However long it goes on: what is held back is at most one frame."""
    codec = LANGUAGES[name].codec("scale")
    came = 0
    for piece in (noise, bytes([byte]) * 1_000):
        came += len(piece)
        for weight in codec.feed(piece, 1.0):
            assert len(weight.raw) <= 130
    held = sum(len(held) for held in vars(codec).values() if isinstance(held, bytearray))
    assert held <= 130 < came


def test_a_figure_cut_in_two_by_an_overlong_line_is_none() -> None:
    [weight] = decode(LANGUAGES["adam-azextra"], b" " * 120 + b"12.340kg\r\n")
    assert weight.state is GARBLED


@given(names, st.binary(max_size=200))
@settings(deadline=None)
def test_after_noise_a_frame_is_read_again(name: str, noise: bytes) -> None:
    language = LANGUAGES[name]
    frame, state, value, _ = language.golden[0]
    weights = decode(language, noise, frame, frame, frame)
    assert (weights[-1].state, weights[-1].value) == (state, Decimal(value or 0))


@every_language
def test_a_byte_with_a_wrong_parity_bit_or_read_with_eight_bits_is_never_a_still_weight(language: Language) -> None:
    for frame, state, *_ in language.golden:
        if state not in {STABLE, ZERO}:
            continue
        for place in range(len(frame)):
            for byte in (0, frame[place] ^ 0x80):
                damaged = frame[:place] + bytes([byte]) + frame[place + 1 :]
                assert still(decode(language, damaged)) == [], damaged


@every_language
def test_another_byte_is_never_another_still_weight_where_the_language_can_tell(language: Language) -> None:
    for frame, state, value, _ in language.golden:
        for place in range(len(frame)):
            for byte in range(256) if language.checked or language.twice else LIKELY:
                damaged = frame[:place] + bytes([byte]) + frame[place + 1 :]
                found = still(decode(language, damaged))
                if damaged == frame or not found:
                    continue
                if language.checked:
                    assert found[0].value == Decimal(value or 0), damaged
                if language.twice and state is MOVING:
                    pytest.fail(f"a moving weight became a still one: {damaged!r}")


@every_language
def test_a_lost_byte_is_never_another_still_weight_where_the_language_can_tell(language: Language) -> None:
    if not language.sized:
        return
    for frame, *_ in language.golden:
        for place in range(len(frame)):
            # Another frame follows, with which the rest may run together.
            lost = frame[:place] + frame[place + 1 :] + frame
            for weight in still(decode(language, lost)):
                assert weight.value == decode(language, frame)[0].value, lost


def test_the_check_byte_may_be_any_byte() -> None:
    """A frame of the SW-II whose check byte looks like the end or the start of a frame is read like any other."""
    rng = random.Random(3)
    seen = set()
    for _ in range(3_000):
        frame = _sw2(f"S {rng.randrange(100):02d}.{rng.randrange(1000):03d}{rng.choice(['KG', 'LB'])}".encode())
        seen.add(frame[12])
        [weight] = decode(LANGUAGES["cas-sw2"], frame)
        assert weight.value == Decimal(frame[4:10].decode())
    assert len(seen) > 3
