"""What a parcel and an item should weigh: the expectation, and the band around it that needs no word."""

from collections.abc import Iterable

import msgspec

from resources.words import Translator, mark
from station.receiving.facts import Declared, ParcelWeighed

# Packaging of a returned parcel: from a poly mailer to a double-walled carton with paper in it.
PACKAGING_LOW_MG = 10_000
PACKAGING_HIGH_MG = 900_000
# Makers round the weight of one article; cables and leaflets stay at home.
ARTICLE_TOLERANCE_PERCENT = 8
_REST = "other"
_MG = 1_000


def parcel_band(declared: Iterable[Declared]) -> tuple[int, int, int] | None:
    """Return (expected, lowest, highest) in milligrams with packaging; None when any article's weight is unknown."""
    lines = tuple(declared)
    if not lines or any(not line.weight_mg for line in lines):
        return None
    goods = sum(line.weight_mg * line.quantity for line in lines)
    slack = goods * ARTICLE_TOLERANCE_PERCENT // 100
    middle = (PACKAGING_LOW_MG + PACKAGING_HIGH_MG) // 2
    return goods + middle, goods - slack + PACKAGING_LOW_MG, goods + slack + PACKAGING_HIGH_MG


def is_bare(weight_mg: int, declared: Iterable[Declared]) -> bool:
    """Tell whether a parcel weighs no more than packaging: no unit that was declared can be in it.

    False when the weight of any article is unknown, or when something as heavy as no packaging is inside.
    """
    lines = tuple(declared)
    if not lines or any(not line.weight_mg for line in lines):
        return False
    lightest = min(line.weight_mg for line in lines)
    lightest -= lightest * ARTICLE_TOLERANCE_PERCENT // 100
    return weight_mg < lightest + PACKAGING_LOW_MG and weight_mg <= PACKAGING_HIGH_MG


class Tolerance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far a unit may be from its article's weight: the larger of the two."""

    percent: int
    grams: int


class ItemWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tolerances by category, `other` for the rest, and from which price on a wrong weight is an exception."""

    tolerance: dict[str, Tolerance]
    watch_minor: dict[str, int] = {}

    def in_band(self, category: str, weight_mg: int, expected_mg: int) -> bool | None:
        """Tell whether one unit weighs what its article weighs; None when nobody knows what it should."""
        if not expected_mg:
            return None
        allowed = self.tolerance.get(category) or self.tolerance[_REST]
        slack = max(expected_mg * allowed.percent // 100, allowed.grams * _MG)
        return abs(weight_mg - expected_mg) <= slack

    def is_watched(self, serialised: bool, price_minor: int, currency: str) -> bool:
        """Tell whether a wrong weight of such a unit is for a supervisor."""
        return serialised or (currency in self.watch_minor and price_minor >= self.watch_minor[currency])


def read_item_weights(toml: bytes) -> ItemWeights:
    """Read resources/weights.toml; raises ValueError that names what is wrong."""
    try:
        found = msgspec.toml.decode(toml, type=ItemWeights)
    except msgspec.DecodeError as error:
        raise ValueError(f"the weights cannot be read: {error}") from error
    if _REST not in found.tolerance:
        raise ValueError(f"the weights need a tolerance for every other category, called `{_REST}`")
    return found


def explains(weight_mg: int, expected_mg: int, parcel: ParcelWeighed | None) -> bool:
    """Tell whether one unit's wrong weight accounts for its parcel's: with the right one it would be in band."""
    if parcel is None or parcel.in_band is not False or not expected_mg:
        return False
    return parcel.low_mg <= parcel.weight_mg - weight_mg + expected_mg <= parcel.high_mg


def weight_words(tr: Translator, weight_mg: int) -> str:
    """Return a weight as a person reads it: kilograms from one kilogram on, grams below."""
    if abs(weight_mg) >= 1_000_000:
        return tr.format(mark("{figure} kg"), figure=tr.figure(f"{weight_mg / 1_000_000:.3f}"))
    return tr.format(mark("{figure} g"), figure=f"{weight_mg / 1_000:.0f}")
