"""What each way of an item brings in: its price there less prep, handling, waiting time, season and queue.

All amounts are whole minor units. What comes in is rounded down and what goes out is rounded up, so that no
way looks better than it is.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import inf
from typing import Annotated, Literal, Protocol

import msgspec

from grading.reasons import Reason, reason
from grading.rubric import Letter

Disposition = Literal["restock", "refurb", "resale", "recycle", "hold"]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Amount = Annotated[int, msgspec.Meta(ge=0, le=10**9)]

WAYS: tuple[Disposition, ...] = ("restock", "resale", "refurb", "recycle")
"""The ways that bring something in, from that of the best goods to that of the worst."""


class Season(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Goods of one season: out of the days `from` to `to` (MM-DD, may pass New Year) they sell for `off` percent less.

    `name` is what the item's fact `season` says.
    """

    name: str
    from_: Annotated[str, msgspec.Meta(pattern=r"^(0[1-9]|1[0-2])-[0-3][0-9]$")]
    to: Annotated[str, msgspec.Meta(pattern=r"^(0[1-9]|1[0-2])-[0-3][0-9]$")]
    off: Percent


class Capacity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many items one way takes (`room`, None for any number), and what each item that waits there costs the next.

    `queue_minor` is by currency.
    """

    room: Amount | None = None
    queue_minor: dict[str, Amount] = {}


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a route table.

    `recovery` is the percentage of the price by way and letter, `handling_minor` the cost of an item by currency and
    way, `labour_minor` an hour's by currency, `prepared` the ways whose goods are made ready first, `days` how long
    each way takes to sell, `weekly_permille` what a category loses of its price each week. `missing_part` is the
    percentage of the price that each missing part takes: what it costs to get, or what buyers pay less without it.
    """

    recovery: dict[Disposition, dict[Letter, Percent]] = {}
    handling_minor: dict[str, dict[Disposition, Amount]] = {}
    labour_minor: dict[str, Amount] = {}
    prepared: tuple[Disposition, ...] = ()
    days: dict[Disposition, Annotated[int, msgspec.Meta(ge=0, le=3650)]] = {}
    weekly_permille: dict[str, Annotated[int, msgspec.Meta(ge=0, le=1000)]] = {}
    seasons: tuple[Season, ...] = ()
    capacity: dict[Disposition, Capacity] = {}
    missing_part: dict[Disposition, Percent] = {}


class Goods(msgspec.Struct, frozen=True):
    """What the worth of one item depends on; empty texts and a price of 0 stand for what nobody knows.

    `today` is an ISO date, `prep_s` the seconds its prep steps take, `waiting` the items that wait in each way,
    `missing` how many of its parts are not there.
    """

    letter: Letter | Literal[""]
    category: str
    price_minor: int = 0
    currency: str = ""
    prep_s: int = 0
    today: date | None = None
    season: str = ""
    waiting: Mapping[Disposition, int] = {}
    missing: int = 0


