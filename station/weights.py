"""What a parcel and an item should weigh: the expectation, and the band around it that needs no word."""

from collections.abc import Iterable

from station.facts import Declared

# Packaging of a returned parcel: from a poly mailer to a double-walled carton with paper in it.
PACKAGING_LOW_MG = 10_000
PACKAGING_HIGH_MG = 900_000
# Makers round the weight of one article; cables and leaflets stay at home.
ARTICLE_TOLERANCE_PERCENT = 8
ARTICLE_TOLERANCE_MG = 15_000


def parcel_band(declared: Iterable[Declared]) -> tuple[int, int, int] | None:
    """Return (expected, lowest, highest) in milligrams with packaging; None when any article's weight is unknown."""
    lines = tuple(declared)
    if not lines or any(not line.weight_mg for line in lines):
        return None
    goods = sum(line.weight_mg * line.quantity for line in lines)
    slack = goods * ARTICLE_TOLERANCE_PERCENT // 100
    middle = (PACKAGING_LOW_MG + PACKAGING_HIGH_MG) // 2
    return goods + middle, goods - slack + PACKAGING_LOW_MG, goods + slack + PACKAGING_HIGH_MG


def item_in_band(weight_mg: int, expected_mg: int) -> bool | None:
    """Tell whether one unit weighs what its article weighs; None when nobody knows what it should."""
    if not expected_mg:
        return None
    slack = max(expected_mg * ARTICLE_TOLERANCE_PERCENT // 100, ARTICLE_TOLERANCE_MG)
    return abs(weight_mg - expected_mg) <= slack
