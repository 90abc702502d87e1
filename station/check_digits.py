"""Check digits of carriers, of GS1 and of our own plates: small sums with their sources and blind spots."""

from collections.abc import Callable, Mapping
from itertools import cycle
from types import MappingProxyType

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# Multiplication by a primitive element of GF(4) (x² = x + 1) and of GF(9) (x² = x + 1 over GF(3)), as tables.
_TIMES_4 = (0, 2, 3, 1)
_TIMES_9 = (0, 3, 6, 4, 7, 1, 8, 2, 5)
_ADD_9 = tuple(tuple((a // 3 + b // 3) % 3 * 3 + (a + b) % 3 for b in range(9)) for a in range(9))


def gs1_is_right(number: str) -> bool:
    """Weights 3 and 1 from the right, modulo 10 (GS1 General Specifications 7.9.1).

    GTIN and SSCC, and also USPS IMpb (Publication 199) and FedEx Ground. Every single wrong digit shows.
    """
    total = sum(weight * int(digit) for weight, digit in zip(cycle((1, 3)), reversed(number), strict=False))
    return total % 10 == 0


def ups_is_right(number: str) -> bool:
    """UPS 1Z: letters count as (code - 63) mod 10, places double by turns, modulo 10.

    The scheme cannot see a doubled digit that is off by five, nor letters of equal value (A, K and U).
    """
    values = [int(sign) if sign.isdigit() else (ord(sign) - 63) % 10 for sign in number[2:]]
    total = sum(weight * value for weight, value in zip(cycle((1, 2)), values[:-1], strict=False))
    return -total % 10 == values[-1]


def fedex_express_is_right(number: str) -> bool:
    """FedEx Express: weights 1, 3, 7 from the right, modulo 11, and a remainder of ten written as zero."""
    total = sum(weight * int(digit) for weight, digit in zip(cycle((1, 3, 7)), number[-2::-1], strict=False))
    return total % 11 % 10 == int(number[-1])


def s10_is_right(number: str) -> bool:
    """UPU S10: weights 8 6 4 2 3 5 9 7; eleven minus the sum modulo 11, ten written as 0 and eleven as 5."""
    total = sum(weight * int(digit) for weight, digit in zip((8, 6, 4, 2, 3, 5, 9, 7), number[2:10], strict=True))
    return {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11) == int(number[10])


def dhl_is_right(number: str) -> bool:
    """DHL Express waybill: the digits before the last as one number, modulo 7, so that 0 and 7 look alike."""
    return int(number[:-1]) % 7 == int(number[-1])


def imei_is_right(number: str) -> bool:
    """IMEI of 15 digits: the Luhn sum, every second digit from the right doubled (3GPP TS 23.003, annex B)."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def none_is_needed(_number: str) -> bool:
    """The number has no check digit that we know of; its shape is all the evidence there is."""
    return True


SCHEMES: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "gs1": gs1_is_right,
        "ups": ups_is_right,
        "fedex-express": fedex_express_is_right,
        "s10": s10_is_right,
        "dhl": dhl_is_right,
        "none": none_is_needed,
    }
)


def sign_for(text: str) -> str:
    """Return the check sign of a text of A–Z and 0–9 (anything else is left out of the sum).

    A Horner sum over GF(4) x GF(9), which together have the 36 elements our signs need. Multiplying by a
    primitive element finds every single wrong sign and every swap of neighbours, the check sign included, and
    also swaps across one sign and twin errors (11 for 22). ISO 7064's MOD 37,36 misses some swaps, and its
    MOD 37-2 needs `*`, which no Windows file name may hold. The idea is Damm's (2004).
    """
    four, nine = 0, 0
    for sign in text:
        value = SIGNS.find(sign)
        if value >= 0:
            four = _TIMES_4[four ^ value // 9]
            nine = _TIMES_9[_ADD_9[nine][value % 9]]
    # The sign that brings both sums to nought: minus is the same element in GF(4), and twice it in GF(9).
    return SIGNS[four * 9 + _ADD_9[nine][nine]]