class Worth(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One way's worth: `minor` is `price` less the other parts, None when it cannot be told.

    `refused` says why the item may not go this way, or why its worth is not known.
    """

    way: Disposition
    minor: int | None = None
    price: int = 0
    prep: int = 0
    handling: int = 0
    decay: int = 0
    season: int = 0
    capacity: int = 0
    refused: Reason | None = None
    missing: int = 0


class Rate(msgspec.Struct, frozen=True, gc=False):
    """What one way makes of a price, for goods that are alike in all but price and queue.

    `decays` is per mille of the price times days, `off` percent,
    `missing` percent of the price for all missing parts. `refused` says why its worth is not known whatever the
    price, `barred` why the goods may not go this way at all. Without a price nothing is known of graded goods.
    """

    way: Disposition
    is_graded: bool = True
    percent: int = 0
    decays: int = 0
    off: int = 0
    prep: int = 0
    handling: int = 0
    queue: int = 0
    room: int | None = None
    missing: int = 0
    refused: Reason | None = None
    barred: Reason | None = None


class Valued(Protocol):
    """A route as it was decided or recorded."""

    @property
    def disposition(self) -> Disposition:
        """Where the item goes."""

    @property
    def values(self) -> tuple[tuple[str, int], ...]:
        """The minor units of each way."""


def worths(figures: Figures, goods: Goods) -> tuple[Worth, ...]:
    """Return the worth of each way, best first, those that cannot be told last."""
    return priced(rates(figures, goods), goods.price_minor, goods.waiting)


def rates(figures: Figures, goods: Goods) -> tuple[Rate, ...]:
    """Return the rate of each way; price and queue of the goods do not count."""
    return tuple(_rate(figures, goods, way) for way in WAYS if way in figures.recovery)


def priced(rates: Sequence[Rate], price_minor: int, waiting: Mapping[Disposition, int]) -> tuple[Worth, ...]:
    """Return what `worths` does, by rates that were found before."""
    each = [_worth(rate, price_minor, waiting) for rate in rates]
    each.sort(key=_best_first)
    return tuple(each)


def override_cost(decided: Valued, to: Disposition, was: Disposition | None = None) -> int | None:
    """Return the minor units that are lost (below 0: gained) by sending the item `to` another way than `was`.

    `was` is the way decided unless given. None when the worth of either way is not known, as of a hold.
    """
    values = dict(decided.values)
    lost, gained = values.get(was or decided.disposition), values.get(to)
    return None if lost is None or gained is None else lost - gained


def _best_first(worth: Worth) -> float:
    return inf if worth.minor is None else -worth.minor


def _rate(figures: Figures, goods: Goods, way: Disposition) -> Rate:
    if not goods.letter:
        return Rate(way, False, refused=reason("no_letter"))
    percent = figures.recovery[way].get(goods.letter)
    if percent is None:
        return Rate(way, refused=reason("no_percentage", letter=goods.letter))
    prep_s = goods.prep_s if way in figures.prepared else 0
    handling = figures.handling_minor.get(goods.currency, {}).get(way)
    labour = figures.labour_minor.get(goods.currency) if prep_s else 0
    if handling is None or labour is None:
        return Rate(way, refused=reason("no_costs", currency=goods.currency))
    days = figures.days.get(way, 0)
    capacity = figures.capacity.get(way, Capacity())
    return Rate(
        way,
        percent=percent,
        decays=figures.weekly_permille.get(goods.category, 0) * days,
        off=_off(figures, goods, days),
        prep=_up(prep_s * labour, 3600),
        handling=handling,
        queue=capacity.queue_minor.get(goods.currency, 0),
        room=capacity.room,
        missing=goods.missing * figures.missing_part.get(way, 0),
    )


def _worth(rate: Rate, price_minor: int, waiting: Mapping[Disposition, int]) -> Worth:
    way = rate.way
    if price_minor <= 0 and rate.is_graded:
        return Worth(way, refused=rate.barred or reason("no_price"))
    if rate.refused is not None:
        return Worth(way, refused=rate.barred or rate.refused)
    price = price_minor * rate.percent // 100
    decay = min(price, _up(price * rate.decays, 7000)) if rate.decays else 0
    season = _up((price - decay) * rate.off, 100) if rate.off else 0
    waits = max(0, waiting.get(way, 0)) if waiting else 0
    queue = waits * rate.queue
    prep, handling, refused = rate.prep, rate.handling, rate.barred
    if refused is None and rate.room is not None and waits >= rate.room:
        refused = reason("no_room", waiting=str(waits))
    missing = _up(price_minor * rate.missing, 100)
    minor = price - decay - season - prep - handling - queue - missing
    return Worth(way, minor, price, prep, handling, decay, season, queue, refused, missing)


def _off(figures: Figures, goods: Goods, days: int) -> int:
    """The percentage lost because the goods will be sold out of their season."""
    if goods.today is None or not goods.season:
        return 0
    # A date so late that none comes after it is nobody's season.
    sold = f"{min(goods.today, date.max - timedelta(days=3650)) + timedelta(days=days):%m-%d}"
    for season in figures.seasons:
        if season.name == goods.season:
            passes_new_year = season.from_ > season.to
            inside = (season.from_ <= sold, sold <= season.to)
            return 0 if (any(inside) if passes_new_year else all(inside)) else season.off
    return 0


def _up(amount: int, divisor: int) -> int:
    """Divide and round up."""
    return -(-amount // divisor)
