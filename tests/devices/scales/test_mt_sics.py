"""MT-SICS frames against the manual's, in any pieces, with any bytes between."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.readings import Weight, WeightState
from devices.scales import mt_sics


def decode(*pieces: bytes) -> list[Weight]:
    codec = mt_sics.codec("scale")
    return [weight for piece in pieces for weight in codec.feed(piece, 1.0)]


GOLDEN = [
    (b"S S     100.00 g\r\n", WeightState.stable, "100.00", "g", 100_000),
    (b"S D     100.00 g\r\n", WeightState.moving, "100.00", "g", 100_000),
    (b"S S       0.00 g\r\n", WeightState.stable_zero, "0.00", "g", 0),
    (b"S S      -1.50 g\r\n", WeightState.stable, "-1.50", "g", -1_500),
    (b"S S     12.345 kg\r\n", WeightState.stable, "12.345", "kg", 12_345_000),
    (b"S S      1.250 lb\r\n", WeightState.stable, "1.250", "lb", 566_990),
]


@pytest.mark.parametrize(("frame", "state", "value", "unit", "weight_mg"), GOLDEN)
def test_a_figure(frame: bytes, state: WeightState, value: str, unit: str, weight_mg: int) -> None:
    [weight] = decode(frame)
    assert weight == Weight("scale", state, Decimal(value), unit, "unknown", frame, 1.0)
    assert weight.weight_mg == weight_mg


@pytest.mark.parametrize(
    ("frame", "state"),
    [
        (b"S I\r\n", WeightState.moving),
        (b"S +\r\n", WeightState.over),
        (b"S -\r\n", WeightState.under),
        (b"ES\r\n", WeightState.garbled),
        (b"ET\r\n", WeightState.garbled),
        (b"EL\r\n", WeightState.garbled),
        (b"\r\n", WeightState.garbled),
        (b"S S     100.00\r\n", WeightState.garbled),
        (b"S S     1O0.00 g\r\n", WeightState.garbled),
        (b"S X     100.00 g\r\n", WeightState.garbled),
        (b"SS     100.00 g\r\n", WeightState.garbled),
        (b" S S     100.00 g\r\n", WeightState.garbled),
        (b"S S     100.00 g\n", WeightState.garbled),
        (b"S S  1 00.00 g\r\n", WeightState.garbled),
        (b"\x00\x00\x00\r\n", WeightState.garbled),
    ],
)
def test_a_state_without_a_figure(frame: bytes, state: WeightState) -> None:
    assert decode(frame) == [Weight("scale", state, None, "", "unknown", frame, 1.0)]


def test_an_unknown_unit_is_never_a_weight() -> None:
    [weight] = decode(b"S S     100.00 xyz\r\n")
    assert weight.state is WeightState.garbled
    assert weight.weight_mg is None


@pytest.mark.parametrize(
    "frame",
    [
        b'I4 A "B021002593"\r\n',
        b'I0 B 0 "I0"\r\n',
        b'I0 A 0 "@"\r\n',
        b"Z A\r\n",
        b"ZI S\r\n",
        b"T S  1.00 g\r\n",
    ],
)
def test_answers_to_other_commands_carry_no_weight(frame: bytes) -> None:
    assert decode(frame) == []


def test_frames_split_anywhere_or_glued_mean_the_same() -> None:
    whole = b"".join(frame for frame, *_ in GOLDEN)
    expected = decode(whole)
    assert len(expected) == len(GOLDEN)
    for cut in range(len(whole)):
        assert decode(whole[:cut], whole[cut:]) == expected


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_nothing_raises_and_no_noise_is_stable(pieces: list[bytes]) -> None:
    for weight in decode(*pieces):
        assert weight.state is WeightState.garbled or weight.raw.startswith(b"S ")
    assert decode(*pieces) == decode(b"".join(pieces))


@given(st.binary(max_size=40).filter(lambda noise: b"\n" not in noise))
def test_after_noise_the_next_frame_is_read(noise: bytes) -> None:
    weights = decode(noise + b"\r\n" + b"S S       5.00 g\r\n")
    assert weights[-1].weight_mg == 5_000
