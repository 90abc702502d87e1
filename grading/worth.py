"""What each way of an item brings in: its price there less prep, handling, waiting time, season and queue.

All amounts are whole minor units. What comes in is rounded down and what goes out is rounded up, so that no
way looks better than it is.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

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
    each way takes to sell, `weekly_permille` what a category loses of its price each week.
    """

    recovery: dict[Disposition, dict[Letter, Percent]] = {}
    handling_minor: dict[str, dict[Disposition, Amount]] = {}
    labour_minor: dict[str, Amount] = {}
    prepared: tuple[Disposition, ...] = ()
    days: dict[Disposition, Annotated[int, msgspec.Meta(ge=0, le=3650)]] = {}
    weekly_permille: dict[str, Annotated[int, msgspec.Meta(ge=0, le=1000)]] = {}
    seasons: tuple[Season, ...] = ()
    capacity: dict[Disposition, Capacity] = {}


class Goods(msgspec.Struct, frozen=True):
    """What the worth of one item depends on; empty texts and a price of 0 stand for what nobody knows.

    `today` is an ISO date, `prep_s` the seconds its prep steps take, `waiting` the items that wait in each way.
    """

    letter: Letter | Literal[""]
    category: str
    price_minor: int = 0
    currency: str = ""
    prep_s: int = 0
    today: date | None = None
    season: str = ""
    waiting: Mapping[Disposition, int] = {}


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


def worths(figures: Figures, goods: Goods) -> tuple[Worth, ...]:
    """Return the worth of each way, best first, those that cannot be told last."""
    each = [_worth(figures, goods, way) for way in WAYS if way in figures.recovery]
    return tuple(sorted(each, key=lambda one: (one.minor is None, -(one.minor or 0))))


def _worth(figures: Figures, goods: Goods, way: Disposition) -> Worth:
    if not goods.letter:
        return Worth(way, refused=reason("no_letter"))
    if goods.price_minor <= 0:
        return Worth(way, refused=reason("no_price"))
    percent = figures.recovery[way].get(goods.letter)
    if percent is None:
        return Worth(way, refused=reason("no_percentage", letter=goods.letter))
    prep_s = goods.prep_s if way in figures.prepared else 0
    handling = figures.handling_minor.get(goods.currency, {}).get(way)
    labour = figures.labour_minor.get(goods.currency) if prep_s else 0
    if handling is None or labour is None:
        return Worth(way, refused=reason("no_costs", currency=goods.currency))
    price = goods.price_minor * percent // 100
    days = figures.days.get(way, 0)
    decay = min(price, _up(price * figures.weekly_permille.get(goods.category, 0) * days, 7000))
    season = _up((price - decay) * _off(figures, goods, days), 100)
    prep = _up(prep_s * labour, 3600)
    room = figures.capacity.get(way, Capacity())
    waiting = max(0, goods.waiting.get(way, 0))
    queue = waiting * room.queue_minor.get(goods.currency, 0)
    full = room.room is not None and waiting >= room.room
    return Worth(
        way,
        price - decay - season - prep - handling - queue,
        price,
        prep,
        handling,
        decay,
        season,
        queue,
        reason("no_room", waiting=str(waiting)) if full else None,
    )


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
