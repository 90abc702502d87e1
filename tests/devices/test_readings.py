"""Readings convert to milligrams exactly and refuse units they do not know."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.readings import Weight, WeightState


def weight(value: Decimal | None, unit: str) -> Weight:
    return Weight("scale", WeightState.stable, value, unit, "unknown", b"", 0.0)


@pytest.mark.parametrize(
    ("value", "unit", "weight_mg"),
    [
        ("100.00", "g", 100_000),
        ("2.310", "kg", 2_310_000),
        ("-0.5", "g", -500),
        ("1", "lb", 453_592),  # 453 592.37 mg
        ("16", "oz", 453_592),
        ("1000000", "lb", 453_592_370_000),
        ("7000", "gr", 453_592),  # a pound
        ("20", "dwt", 31_103),  # a troy ounce, 31 103.4768 mg
        ("5", "ct", 1_000),
        ("0.0005", "g", 0),  # half a milligram, half to even
        ("0.0015", "g", 2),
    ],
)
def test_milligrams_are_exact(value: str, unit: str, weight_mg: int) -> None:
    assert weight(Decimal(value), unit).weight_mg == weight_mg


@pytest.mark.parametrize(
    ("value", "unit"), [(None, "g"), *((Decimal(1), unit) for unit in ("stone", "tael", "ton", ""))]
)
def test_no_figure_or_an_unknown_unit_is_no_weight(value: Decimal | None, unit: str) -> None:
    assert weight(value, unit).weight_mg is None


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_grams_with_three_decimals_lose_nothing(milligrams: int) -> None:
    assert weight(Decimal(milligrams).scaleb(-3), "g").weight_mg == milligrams
